import type { CheckpointEntry } from '../../src/lib/ports.js'
import type { SubtaskState } from './handles.js'
import { sharedPaths } from './handles.js'
import type { Pending, SimJob } from './job.js'
import { encodeMetadata } from './metadata.js'
import { metadataOf } from './paths.js'
import { Aborted, type Steps } from './process.js'
import { type SimSnapshot, trueFilesOf, writtenFilesOf } from './snapshot.js'
import { subsume } from './subsume.js'
import { turn, upload } from './upload.js'
import type { World } from './world.js'

const HISTORY_SIZE = 10

/** A checkpoint from trigger to subsumption (4.1); ends early when it is given up. */
export function* takeCheckpoint(world: World, job: SimJob): Steps {
  const pending = begin(world, job, `${job.tree}/chk-${job.nextId}`, false)
  try {
    if (world.store.has(metadataOf(pending.directory))) throw new Aborted()
    if (needsFull(job)) throw new Aborted()
    for (const area of [`${job.tree}/shared`, `${job.tree}/taskowned`]) world.store.mkdir(area)
    const snapshot = yield* write(world, job, pending, (backend) => backend.snapshot({ world, job, pending }))
    yield* turn(pending)
    complete(world, job, pending, snapshot)
    job.completed.push(snapshot)
    job.hasOwnCheckpoint = true
    register(job, snapshot.subtasks, pending.checkpointId)
    yield
    subsume(world, job)
    yield
    for (const backend of job.backends) backend.confirmed(pending.checkpointId)
    dropWriteAhead(world, job, snapshot)
  } catch (error) {
    if (!(error instanceof Aborted)) throw error
    fail(world, job, pending)
  }
}

/** A changelog job restored with NO_CLAIM never completes a checkpoint (4.8). */
function needsFull(job: SimJob): boolean {
  return job.settings.backend === 'changelog' && job.restore?.mode === 'NO_CLAIM' && !job.hasOwnCheckpoint
}

/** The sink has committed what earlier checkpoints held back. */
function dropWriteAhead(world: World, job: SimJob, newest: SimSnapshot): void {
  const kept = new Set(job.completed.flatMap((one) => one.subtasks.flatMap((state) => state.hidden)))
  for (const state of newest.subtasks) for (const path of state.hidden) kept.add(path)
  for (const path of kept) if (path.startsWith(`${job.tree}/`)) job.writeAhead.add(path)
  for (const path of job.writeAhead) {
    if (kept.has(path)) continue
    job.writeAhead.delete(path)
    world.store.delete(path)
  }
}

export function* takeSavepoint(world: World, job: SimJob, format: 'CANONICAL' | 'NATIVE'): Steps<SimSnapshot | null> {
  const name = `savepoint-${job.settings.jobId.slice(0, 6)}-${world.random.hex(12)}`
  const pending = begin(world, job, `${job.cluster.settings.savepointRoot}/${name}`, true)
  try {
    const snapshot = yield* write(world, job, pending, (backend) => backend.savepoint({ world, job, pending }, format))
    complete(world, job, pending, snapshot)
    return snapshot
  } catch (error) {
    if (!(error instanceof Aborted)) throw error
    fail(world, job, pending)
    return null
  }
}

function begin(world: World, job: SimJob, directory: string, isSavepoint: boolean): Pending {
  const checkpointId = job.nextId++
  const entry = newEntry(checkpointId, isSavepoint, world.nowMs, job.settings.parallelism)
  const pending = { checkpointId, directory, startedAtMs: world.nowMs, isSavepoint, paths: new Set([directory]), isAborted: false, entry }
  job.pending.add(pending)
  job.history = [entry, ...job.history].slice(0, HISTORY_SIZE)
  world.store.mkdir(directory)
  world.trace(() => `${job} begins ${directory}`)
  return pending
}

type TakeState = (backend: SimJob['backends'][number]) => Steps<SubtaskState>

function* write(world: World, job: SimJob, pending: Pending, take: TakeState): Steps<SimSnapshot> {
  yield* turn(pending)
  const subtasks: SubtaskState[] = []
  for (const backend of job.backends) {
    subtasks.push(yield* take(backend))
    if (world.random.chance(0.03)) throw new Aborted()
  }
  const { settings } = job
  const { directory, checkpointId } = pending
  const spot = { directory, hasForeignRelative: settings.hasForeignRelative }
  const bytes = encodeMetadata({
    ...spot,
    checkpointId,
    version: settings.version,
    operatorName: settings.name,
    operatorIds: [...job.operators.keys()],
    subtasks,
    spell: (path) => job.spell(path),
  })
  const snapshot: SimSnapshot = {
    checkpointId,
    directory,
    kind: pending.isSavepoint ? 'savepoint' : 'checkpoint',
    jobId: settings.jobId,
    jobName: settings.name,
    runKey: job.key,
    operators: new Map(job.operators),
    backend: settings.backend,
    subtasks,
    bytes,
    completedAtMs: world.nowMs,
    trueFiles: trueFilesOf(subtasks),
    writtenFiles: writtenFilesOf(subtasks, spot),
  }
  // As soon as its `_metadata` is closed it restores, whether or not its JobManager lives to say so.
  const isThere = () => {
    snapshot.completedAtMs = world.nowMs
    world.snapshots.set(directory, snapshot)
  }
  yield* upload({ world, job, pending }, metadataOf(directory), { bytes }, isThere)
  return snapshot
}

function complete(world: World, job: SimJob, pending: Pending, snapshot: SimSnapshot): void {
  job.pending.delete(pending)
  Object.assign(pending.entry, {
    status: 'COMPLETED',
    latestAckAtMs: world.nowMs,
    endToEndMs: world.nowMs - pending.startedAtMs,
    externalPath: job.spell(snapshot.directory),
    discarded: false,
  })
  world.trace(() => `${job} completes ${snapshot.directory}`)
}

/** Its directory goes, best effort; what it put into `shared` stays registered until a later checkpoint lets go of it. */
function fail(world: World, job: SimJob, pending: Pending): void {
  giveUp(world, job, pending)
  for (const path of pending.paths) if (path.startsWith(`${job.tree}/shared/`)) job.registry.set(path, pending.checkpointId)
}

export function giveUp(world: World, job: SimJob, pending: Pending): void {
  pending.isAborted = true
  job.pending.delete(pending)
  pending.entry.status = 'FAILED'
  world.trace(() => `${job} gives up ${pending.directory}`)
  if (!world.random.chance(0.85)) return
  for (const path of world.store.below(pending.directory)) {
    if (pending.paths.has(path) && world.random.chance(0.97)) world.store.delete(path)
  }
  if (world.store.below(pending.directory).length === 0) world.store.delete(pending.directory)
}

export function register(job: SimJob, subtasks: SubtaskState[], checkpointId: number): void {
  for (const state of subtasks) for (const path of sharedPaths(state)) job.registry.set(path, checkpointId)
}

function newEntry(id: number, isSavepoint: boolean, triggeredAtMs: number, subtasks: number): CheckpointEntry {
  return {
    id,
    status: 'IN_PROGRESS',
    isSavepoint,
    type: isSavepoint ? 'SAVEPOINT' : 'CHECKPOINT',
    triggeredAtMs,
    latestAckAtMs: null,
    endToEndMs: null,
    checkpointedBytes: null,
    stateBytes: null,
    subtasks,
    acknowledgedSubtasks: 0,
    externalPath: null,
    discarded: false,
    failureMessage: null,
  }
}
