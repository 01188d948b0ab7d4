import type { Cluster } from './cluster.js'
import { isDrillName } from './drill.js'
import { end } from './ending.js'
import { type BackendKind, type ClaimMode, FIRST_SOURCE, type JobSettings, SimJob } from './job.js'
import { metadataOf } from './paths.js'
import { runJob } from './restore.js'
import { isRestorable, type SimSnapshot } from './snapshot.js'
import type { World } from './world.js'

const NAMES = ['orders', 'clicks', 'users']
const MINUTE_MS = 60_000
const MOST_LIVING = 5

/** What Flink calls a job that nobody gave a name; quite different jobs share it. */
const DEFAULT_NAMES = ['insert-into_default_catalog.default_database.sink', 'Flink Streaming Job']

/** Operators with state of some programs. Most share the first source; the last has nothing in common with the others. */
const PROGRAMS = [
  [FIRST_SOURCE],
  [FIRST_SOURCE, 'a1'.repeat(16)],
  [FIRST_SOURCE, 'b2'.repeat(16)],
  [FIRST_SOURCE, 'a1'.repeat(16), 'b2'.repeat(16)],
  ['dd'.repeat(16)],
]

export function chooseByWeight<T>(world: World, choices: [number, T][]): T {
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
  const settings = newSettings(world, cluster, { name: anyName(world), backend: anyBackend(world) })
  // Ids near a power of ten: the order of names is not the order of checkpoints there.
  if (world.isWild) settings.operatorIds = world.random.pick(PROGRAMS)
  if (isIdTaken(world, settings.jobId)) return
  submit(world, cluster, settings, isFixed(cluster, settings.jobId) ? 1 : world.random.pick([1, 7, 8, 8, 98]))
}

function anyName(world: World): string {
  return world.isWild && world.random.chance(0.4) ? world.random.pick(DEFAULT_NAMES) : world.random.pick(NAMES)
}

/** Ids of applications begin again at 1, whatever lies there. */
function isFixed(cluster: Cluster, jobId: string): boolean {
  return cluster.settings.fixedIds?.includes(jobId) === true
}

function isIdTaken(world: World, jobId: string): boolean {
  return world.livingJobs().some((job) => job.settings.jobId === jobId)
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
    jobId: newId(world, cluster),
    parallelism: random.int(1, 2),
    retained: random.pick([1, 1, 2, 3]),
    timeoutMs: cluster.settings.isListed ? random.pick([10 * MINUTE_MS, 60 * MINUTE_MS, 11 * 60 * MINUTE_MS]) : 10 * MINUTE_MS,
    spelling: cluster.settings.spelling,
    version: random.chance(world.isWild ? 0.01 : 0.003) ? 7 : random.pick([4, 5, 6, 6, 6]),
    hasForeignRelative: random.chance(0.15),
    hasWriteAheadSink: isPlain && random.chance(0.15),
    deletesOnCancel: random.chance(0.1),
    isUnaligned: random.chance(0.2),
    mergesAcrossCheckpoints: random.chance(0.5),
    operatorIds: [FIRST_SOURCE],
    hidesOpenFiles: random.chance(0.3),
  }
}

function newId(world: World, cluster: Cluster): string {
  const { fixedIds } = cluster.settings
  return fixedIds !== undefined && world.random.chance(0.3) ? world.random.pick(fixedIds) : world.random.hex(32)
}

export function submit(world: World, cluster: Cluster, settings: JobSettings, nextId: number): SimJob {
  const job = new SimJob(world.jobs.length, settings, cluster, world.nowMs, nextId)
  world.jobs.push(job)
  cluster.jobs.set(settings.jobId, job)
  world.trace(() => `${job} is submitted`)
  world.start({ label: `${job}`, clusterId: cluster.settings.id, jobKey: job.key }, runJob(world, job))
  return job
}

export function restoreSomething(world: World): void {
  if (world.livingJobs().length >= MOST_LIVING) return
  const candidates = world.wholeSnapshots().filter((one) => !isDrillName(one.jobName))
  const clusters = world.clusters.filter((cluster) => cluster.isUp)
  if (candidates.length === 0 || clusters.length === 0) return
  restore(world, world.random.pick(clusters), world.random.pick(candidates))
}

/**
 * What Flink is about to delete is no restore point. From the re-check on nobody restores what the plan says goes: storage cannot show
 * such a start.
 */
function isBeingDeleted(world: World, snapshot: SimSnapshot): boolean {
  if ([metadataOf(snapshot.directory), ...snapshot.trueFiles.keys()].some((path) => world.doomed.has(path))) return true
  if (world.isWild) return false
  const step = world.cleanup?.step
  if (step !== 'rechecking' && step !== 'deleting') return false
  return world.cleanup?.expired.has(metadataOf(snapshot.directory)) === true
}

/** How a restore differs from a plain one. */
export interface Restoring {
  jobId?: string
  name?: string
  mode?: ClaimMode
  checkpointRoot?: string
}

export function restore(world: World, cluster: Cluster, snapshot: SimSnapshot, how: Restoring = {}): SimJob | null {
  // Nobody starts a job on a cluster that the clean-up does not ask while one is going on.
  if (!world.isWild && !cluster.settings.isListed && world.cleanup !== null) return null
  const mode = cluster.settings.isFar === true ? farMode(world, snapshot) : claimMode(world, snapshot)
  if (mode === null || isBeingDeleted(world, snapshot) || !isRestorable(snapshot, world.store)) return null
  const backend = world.random.chance(0.9) ? backendOf(snapshot) : 'incremental'
  const name = how.name ?? (world.random.chance(0.85) ? snapshot.jobName : anyName(world))
  const settings = newSettings(world, cluster, { name, backend })
  if (how.jobId !== undefined) settings.jobId = how.jobId
  if (how.checkpointRoot !== undefined) settings.checkpointRoot = `${how.checkpointRoot}/${settings.jobId}`
  if (isIdTaken(world, settings.jobId)) return null
  const kept = keptOperators(world, snapshot)
  settings.operatorIds = [...kept.keys()]
  const job = submit(world, cluster, settings, snapshot.checkpointId + 1)
  job.operators = kept
  job.restore = { snapshot, mode: how.mode ?? mode, atMs: world.nowMs }
  if (!cluster.settings.isListed) waitForCheckpoint(world, job)
  return job
}

/** Now and then somebody restores a changed program with `--allow-non-restored-state`. */
function keptOperators(world: World, { operators }: SimSnapshot): ReadonlyMap<string, number> {
  if (!world.isWild || operators.size < 2 || !world.random.chance(0.2)) return operators
  const dropped = world.random.pick([...operators.keys()])
  return new Map([...operators].filter(([id]) => id !== dropped))
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

/**
 * Where nobody sees what a run needs, only two ways leave a trace: it copies all, or it claims the last checkpoint of a run that was cancelled or
 * failed, which is then missed there.
 */
function farMode(world: World, snapshot: SimSnapshot): ClaimMode | null {
  const mode = claimMode(world, snapshot)
  const run = world.jobs[snapshot.runKey]
  if (mode === null || run === undefined || snapshot.backend === 'changelog') return null
  const isLast = run.latest === snapshot && run.hasOwnCheckpoint && (run.state === 'CANCELED' || run.state === 'FAILED')
  return mode !== 'NO_CLAIM' && isLast && snapshot.runKey === run.key ? 'CLAIM' : 'NO_CLAIM'
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
