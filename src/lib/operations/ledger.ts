import type { MaintenanceJournal } from '../ports-maintenance.js'
import { type Manifest, type ManifestJob, withJobs, withStep } from '../state/manifest.js'
import { manifestRecord } from '../state/manifest-record.js'

export interface LedgerInput {
  manifest: Manifest
  journal: MaintenanceJournal
  /** Leaves a copy beside the savepoints; `null` where there is no place for one. */
  copy: ((id: string, text: string) => Promise<void>) | null
  now: () => number
  /** The copy could not be left: the manifest on this machine is all there is. */
  onCopyFailed: (problem: Error) => void
}

/** The manifest of a window, each step written before it counts. */
export interface Ledger {
  current(): Manifest
  job(jobId: string): ManifestJob
  /** Returns when the step is on disk. A journal that cannot be written ends everything. */
  step(jobId: string, step: Partial<ManifestJob>): Promise<void>
  /** Replaces the jobs, for instance by more of them. */
  jobs(jobs: ManifestJob[]): Promise<void>
  /** The window is given up: nothing of it is to be brought back. */
  close(): Promise<void>
}

/** Keeps a manifest; steps that come together are written one after the other. */
export function openLedger(input: LedgerInput): Ledger {
  let manifest = input.manifest
  let written: Promise<void> = Promise.resolve()
  let isCopying = input.copy !== null

  async function write(revision: Manifest): Promise<void> {
    const record = manifestRecord(revision)
    await input.journal.save(record.id, record)
    if (!isCopying) return
    try {
      await input.copy?.(record.id, `${JSON.stringify(record, null, 2)}\n`)
    } catch (error) {
      isCopying = false
      if (error instanceof Error) input.onCopyFailed(error)
    }
  }

  function take(next: Manifest): Promise<void> {
    manifest = next
    written = written.then(() => write(next))
    return written
  }

  return {
    current: () => manifest,
    job: (jobId) => {
      const found = manifest.jobs.find((one) => one.jobId === jobId)
      if (found === undefined) throw new Error(`the manifest has no job ${jobId}`)
      return found
    },
    step: (jobId, step) => take(withStep(manifest, jobId, step, input.now())),
    jobs: (jobs) => take(withJobs(manifest, jobs, input.now())),
    close: () => take({ ...withJobs(manifest, manifest.jobs, input.now()), isClosed: true }),
  }
}
