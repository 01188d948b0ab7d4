import { isBelow, isSameContainer, type Location, parseLocation } from '../state/location.js'
import { restorePoints } from '../state/restore-points.js'
import { type KnowSnapshotsInput, knowSnapshots } from './know-snapshots.js'
import { type ListedSnapshot, listed } from './list-snapshots.js'

/** A point in time, or an age by the storage service's clock. */
export type Before = { atMs: number } | { agoMs: number }

export interface FindRestorableInput extends KnowSnapshotsInput {
  /** What the job is or was called. */
  names: string[]
  /** Directories that the program itself names for its state, as URIs. */
  ownDirectories: string[]
  /** Roots of the whole cluster; one of them is nobody's own directory. */
  rootPaths: string[]
  before: Before | null
  spell: (account: string, container: string, name: string) => string
}

export interface Restorables {
  newest: ListedSnapshot | null
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
  const { snapshots, jobs, nowMs, silent } = await knowSnapshots(input)
  const { before, names } = input
  const beforeMs = before === null ? null : 'atMs' in before ? before.atMs : nowMs - before.agoMs
  const found = restorePoints({ snapshots, jobs, names, ownDirectories: ownDirectories(input), beforeMs })
  const show = (snapshot: (typeof snapshots)[number]) => listed(snapshot, jobs, nowMs, new Set(), input)
  return {
    newest: found.newest === null ? null : show(found.newest),
    restorable: found.restorable,
    passedOver: found.passedOver.map(({ snapshot, reason }) => {
      const { path, jobId, completedAtMs, ageMs } = show(snapshot)
      return { path, jobId, completedAtMs, ageMs, reason }
    }),
    unnamed: found.unnamed,
    silent,
  }
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
