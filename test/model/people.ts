import { takeSavepoint } from './checkpoint.js'
import type { Cluster } from './cluster.js'
import { killJobManager, killTaskManagers } from './crash.js'
import { end } from './ending.js'
import { type BackendKind, type ClaimMode, type JobSettings, SimJob } from './job.js'
import { metadataOf } from './paths.js'
import type { Steps } from './process.js'
import { runJob } from './restore.js'
import { isRestorable, type SimSnapshot } from './snapshot.js'
import type { World } from './world.js'

const NAMES = ['orders', 'clicks', 'users']
const MINUTE_MS = 60_000
const MOST_LIVING = 5

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
    [4, () => savepoint(world, job, false)],
    [2, () => savepoint(world, job, true)],
    [3, () => end(world, job, 'CANCELED')],
    [2, () => end(world, job, 'FAILED')],
    [4, () => killTaskManagers(world, job)],
    [1, () => killJobManager(world, job.cluster)],
    [6, () => restoreSomething(world)],
    [2, () => redeploy(world, job)],
    [2, () => deployFresh(world)],
    [1, () => copyBack(world)],
  ]
  chooseByWeight(world, actions)()
}

function chooseByWeight<T>(world: World, choices: [number, T][]): T {
  let left = world.random.next() * choices.reduce((sum, [weight]) => sum + weight, 0)
  for (const [weight, choice] of choices) {
    left -= weight
    if (left < 0) return choice
  }
  const [last] = choices.slice(-1)
  if (last === undefined) throw new RangeError('nothing to choose from')
  return last[1]
}

export function deployFresh(world: World): void {
  const clusters = world.clusters.filter((cluster) => cluster.isUp)
  if (clusters.length === 0 || world.livingJobs().length >= MOST_LIVING) return
  const cluster = world.random.pick(clusters)
  const settings = newSettings(world, cluster, { name: world.random.pick(NAMES), backend: anyBackend(world) })
  // Ids near a power of ten: the order of names is not the order of checkpoints there.
  submit(world, cluster, settings, world.random.pick([1, 7, 8, 8, 98]))
}

function anyBackend(world: World): BackendKind {
  return chooseByWeight<BackendKind>(world, [
    [6, 'incremental'],
    [2, 'full'],
    [2, 'changelog'],
    [2, 'merging'],
    [1, 'forst'],
  ])
}

function newSettings(world: World, cluster: Cluster, kept: { name: string; backend: BackendKind }): JobSettings {
  const { random } = world
  const isPlain = kept.backend === 'incremental' || kept.backend === 'full'
  return {
    ...kept,
    jobId: random.hex(32),
    parallelism: random.int(1, 2),
    retained: random.pick([1, 1, 2, 3]),
    timeoutMs: cluster.settings.isListed ? random.pick([10 * MINUTE_MS, 60 * MINUTE_MS, 11 * 60 * MINUTE_MS]) : 10 * MINUTE_MS,
    spelling: cluster.settings.spelling,
    version: random.chance(0.003) ? 7 : random.pick([4, 5, 6, 6, 6]),
    hasForeignRelative: random.chance(0.15),
    hasWriteAheadSink: isPlain && random.chance(0.15),
    deletesOnCancel: random.chance(0.1),
    isUnaligned: random.chance(0.2),
    mergesAcrossCheckpoints: random.chance(0.5),
    hidesOpenFiles: random.chance(0.3),
  }
}

function submit(world: World, cluster: Cluster, settings: JobSettings, nextId: number): SimJob {
  const job = new SimJob(world.jobs.length, settings, cluster, world.nowMs, nextId)
  world.jobs.push(job)
  cluster.jobs.set(settings.jobId, job)
  world.trace(() => `${job} is submitted`)
  world.start({ label: `${job}`, clusterId: cluster.settings.id, jobKey: job.key }, runJob(world, job))
  return job
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
  const keepsId = job.cluster.settings.isListed && world.random.chance(0.3)
  restore(world, job.cluster, newest, keepsId ? job.settings.jobId : null)
}

