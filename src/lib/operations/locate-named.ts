import { notFoundError, refusedError, usageError } from '../errors.js'
import type { Journal, StorageReader } from '../ports.js'
import { parseLocation } from '../state/location.js'
import { type FindRestorableInput, findRestorable, rivalry } from './find-restorable.js'
import { type LocatedSnapshot, locateSnapshot } from './locate-snapshot.js'

export interface LocateNamedInput {
  /** A URI, a path below a root, or `latest` with a job. */
  text: string
  job: string | null
  scope: Pick<FindRestorableInput, 'readers' | 'cluster' | 'spell' | 'stateRoots' | 'rootPaths'>
  context: { journal: Journal; storage: () => Promise<StorageReader>; now: () => number; signal: AbortSignal }
}

/** Finds a snapshot by name; `latest` is the one of the job, checkpoint or savepoint, from which nothing leads on. */
export async function locateNamed(input: LocateNamedInput): Promise<LocatedSnapshot> {
  const { text, job, scope, context } = input
  if (text !== 'latest') return locateSnapshot({ text, roots: scope.rootPaths, storage: await context.storage(), signal: context.signal })
  if (job === null) throw usageError('latest needs --job: of which job?')
  const found = await findRestorable({ ...scope, ...context, names: [job], jobId: job, ownDirectories: [], before: null, exclusive: false })
  const { newest } = found
  if (found.rivals.length > 0) throw refusedError('LATEST_AMBIGUOUS', ...rivalry(found, job))
  const parsed = newest === null ? null : parseLocation(newest.path)
  if (newest === null || !parsed?.ok)
    throw notFoundError(
      'SNAPSHOT_NOT_FOUND',
      `No complete snapshot of ${job} lies in storage.`,
      'See what is there: flinkops list-checkpoints, flinkops list-savepoints',
    )
  return { location: parsed.location, path: newest.path }
}
