import type { Chains } from '../state/chains.js'
import { isBelow, isSameContainer, type Location, parseLocation } from '../state/location.js'
import { restorePoints } from '../state/restore-points.js'
import type { Snapshot } from '../state/snapshot.js'
import { type KnowSnapshotsInput, knowSnapshots } from './know-snapshots.js'
import { type ListedSnapshot, listed } from './list-snapshots.js'
import { matchJobs } from './match-jobs.js'

/** A point in time, or an age by the storage service's clock. */
export type Before = { atMs: number } | { agoMs: number }

export interface FindRestorableInput extends KnowSnapshotsInput {
  /** What the job is or was called. */
  names: string[]
  /** Only of this run: a job id, or a unique prefix. */
  jobId?: string | null
  /** Directories that the program itself names for its state, as URIs. */
  ownDirectories: string[]
  /** Roots of the whole cluster; one of them is nobody's own directory. */
  rootPaths: string[]
  before: Before | null
  spell: (account: string, container: string, name: string) => string
}

export interface Restorables {
  /** `null`: there is none, or `rivals` has several. */
  newest: ListedSnapshot | null
  /** Restorable ones of which none leads on to another, each with how its run began; a person has to choose. */
  rivals: (ListedSnapshot & { origin: string })[]
  /** Restorable ones of the job, the newest included. */
  restorable: number
  /** Newer ones, each with why it was not taken; newest first. */
  passedOver: (Pick<ListedSnapshot, 'path' | 'jobId' | 'completedAtMs' | 'ageMs'> & { reason: string })[]
  /** Complete ones of jobs whose name nobody knows. */
  unnamed: number
  /** Why JobManagers could not be asked, one sentence each. */
  silent: string[]
}

/** Looks for the newest restorable snapshot of a job in storage, whichever of its runs wrote it. */
export async function findRestorable(input: FindRestorableInput): Promise<Restorables> {
  const { snapshots, jobs, chains, nowMs, silent } = await knowSnapshots(input)
  const { before, names, jobId = null } = input
  const jobIds = jobId === null ? null : matchJobs(jobId, jobs)
  const beforeMs = before === null ? null : 'atMs' in before ? before.atMs : nowMs - before.agoMs
  const found = restorePoints({ snapshots, jobs, chains, names, jobIds, ownDirectories: ownDirectories(input), beforeMs })
  const show = (snapshot: (typeof snapshots)[number]) => listed(snapshot, jobs, nowMs, new Set(), input)
  return {
    newest: found.newest === null ? null : show(found.newest),
    rivals: found.rivals.map((one) => ({ ...show(one), origin: originOf(one, chains, input) })),
    restorable: found.restorable,
    passedOver: found.passedOver.map(({ snapshot, reason }) => {
      const { path, jobId, completedAtMs, ageMs } = show(snapshot)
      return { path, jobId, completedAtMs, ageMs, reason }
    }),
    unnamed: found.unnamed,
    silent,
  }
}

/** Several restore points, and nobody knows which one carries on what: the message, and a line to choose each. */
export function rivalry({ rivals }: Pick<Restorables, 'rivals'>, title: string): [string, ...string[]] {
  const lines = rivals.map((one) => {
    const what = one.checkpointId === null ? one.kind : `${one.kind} ${one.checkpointId}`
    const when = new Date(one.completedAtMs).toISOString()
    return `${one.path}: ${what} of job ${one.jobId ?? 'that nobody knows'}, ${when}, ${one.exclusiveBytes + one.sharedBytes} bytes; ${one.origin}`
  })
  return [
    `Which restore point of ${title} is the latest cannot be told: there are ${rivals.length}, and none is known to carry on another.`,
    ...lines,
    'Name the one that you mean by its path, its run with --job-id <job id>, or a time with --from before=<time>.',
  ]
}

/** How the run of a snapshot began, in words. */
function originOf(snapshot: Snapshot, chains: Chains, { spell }: FindRestorableInput): string {
  const link = chains.linkOf(chains.runOf(snapshot))
  if (link === null) return 'from what its run began is not known'
  const from = link.from.snapshots.find((one) => one.checkpointId === link.checkpointId)?.directory
  const what = from === undefined ? `checkpoint ${link.checkpointId} of ${link.from.jobId}` : spell(from.account, from.container, from.name)
  return `its run went on from ${what}`
}

/** Those that no root of the cluster lies in: there, other jobs may leave their state, too. */
function ownDirectories({ ownDirectories, rootPaths }: FindRestorableInput): Location[] {
  const roots = rootPaths.flatMap(locationOf)
  return ownDirectories
    .flatMap(locationOf)
    .filter((own) => !roots.some((root) => isSameContainer(root, own) && isBelow(root.name, own.name)))
}

function locationOf(path: string): Location[] {
  const parsed = parseLocation(path)
  return parsed.ok ? [parsed.location] : []
}