function restoreSomething(world: World): void {
  if (world.livingJobs().length >= MOST_LIVING) return
  const candidates = [...world.snapshots.values()].filter((one) => isRestorable(one, world.store))
  const clusters = world.clusters.filter((cluster) => cluster.isUp)
  if (candidates.length === 0 || clusters.length === 0) return
  restore(world, world.random.pick(clusters), world.random.pick(candidates), null)
}

/**
 * What Flink is about to delete is no restore point. From the re-check on nobody restores what the plan says goes: storage cannot show
 * such a start.
 */
function isBeingDeleted(world: World, snapshot: SimSnapshot): boolean {
  if ([metadataOf(snapshot.directory), ...snapshot.trueFiles.keys()].some((path) => world.doomed.has(path))) return true
  const step = world.cleanup?.step
  if (step !== 'rechecking' && step !== 'deleting') return false
  return world.cleanup?.expired.has(metadataOf(snapshot.directory)) === true
}

function restore(world: World, cluster: Cluster, snapshot: SimSnapshot, jobId: string | null): void {
  // Nobody starts a job on a cluster that the clean-up does not ask while one is going on.
  if (!cluster.settings.isListed && world.cleanup !== null) return
  const mode = claimMode(world, snapshot)
  if (mode === null || isBeingDeleted(world, snapshot) || !isRestorable(snapshot, world.store)) return
  const backend = world.random.chance(0.9) ? backendOf(snapshot) : 'incremental'
  const name = world.random.chance(0.85) ? snapshot.jobName : world.random.pick(NAMES)
  const settings = newSettings(world, cluster, { name, backend })
  if (jobId !== null) settings.jobId = jobId
  const job = submit(world, cluster, settings, snapshot.checkpointId + 1)
  job.restore = { snapshot, mode, atMs: world.nowMs }
  if (!cluster.settings.isListed) waitForCheckpoint(world, job)
}

function backendOf(snapshot: SimSnapshot): BackendKind {
  const kinds: BackendKind[] = ['incremental', 'full', 'changelog', 'merging', 'forst']
  return kinds.find((kind) => kind === snapshot.backend) ?? 'incremental'
}

/** What the documentation allows: nobody takes over files that somebody else goes on using, or builds on files that are not to stay. */
function claimMode(world: World, snapshot: SimSnapshot): ClaimMode | null {
  const isUsed = world.livingJobs().some((job) => usesFilesOf(job, snapshot))
  if (isUsed) return snapshot.backend === 'changelog' ? null : 'NO_CLAIM'
  if (snapshot.backend === 'changelog') return world.random.chance(0.9) ? 'CLAIM' : 'NO_CLAIM'
  return chooseByWeight<ClaimMode>(world, [
    [4, 'CLAIM'],
    [3, 'NO_CLAIM'],
    [2, 'LEGACY'],
  ])
}

function usesFilesOf(job: SimJob, snapshot: SimSnapshot): boolean {
  if (snapshot.kind === 'checkpoint' && job.settings.jobId === snapshot.jobId) return true
  const used = job.restore === null ? job.completed : [...job.completed, job.restore.snapshot]
  return used.some((one) => one === snapshot || [...one.trueFiles.keys()].some((path) => snapshot.trueFiles.has(path)))
}

/** Until then only `latest.restored` of a cluster that nobody asks would tell what it needs. */
function waitForCheckpoint(world: World, job: SimJob): void {
  for (let step = 0; step < 400 && !job.hasOwnCheckpoint && job.isAlive; step++) {
    const process = world.processes.find((one) => one.jobKey === job.key)
    if (process === undefined) return
    world.nowMs += 100
    world.run(process)
  }
  if (job.isAlive && !job.hasOwnCheckpoint) end(world, job, 'FAILED')
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
