import { EXIT, FlinkopsError } from '../errors.js'
import type { ContainerReader, JobManager } from '../ports.js'
import { copiedTrees } from '../state/copies.js'
import { doubtSilence } from '../state/doubt-silence.js'
import type { JobEvidence } from '../state/evidence.js'
import { holdsOfStores, type StoreFile, storeFileName } from '../state/high-availability.js'
import { type Hold, type Holds, joinHolds } from '../state/holds.js'
import type { KnownJob } from '../state/jobs.js'
import { snapshotDirectory } from '../state/lineage.js'
import { locationKey, parseLocation } from '../state/location.js'
import type { Guard } from '../state/plan.js'
import type { RetentionPolicy } from '../state/policy.js'
import type { Survey } from '../state/survey.js'
import { findClaims } from './find-claims.js'
import { readStores, withoutDead } from './read-stores.js'

/** A path that some configuration names, and which. */
export interface Pointer {
  path: string
  where: string
}

/** What configurations say of state. */
export interface Configured {
  /** Snapshots from which Flink is to start. */
  restorePaths: Pointer[]
  /** Directories of high-availability stores. */
  stores: Pointer[]
  /** What could not be read, one clause each. */
  problems: string[]
}

/** Who is asked what points at state, besides the jobs themselves. */
export interface PointerSources {
  /** By the files of this machine: Flink's configuration, and the scripts by which jobs are started. */
  configured: () => Promise<Configured>
  /** The same of a JobManager's own configuration; `where` names it. */
  optionsOf: (options: ReadonlyMap<string, string>, where: string) => Configured
  jobManagers: readonly JobManager[]
  /** Opens a container that is not surveyed; `null` = of an account that no person named. */
  open: (account: string, container: string) => Promise<ContainerReader | null>
  /** Which of these `_metadata` (keys) clean-up runs of ours deleted. */
  deleted: (keys: ReadonlySet<string>) => Promise<ReadonlySet<string>>
}

export interface FindPointersInput {
  sources: PointerSources
  evidence: readonly JobEvidence[]
  survey: Survey
  readers: ContainerReader[]
  policy: Pick<RetentionPolicy, 'dead' | 'alsoLast'>
  signal: AbortSignal
}

export interface Pointed {
  holds: Holds
  /** Of what could not be looked at or understood; empty where all was. */
  guards: Guard[]
}

/** Everything that somebody else than the jobs points at. Jobs that a high-availability store holds become unknown where only silence ended them. */
export async function findPointers(input: FindPointersInput, jobs: Map<string, KnownJob>): Promise<Pointed> {
  const { sources, survey, readers, signal } = input
  const configured = await allConfigured(sources, signal)
  const stores = await readStores({ found: survey.stores, configured: configured.stores, readers, open: sources.open, signal })
  const files = withoutDead(stores.files, input.policy.dead)
  const stored = holdsOfStores(files, survey.containers)
  doubtSilence(jobs, stores.unread.length > 0 ? null : stored.jobs)
  const claimed = await findClaims({
    ...input,
    jobs,
    jobManagers: sources.jobManagers,
    alsoLast: input.policy.alsoLast,
    deleted: sources.deleted,
  })
  const holds = joinHolds([
    { paths: restoreHolds(configured.restorePaths), jobs: new Map() },
    stored.holds,
    { paths: copiedTrees(survey), jobs: claimed },
  ])
  return { holds, guards: [...configuredGuards(configured, survey), ...storeGuards(files, stores.unread)] }
}

async function allConfigured(sources: PointerSources, signal: AbortSignal): Promise<Configured> {
  const all = [await sources.configured()]
  for (const jobManager of sources.jobManagers) all.push(await configuredAt(jobManager, sources, signal))
  return {
    restorePaths: all.flatMap((one) => one.restorePaths),
    stores: all.flatMap((one) => one.stores),
    problems: all.flatMap((one) => one.problems),
  }
}

/** One that does not answer at all is refused by another guard. */
async function configuredAt(jobManager: JobManager, sources: PointerSources, signal: AbortSignal): Promise<Configured> {
  try {
    return sources.optionsOf(await jobManager.configuration(signal), jobManager.url)
  } catch (error) {
    if (!(error instanceof FlinkopsError) || error.exitCode === EXIT.interrupted || signal.aborted) throw error
    return { restorePaths: [], stores: [], problems: [`${jobManager.url} does not tell its configuration (${error.message})`] }
  }
}

function restoreHolds(pointers: readonly Pointer[]): Map<string, Hold> {
  const holds = new Map<string, Hold>()
  for (const { path, where } of pointers) {
    const key = keyOf(path)
    if (key !== null) holds.set(key, { reason: 'configured', detail: `${where} names it as where a job starts` })
  }
  return holds
}

function keyOf(path: string): string | null {
  const parsed = parseLocation(path)
  return parsed.ok ? locationKey(snapshotDirectory(parsed.location)) : null
}

function configuredGuards({ restorePaths, problems }: Configured, { snapshots }: Survey): Guard[] {
  const there = new Set(snapshots.filter((one) => one.etag !== null).map((one) => locationKey(one.directory)))
  const lost = restorePaths.filter(({ path }) => !there.has(keyOf(path) ?? ''))
  const words = [
    ...problems,
    ...lost.map(({ path, where }) => `${where} names ${path} as where a job starts, and no snapshot was read there`),
  ]
  return words.length === 0 ? [] : [warning('configured', words.join('; '))]
}

function storeGuards(files: readonly StoreFile[], unread: readonly string[]): Guard[] {
  const unknown = files.flatMap((file) => (file.content.ok ? [] : [{ name: storeFileName(file), problem: file.content.problem }]))
  const [first] = unknown
  const words = unread.map((one) => `the store ${one}; until then no job is ended by silence`)
  if (first !== undefined) {
    const more = unknown.length === 1 ? '' : ` (and ${unknown.length - 1} more)`
    words.push(
      `${first.name} is not understood: ${first.problem}${more}; every tree that it may mean stays. If its job is gone for good: --dead '${first.name}'`,
    )
  }
  return words.length === 0 ? [] : [warning('high-availability', words.join('; '))]
}

function warning(name: string, message: string): Guard {
  return { name, status: 'warn', message, override: null }
}
