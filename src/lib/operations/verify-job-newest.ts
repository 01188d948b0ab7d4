import { setTimeout as sleep } from 'node:timers/promises'
import type { CheckpointEntry, JobManager, JobOverview, StorageReader } from '../ports.js'
import { parseLocation } from '../state/location.js'
import { checkpointsUnlessInitializing } from './checkpoints-of.js'
import { findingsOf } from './verify-restorable.js'
import { verifySnapshot } from './verify-snapshot.js'

export interface NewestInput {
  job: JobOverview
  jobManager: JobManager
  storage: StorageReader
  signal: AbortSignal
  pause?: (ms: number, signal: AbortSignal) => Promise<unknown>
}

export interface NewestProof {
  path: string
  checkpointId: number
  files: number
  bytes: number
}

interface Newest {
  findings: string[]
  proof: NewestProof | null
}

const LOOKS = 4
/** Longer than a JobManager keeps its statistics before it looks again. */
const PAUSE_MS = 4000

/** Whether the newest completed checkpoint can be restored from. While we look a newer one may take its place, and Flink deletes the old one. */
export async function verifyNewest(input: NewestInput): Promise<Newest> {
  const { signal, pause = (ms, aborted) => sleep(ms, undefined, { signal: aborted }) } = input
  let newest = await newestOf(input)
  for (let look = 1; ; look++) {
    const verdict = await verifyOne(newest, input)
    if (verdict.findings.length === 0 || look === LOOKS) return verdict
    await pause(PAUSE_MS, signal)
    const next = await newestOf(input)
    if (next?.id === newest?.id) return verdict
    newest = next
  }
}

async function newestOf({ jobManager, job, signal }: NewestInput): Promise<CheckpointEntry | null> {
  return (await checkpointsUnlessInitializing(jobManager, job.jobId, signal))?.latest.completed ?? null
}

async function verifyOne(newest: CheckpointEntry | null, { storage, signal }: NewestInput): Promise<Newest> {
  const finding = (text: string) => ({ findings: [text], proof: null })
  if (newest === null) return finding('no completed checkpoint is known any more')
  const path = newest.externalPath
  if (path === null) return finding(`checkpoint ${newest.id} is kept in the JobManager's memory only: it cannot be restored from`)
  const parsed = parseLocation(path)
  if (!parsed.ok) return finding(`its newest checkpoint ${path} cannot be looked at: ${parsed.problem}`)
  const found = await verifySnapshot({ storage, location: parsed.location, signal })
  const findings = findingsOf(found).map((one) => `its newest checkpoint ${path} cannot be restored: ${one}`)
  if (found.state !== 'complete') return { findings, proof: null }
  const { measured } = found
  const proof = { path, checkpointId: newest.id, files: measured.references.length, bytes: measured.exclusiveBytes + measured.sharedBytes }
  return { findings, proof }
}
