import { EXIT, FlinkopsError } from '../errors.js'
import type { CheckpointEntry, JobManager, SqlGateway, SqlStatement, StorageReader } from '../ports.js'
import type { DrillBegun, DrillProof, DrillVerdict } from '../ports-drill.js'
import { isBelow, isSameContainer, type Location, parseLocation } from '../state/location.js'
import type { Metadata } from '../state/types.js'
import { awaitRecords } from './await-records.js'
import { awaitRestore, type RestoreProgress } from './await-restore.js'
import type { LocatedSnapshot } from './locate-snapshot.js'
import { verifyOnce } from './verify-snapshot.js'

export interface WatchDrillInput {
  drill: DrillBegun
  name: string
  statements: SqlStatement[]
  snapshot: LocatedSnapshot
  allowNonRestoredState: boolean
  recordsWithinMs: number
  jobManager: JobManager
  sqlGateway: () => Promise<SqlGateway>
  storage: StorageReader
  now: () => number
  signal: AbortSignal
  onLaunched: () => void
  onProgress: (progress: RestoreProgress) => void
}

export interface Watched {
  verdict: DrillVerdict
  reason: string | null
  proof: DrillProof
  /** What its own checkpoint holds; `null` when that was gone before it could be read. */
  graph: Metadata | null
}

/** Its own checkpoint is waited for, whatever the interval of the job itself is. */
const CHECKPOINT_INTERVAL_MS = 5_000

/** Starts the job and watches it until all of the proof was seen: restored from this very path, a checkpoint of its own, records. */
export async function watchDrill(input: WatchDrillInput): Promise<Watched> {
  const { drill, snapshot, jobManager, signal } = input
  const { jobId } = drill
  const flinkVersion = await jobManager.version(signal)
  const gateway = await input.sqlGateway()
  await gateway.runScript(
    {
      statements: input.statements,
      flinkVersion,
      jobId,
      restore: { path: snapshot.path, claimMode: 'NO_CLAIM', allowNonRestoredState: input.allowNonRestoredState },
      isolation: { name: input.name, checkpointDirectory: drill.directory, checkpointIntervalMs: CHECKPOINT_INTERVAL_MS },
    },
    signal,
  )
  input.onLaunched()
  const { restoredCheckpointId } = await awaitRestore({ ...input, jobId, waitFor: 'checkpoint' })
  const { own, graph } = await ownCheckpoint(input)
  const records = await awaitRecords({ ...input, jobId, withinMs: input.recordsWithinMs, onWaiting: waiting(input) })
  const proof: DrillProof = {
    restoredCheckpointId,
    checkpointId: own?.id ?? 0,
    checkpointBytes: own?.checkpointedBytes ?? own?.stateBytes ?? null,
    checkpointMs: own?.endToEndMs ?? null,
    recordsRead: records.read,
    recordsWritten: records.written,
  }
  if (records.read > 0) return { verdict: 'proven', reason: null, proof, graph }
  const reason = `it was restored and has completed a checkpoint, but no record came out of its sources within ${Math.round(input.recordsWithinMs / 1000)} s`
  return { verdict: 'not-proven', reason, proof, graph }
}

function waiting({ onProgress }: WatchDrillInput): (elapsedMs: number) => void {
  return (elapsedMs) => onProgress({ elapsedMs, state: 'RUNNING', waitingFor: 'records', failedCheckpoints: 0 })
}

const LOOKS = 5

/** Its newest checkpoint, and what that holds; a newer one may take its place while it is read. */
async function ownCheckpoint(input: WatchDrillInput): Promise<{ own: CheckpointEntry | null; graph: Metadata | null }> {
  for (let look = 1; ; look++) {
    const own = (await input.jobManager.checkpoints(input.drill.jobId, input.signal))?.latest.completed ?? null
    const found = await verifyOnce({ storage: input.storage, location: ownLocation(own, input), signal: input.signal })
    if (found.state === 'complete' || look === LOOKS) return { own, graph: found.state === 'complete' ? found.metadata : null }
  }
}

/** Where it writes was asked for, and is looked at: a checkpoint elsewhere could be taken for one of the job itself. */
function ownLocation(own: CheckpointEntry | null, { drill }: WatchDrillInput): Location {
  const said = parseLocation(own?.externalPath ?? '')
  const directory = parseLocation(drill.directory)
  const isInside =
    said.ok && directory.ok && isSameContainer(said.location, directory.location) && isBelow(said.location.name, directory.location.name)
  if (isInside) return said.location
  throw new FlinkopsError(`The drill was to write its checkpoints to ${drill.directory}, and wrote ${own?.externalPath ?? 'none'}`, {
    code: 'RESTORE_NOT_PROVEN',
    exitCode: EXIT.failedOnCluster,
  })
}
