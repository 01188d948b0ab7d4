import { FlinkopsError } from '../errors.js'
import type { JobManager, StorageReader } from '../ports.js'
import type { DrillBegun, DrillJournal } from '../ports-drill.js'
import { type Location, parseLocation } from '../state/location.js'
import { endDrill } from './end-drill.js'

export interface ClearDrillInput {
  drill: Pick<DrillBegun, 'jobId' | 'directory'>
  mayStillCome: boolean
  jobManager: JobManager
  storage: StorageReader
  drills: DrillJournal
  /** Deletes what lies in the directory; answers how many blobs went. */
  remove: (directory: Location, signal: AbortSignal) => Promise<number>
  now: () => number
}

/** What became of a drill's traces: `problem` says in a sentence why some may be left. */
export interface Cleared {
  removedBlobs: number
  problem: string | null
}

/** Time for all of it, also after Ctrl-C: what was started is not left running because somebody is in a hurry. */
const WITHIN_MS = 180_000

/** Ends the job of a drill and empties its directory; written down only when both was seen. Never throws: the verdict counts, too. */
export async function clearDrill(input: ClearDrillInput): Promise<Cleared> {
  const { drill, jobManager, drills, now } = input
  const signal = AbortSignal.timeout(WITHIN_MS)
  try {
    const parsed = parseLocation(drill.directory)
    if (!parsed.ok) throw new Error(`${drill.directory} cannot be looked into: ${parsed.problem}`)
    const directory = parsed.location
    await endDrill({ jobId: drill.jobId, directory, jobManager, mayStillCome: input.mayStillCome, now, signal })
    const removedBlobs = await input.remove(directory, signal)
    await drills.cleared(drill.jobId, now())
    return { removedBlobs, problem: null }
  } catch (error) {
    const why = signal.aborted ? `not done within ${WITHIN_MS / 1000} s` : error instanceof Error ? error.message : String(error)
    if (!(error instanceof FlinkopsError) && !signal.aborted && !(error instanceof Error)) throw error
    return { removedBlobs: 0, problem: why.replace(/\.$/, '') }
  }
}
