import type { PlannedCleanup } from '../../src/lib/operations/plan-cleanup.js'
import type { CleanUpSettings } from './clean-up-settings.js'
import type { SimJob } from './job.js'
import { neededPaths } from './needs.js'
import { metadataOf } from './paths.js'
import { isRestorable, type SimSnapshot } from './snapshot.js'
import { hasStrays, isNamedByProof } from './thrift.js'
import type { Told } from './told.js'
import { Violation } from './violation.js'
import type { World } from './world.js'

/**
 * A clean-up that deletes nothing is safe and useless. An old checkpoint must go where all evidence was there: its run has provably ended,
 * checkpoints of the same run or of runs that were seen to go on from it are whole, and nothing is odd: no fork, no restore test, no fixed id, no
 * dates that moved.
 */
export function checkTruthFreed(world: World, planned: PlannedCleanup, settings: CleanUpSettings, told: Told): void {
  const { checkpointsMs, keepLast } = settings.policy
  if (checkpointsMs === null || world.hasMovedDates || hasStrays(world) || !isPlain(world)) return
  for (const { snapshot, verdict, reasons } of planned.plan.decisions) {
    const { container, name } = snapshot.directory
    const one = world.snapshots.get(`${container}/${name}`)
    if (verdict !== 'keep' || one === undefined || !isClear(world, one, settings, told)) continue
    if (world.nowMs - (world.metadataBlob(one)?.modifiedMs ?? world.nowMs) <= checkpointsMs) continue
    const run = world.jobs[one.runKey]
    const surely = run === undefined ? null : new Line(world, settings, told).surely(run, one, one.checkpointId)
    if (surely === null || surely < Math.max(1, keepLast)) continue
    const why = reasons.map(({ detail }) => detail).join('; ')
    throw new Violation('waste', `${one.directory} of ${run} is kept, though ${surely} go on from it, and all of it was told: ${why}`)
  }
}

function isPlain(world: World): boolean {
  return world.clusters.every(({ settings }) => settings.hasNoSubdirs !== true && (settings.clockAheadMs ?? 0) === 0)
}

function isClear(world: World, one: SimSnapshot, { roots }: CleanUpSettings, told: Told): boolean {
  const run = world.jobs[one.runKey]
  if (run === undefined || one.kind !== 'checkpoint' || !isRestorable(one, world.store)) return false
  if (!roots.some((root) => one.directory.startsWith(`${root}/`)) || !isOrdinary(world, run, told) || run.isAlive) return false
  if (run.state !== 'CANCELED' && run.state !== 'FAILED') return false
  const gone = new Map([[metadataOf(one.directory), world.metadataBlob(one)?.etag ?? '']])
  const needed = neededPaths(world, { expired: gone })
  return ![metadataOf(one.directory), ...one.writtenFiles.keys()].some((path) => needed.has(path))
}

/** Its name is told, and its id is random and was used once. */
function isOrdinary(world: World, run: SimJob, told: Told): boolean {
  const { jobId, deletesOnCancel } = run.settings
  if (deletesOnCancel || world.jobs.some((other) => other !== run && other.settings.jobId === jobId)) return false
  return !/^(0{6}|f{6})/.test(jobId) && isNamedByProof(world, jobId) && told.has('name', run)
}

/** How surely a line of runs goes on from a point. */
class Line {
  readonly #world: World
  readonly #settings: CleanUpSettings
  readonly #told: Told

  constructor(world: World, settings: CleanUpSettings, told: Told) {
    this.#world = world
    this.#settings = settings
    this.#told = told
  }

  /** Checkpoints on the way; `null`: something is odd, or there is more than one way on. */
  surely(run: SimJob, older: SimSnapshot, fromId: number): number | null {
    const after = [...this.#world.snapshots.values()].filter((one) => one.runKey === run.key && one.checkpointId > fromId)
    const whole = after.filter((one) => one.kind === 'checkpoint' && this.#lasts(one, older))
    const children = this.#world.jobs.filter(
      ({ restore }) => restore?.snapshot.runKey === run.key && restore.snapshot.checkpointId >= fromId,
    )
    const [child, ...others] = children
    if (child === undefined) return whole.length
    const isSeen = this.#told.has('restored', child) && isOrdinary(this.#world, child, this.#told)
    if (others.length > 0 || !isSeen || child.settings.name !== run.settings.name) return null
    const point = child.restore?.snapshot
    if (point?.kind === 'savepoint' && this.#world.metadataBlob(point) === undefined && !this.#isToldOf(point, run)) return null
    const pointId = child.restore?.snapshot.checkpointId ?? 0
    if (after.some((one) => one.checkpointId > pointId && isRestorable(one, this.#world.store))) return null
    const beyond = this.surely(child, older, -1)
    return beyond === null ? null : beyond + whole.filter((one) => one !== child.restore?.snapshot).length
  }

  /** Whose a savepoint was that is gone stands nowhere but in what was told. */
  #isToldOf(savepoint: SimSnapshot, run: SimJob): boolean {
    return this.#told.has(`savepoint ${run.spell(savepoint.directory)}`, run)
  }

  #lasts(one: SimSnapshot, older: SimSnapshot): boolean {
    const isBelow = this.#settings.roots.some((root) => one.directory.startsWith(`${root}/`))
    const isCarried = [...older.operators].every(([id, origin]) => one.operators.get(id) === origin)
    return isBelow && isCarried && isRestorable(one, this.#world.store)
  }
}
