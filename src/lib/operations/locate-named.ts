import { notFoundError, usageError } from '../errors.js'
import type { Journal, StorageReader } from '../ports.js'
import { parseLocation } from '../state/location.js'
import { type ListSnapshotsInput, listSnapshots } from './list-snapshots.js'
import { type LocatedSnapshot, locateSnapshot } from './locate-snapshot.js'

export interface LocateNamedInput {
  /** A URI, a path below a root, or `latest` with a job. */
  text: string
  job: string | null
  scope: Pick<ListSnapshotsInput, 'readers' | 'cluster' | 'spell'> & { rootPaths: string[] }
  context: { journal: Journal; storage: () => Promise<StorageReader>; now: () => number; signal: AbortSignal }
}

/** Finds a snapshot by name; `latest` is the newest complete one of the job, checkpoint or savepoint. */
export async function locateNamed(input: LocateNamedInput): Promise<LocatedSnapshot> {
  const { text, job, scope, context } = input
  if (text !== 'latest') return locateSnapshot({ text, roots: scope.rootPaths, storage: await context.storage(), signal: context.signal })
  if (job === null) throw usageError('latest needs --job: of which job?')
  const { snapshots } = await listSnapshots({ ...scope, ...context, kind: 'any', job, exclusive: false, pins: [] })
  const newest = snapshots.find((one) => one.completeness === 'complete')
  const parsed = newest === undefined ? null : parseLocation(newest.path)
  if (newest === undefined || !parsed?.ok)
    throw notFoundError(
      'SNAPSHOT_NOT_FOUND',
      `No complete snapshot of ${job} lies in storage.`,
      'See what is there: flinkops list-checkpoints, flinkops list-savepoints',
    )
  return { location: parsed.location, path: newest.path }
}
