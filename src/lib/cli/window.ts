import { randomBytes } from 'node:crypto'
import type { Context } from '../context.js'
import type { Ledger } from '../operations/ledger.js'
import { openLedger } from '../operations/ledger.js'
import { type Patience, patientJobManager, patiently } from '../operations/patience.js'
import type { JobManager } from '../ports.js'
import { parseLocation } from '../state/location.js'
import type { Manifest } from '../state/manifest.js'
import { duration } from '../views/format.js'
import type { Streams } from './streams.js'
import type { OutputFormat } from './table.js'

/** What `stop --all` and `resume --all` need of the terminal. */
export interface Screen {
  streams: Streams
  format: OutputFormat
  print: (text: string) => void
  /** One line, whatever the names in it hold; as are `update` and `notice`. */
  say: (text: string) => void
  update: (text: string) => void
  notice: (text: string) => void
  /** On stderr, also under --quiet: an error in several lines. */
  complain: (text: string) => void
  /** `null`: there is nobody to ask. */
  confirm: (question: string) => Promise<boolean | null>
}

/** Sorts by time, and never meets another. */
export function newWindowId(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 19).replaceAll(/[:-]/g, '')}-${randomBytes(3).toString('hex')}`
}

/** Whose window it is: its context's; where a cluster was named by hand, that cluster's alone. */
export function windowPlace({ config }: Context, jobManager: JobManager): Pick<Manifest, 'context' | 'jobManager'> {
  const isByHand = /^(flag --jobmanager|FLINKOPS_JOBMANAGER)/.test(config.jobManagers.source)
  return { context: isByHand ? null : config.contextName.value, jobManager: jobManager.url }
}

const COPY_TIMEOUT_MS = 10_000

/** The ledger of a window, with its copy in the container of the savepoints. */
export async function ledgerOf(manifest: Manifest, target: string | null, context: Context, screen: Screen): Promise<Ledger> {
  const parsed = target === null ? null : parseLocation(target)
  if (!parsed?.ok) screen.notice('The manifest has no copy beside the savepoints: it is not known where they lie.')
  const storage = await context.storage()
  const copy = async (id: string, text: string) => {
    if (!parsed?.ok) return
    const signal = AbortSignal.timeout(COPY_TIMEOUT_MS)
    await storage.copyManifest({ account: parsed.location.account, container: parsed.location.container, id, text, signal })
  }
  return openLedger({
    manifest,
    journal: context.maintenance,
    copy: parsed?.ok ? copy : null,
    now: context.now,
    onCopyFailed: ({ message }) =>
      screen.notice(`The manifest has no copy beside the savepoints: ${message} What is in the journal goes on.`),
  })
}

/** Said once of a wait whose looks get something else than a word of Flink. */
export function troubleWords(what: string, problem: Error): string {
  return `${problem.message.replace(/\.?$/, '.')} That is no word on ${what}: waiting on; --timeout or Ctrl-C ends the wait.`
}

/** How long a JobManager may be silent where no `--timeout` ends the wait. */
export const SILENCE_MS = 10 * 60_000

/** A JobManager that is waited for, and said so. */
export function waitingFor(
  jobManager: JobManager,
  context: Context,
  screen: Screen,
): { jobManager: JobManager; plainJobManager: JobManager; again: ReturnType<typeof patiently> } {
  const patience: Patience = {
    now: context.now,
    onDown: (problem) => screen.say(`${problem.message.replace(/\.?$/, '.')} Waiting until it does; --timeout or Ctrl-C ends the wait.`),
    onBack: (downMs) => screen.say(`It answers again after ${duration(downMs)}.`),
  }
  const again = patiently(patience)
  return { jobManager: patientJobManager(jobManager, again), plainJobManager: jobManager, again }
}
