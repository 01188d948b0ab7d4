import { killJobManager } from './crash.js'
import { DRILL_DIRECTORY, DRILL_PREFIX, isDrillName } from './drill.js'
import { end } from './ending.js'
import type { StreamHandle } from './handles.js'
import type { SimJob } from './job.js'
import { neededPaths } from './needs.js'
import { containerOf, metadataOf } from './paths.js'
import type { Steps } from './process.js'
import type { SimSnapshot } from './snapshot.js'
import { restore, submit } from './submit.js'
import type { World } from './world.js'

/** What people and machines also do, beside what the manual has them do. */
export function wildActions(world: World, job: SimJob): [number, () => void][] {
  const isDeciding = world.cleanup?.step === 'planned'
  return [
    [5, () => restartEmpty(world, job)],
    [3, () => drill(world, job)],
    [3, () => tag(world)],
    [1, () => copyAside(world)],
    [0.3, () => migrate(world)],
    [1.5, () => standIn(world)],
    [isDeciding ? 5 : 1, () => dispose(world)],
    [world.cleanup === null ? 0 : 8, () => restoreExpiring(world)],
  ]
}

/** Cancelled, or lost with its JobManager, and submitted again without its state; now and then because a restore key was misspelt. */
function restartEmpty(world: World, job: SimJob): void {
  const { cluster, settings, latest } = job
  const { fixedIds } = cluster.settings
  if (world.random.chance(0.2) && !cluster.settings.hasHighAvailability) killJobManager(world, cluster)
  else end(world, job, 'CANCELED')
  if (!cluster.isUp) return
  const isFixed = fixedIds?.includes(settings.jobId) === true
  const jobId = isFixed ? settings.jobId : world.random.hex(32)
  const again = submit(world, cluster, { ...settings, jobId }, world.random.pick([1, 1, 1, 40]))
  if (latest !== undefined && world.random.chance(0.3)) world.askedRestores.push({ jobId, path: again.spell(latest.directory) })
  world.trace(() => `${again} begins without the state of ${job}`)
}

/** A restore test: it reads a snapshot, and writes aside for a while. Some are cut off before they are cleared away. */
function drill(world: World, job: SimJob): void {
  const points = world.wholeSnapshots().filter((one) => one.jobName === job.settings.name)
  if (points.length === 0 || isDrillName(job.settings.name)) return
  const started = restore(world, job.cluster, world.random.pick(points), {
    name: `${DRILL_PREFIX}${job.settings.name}`,
    mode: 'NO_CLAIM',
    jobId: world.random.hex(32),
    checkpointRoot: `${job.cluster.settings.checkpointRoot}/${DRILL_DIRECTORY}`,
  })
  if (started === null) return
  started.settings.deletesOnCancel = true
  const steps = (function* (): Steps {
    for (let wait = world.random.int(4, 30); wait > 0; wait--) yield
    if (started.isAlive && started.cluster.isUp) end(world, started, 'CANCELED')
  })()
  world.start({ label: `drill of ${job}`, clusterId: job.cluster.settings.id, jobKey: null }, steps)
}

/** Somebody sets a tag or metadata on an old blob: a new ETag and a new date, the same snapshot. */
function tag(world: World): void {
  const whole = world.wholeSnapshots()
  if (whole.length === 0) return
  const { directory } = world.random.pick(whole)
  world.trace(() => `somebody sets a tag on ${directory}/_metadata`)
  world.store.touch(metadataOf(directory), false)
  world.hasMovedDates = true
}

/** The container moves: every blob gets the date of its copy, in any order. */
function migrate(world: World): void {
  if (world.cleanup !== null) return
  world.trace(() => 'the container is copied: all dates change')
  const paths = world.clusters.flatMap(({ settings }) => world.store.below(containerOf(settings.checkpointRoot)))
  world.hasMovedDates = true
  for (const path of world.random.shuffle(new Set(paths))) {
    if (world.store.get(path)?.isUploading === true) continue
    world.nowMs += 500
    world.store.touch(path, true)
  }
}

