import { takeSavepoint } from './checkpoint.js'
import { killJobManager, killTaskManagers } from './crash.js'
import { end } from './ending.js'
import type { SimJob } from './job.js'
import { metadataOf } from './paths.js'
import type { Steps } from './process.js'
import type { SimSnapshot } from './snapshot.js'
import { chooseByWeight, deployFresh, restore, restoreSomething } from './submit.js'
import { wildActions } from './wild.js'
import type { World } from './world.js'

/** Somebody at a keyboard, now and then, also while a clean-up runs. */
export function* people(world: World): Steps {
  for (;;) {
    yield
    if (world.random.chance(0.12)) act(world)
  }
}

function act(world: World): void {
  const living = world.livingJobs().filter((job) => job.state !== 'INITIALIZING' && job.cluster.isUp)
  if (living.length === 0) return void (world.random.chance(0.6) ? restoreSomething(world) : deployFresh(world))
  const job = world.random.pick(living)
  const actions: [number, () => void][] = [
    [world.isWild ? 10 : 4, () => savepoint(world, job, false)],
    [2, () => savepoint(world, job, true)],
    [3, () => end(world, job, 'CANCELED')],
    [2, () => end(world, job, 'FAILED')],
    [4, () => killTaskManagers(world, job)],
    [1, () => killJobManager(world, job.cluster)],
    [6, () => restoreSomething(world)],
    [2, () => redeploy(world, job)],
    [2, () => deployFresh(world)],
    [1, () => copyBack(world)],
    ...(world.isWild ? wildActions(world, job) : []),
  ]
  chooseByWeight(world, actions)()
}

function savepoint(world: World, job: SimJob, isStop: boolean): void {
  const format = world.random.chance(0.5) ? 'NATIVE' : 'CANONICAL'
  const steps = (function* (): Steps {
    const taken = yield* takeSavepoint(world, job, format)
    if (isStop && taken !== null) end(world, job, 'FINISHED')
  })()
  world.start({ label: `savepoint of ${job}`, clusterId: job.cluster.settings.id, jobKey: job.key }, steps)
}

/** Cancels and starts again from its newest checkpoint, under a new id or (application mode) the same one. */
function redeploy(world: World, job: SimJob): void {
  const newest = job.latest
  end(world, job, 'CANCELED')
  if (newest === undefined) return
  const keepsId = job.cluster.settings.isListed && world.random.chance(0.3) && (!world.isWild || isNewestOfRun(world, newest))
  restore(world, job.cluster, newest, keepsId ? { jobId: job.settings.jobId } : {})
}

/** A random id that is used again for an older point than the last would look like one run to everybody. */
function isNewestOfRun(world: World, snapshot: SimSnapshot): boolean {
  return ![...world.snapshots.values()].some((one) => one.runKey === snapshot.runKey && one.checkpointId > snapshot.checkpointId)
}

/** A person brings a snapshot's blobs back from a copy: same names, same content, new versions; `_metadata` last. */
function copyBack(world: World): void {
  // Only over blobs that were listed already: what a later listing shows half copied is a mess of that person's own.
  if (world.cleanup === null || world.cleanup.step === 'planning') return
  const { expired } = world.cleanup
  const given = [...world.snapshots.values()].filter((one) => one.kind === 'savepoint' && expired.has(metadataOf(one.directory)))
  if (given.length === 0) return
  const snapshot = world.random.pick(given)
  world.trace(() => `somebody copies ${snapshot.directory} back`)
  world.start({ label: 'copy', clusterId: null, jobKey: null }, copyFiles(world, snapshot))
}

function* copyFiles(world: World, snapshot: SimSnapshot): Steps {
  const files = [...snapshot.writtenFiles].filter(([path]) => path.startsWith(`${snapshot.directory}/`))
  for (const [path, sizeBytes] of files) {
    world.copying.add(path)
    world.store.put(path, { sizeBytes })
    yield
  }
  world.store.put(metadataOf(snapshot.directory), { bytes: snapshot.bytes })
  for (const [path] of files) world.copying.delete(path)
}
