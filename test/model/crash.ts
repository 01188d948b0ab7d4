import { register } from './checkpoint.js'
import type { Cluster } from './cluster.js'
import { end } from './ending.js'
import type { SimJob } from './job.js'
import type { Steps } from './process.js'
import { adopt, checkpointForEver, freshBackends, runJob } from './restore.js'
import { missingOf } from './snapshot.js'
import type { World } from './world.js'

/** A job lost the files it goes on from. */
export class CannotFailOver extends Error {
  readonly path: string

  constructor(job: SimJob, path: string) {
    super(`${job} cannot fail over: ${path} is missing`)
    this.path = path
  }
}

/** TaskManagers die with work in flight: nothing of it is cleaned up, the job goes on from its newest checkpoint. */
export function killTaskManagers(world: World, job: SimJob): void {
  world.trace(() => `TaskManagers of ${job} die`)
  world.kill((process) => process.jobKey === job.key)
  for (const pending of job.pending) {
    pending.isAborted = true
    pending.entry.status = 'FAILED'
  }
  job.pending.clear()
  job.state = 'RESTARTING'
  world.start({ label: `${job}`, clusterId: job.cluster.settings.id, jobKey: job.key }, failOver(world, job))
}

function* failOver(world: World, job: SimJob): Steps {
  yield
  // The savepoint or checkpoint it was started from may be gone if its owner deleted it; then it starts over, as a person would.
  const latest = job.latest
  if (latest === undefined) job.backends = freshBackends(world, job)
  else {
    const missing = missingOf(latest.trueFiles, world.store)
    if (missing !== null && job.hasOwnCheckpoint && !job.settings.hidesOpenFiles) {
      if (!world.harmed.has(job.key)) throw new CannotFailOver(job, missing)
      end(world, job, 'FAILED')
      return
    }
    adopt(world, job, latest, job.hasOwnCheckpoint || job.restore?.mode !== 'NO_CLAIM')
    job.restoredForRest = { id: latest.checkpointId, path: job.spell(latest.directory), atMs: world.nowMs }
  }
  job.state = 'RUNNING'
  yield
  yield* checkpointForEver(world, job)
}

/** A JobManager dies: what it was doing stops, what it remembered of ended jobs is gone. */
export function killJobManager(world: World, cluster: Cluster): void {
  world.trace(() => `JobManager ${cluster.settings.id} dies`)
  const { id, hasHighAvailability } = cluster.settings
  world.kill((process) => process.clusterId === id)
  const lost = [...cluster.jobs.values()].filter((job) => job.isAlive)
  cluster.jobs.clear()
  for (const job of lost) {
    job.pending.clear()
    job.history = []
    job.restCache = null
    job.state = hasHighAvailability ? 'INITIALIZING' : 'DEAD'
    if (!hasHighAvailability) job.endedAtMs = world.nowMs
  }
  cluster.isUp = false
  world.start({ label: `${id} comes back`, clusterId: null, jobKey: null }, comeBack(world, cluster, hasHighAvailability ? lost : []))
}

function* comeBack(world: World, cluster: Cluster, lost: SimJob[]): Steps {
  for (let wait = world.random.int(1, 15); wait > 0; wait--) yield
  cluster.isUp = true
  for (const job of lost) {
    cluster.jobs.set(job.settings.jobId, job)
    const steps = job.hasRun && job.latest !== undefined ? recover(world, job) : runJob(world, job)
    world.start({ label: `${job}`, clusterId: cluster.settings.id, jobKey: job.key }, steps)
  }
}

/** From the handles in the HA store: shared files of checkpoints that never completed are forgotten. */
function* recover(world: World, job: SimJob): Steps {
  job.registry.clear()
  for (const snapshot of job.completed) {
    if (snapshot !== job.restore?.snapshot || job.restore.mode !== 'NO_CLAIM') register(job, snapshot.subtasks, snapshot.checkpointId)
  }
  yield* failOver(world, job)
}