/** Another server stands behind a JobManager's address for a while, or an older one that leaves fields out. */
function standIn(world: World): void {
  const cluster = world.random.pick(world.clusters)
  cluster.answers = world.random.pick(['nothing', 'another', 'gaps'] as const)
  world.trace(() => `${cluster.url} answers with ${cluster.answers}`)
  const steps = (function* (): Steps {
    for (let wait = world.random.int(10, 60); wait > 0; wait--) yield
    cluster.answers = 'itself'
  })()
  world.start({ label: `${cluster.url} is mended`, clusterId: null, jobKey: null }, steps)
}

/** Somebody needs just what is about to go, also while it goes. */
function restoreExpiring(world: World): void {
  const expiring = world.wholeSnapshots().filter((one) => world.cleanup?.expired.has(metadataOf(one.directory)) === true)
  const clusters = world.clusters.filter((one) => one.isUp)
  if (expiring.length > 0 && clusters.length > 0) restore(world, world.random.pick(clusters), world.random.pick(expiring))
}

/** Somebody gives up a snapshot by hand, past the tool: also one that a plan just counted on. */
function dispose(world: World): void {
  const used = new Set(world.livingJobs().flatMap((job) => [...job.completed, ...(job.restore === null ? [] : [job.restore.snapshot])]))
  const isWritten = (one: SimSnapshot) => one.kind === 'checkpoint' && world.jobs[one.runKey]?.isAlive === true
  const free = world
    .wholeSnapshots()
    .filter((one) => !used.has(one) && !isWritten(one) && world.cleanup?.expired.has(metadataOf(one.directory)) !== true)
  if (free.length === 0) return
  const { directory } = world.random.pick(free)
  world.trace(() => `somebody disposes of ${directory}`)
  world.store.delete(metadataOf(directory))
  const needed = neededPaths(world, { expired: new Map() })
  for (const path of world.store.below(directory)) if (!needed.has(path)) world.store.delete(path)
}

/** A copy of a snapshot under another name, beside it or out of the tool's roots; its absolute references still name the originals. */
function copyAside(world: World): void {
  const whole = world.wholeSnapshots()
  if (whole.length === 0) return
  const original = world.random.pick(whole)
  const { savepointRoot } = world.random.pick(world.clusters).settings
  const where = world.random.chance(0.5) ? `${containerOf(original.directory)}/backup` : savepointRoot
  const directory = `${where}/copy-${world.random.hex(6)}`
  const copy = copyOf(original, directory)
  world.trace(() => `somebody copies ${original.directory} to ${directory}`)
  for (const [path, sizeBytes] of copy.writtenFiles) if (path.startsWith(`${directory}/`)) world.store.put(path, { sizeBytes })
  world.store.put(metadataOf(directory), { bytes: copy.bytes })
  world.snapshots.set(directory, copy)
}

function copyOf(original: SimSnapshot, directory: string): SimSnapshot {
  const moved = (path: string) =>
    path.startsWith(`${original.directory}/`) ? `${directory}${path.slice(original.directory.length)}` : path
  const files = (some: ReadonlyMap<string, number>) => new Map([...some].map(([path, bytes]) => [moved(path), bytes]))
  const subtasks = structuredClone(original.subtasks)
  for (const handle of fileHandles(subtasks)) handle.path = moved(handle.path)
  return {
    ...original,
    kind: 'savepoint',
    directory,
    subtasks,
    trueFiles: files(original.trueFiles),
    writtenFiles: files(original.writtenFiles),
  }
}

function fileHandles(value: unknown): (StreamHandle & { kind: 'file' })[] {
  if (typeof value !== 'object' || value === null) return []
  if (isFileHandle(value)) return value.isRelative ? [value] : []
  return Object.values(value).flatMap(fileHandles)
}

function isFileHandle(value: object): value is StreamHandle & { kind: 'file' } {
  return 'kind' in value && value.kind === 'file' && 'isRelative' in value
}
