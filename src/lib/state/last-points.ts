import type { Chains } from './chains.js'
import { isOfDrill } from './drill.js'
import type { KnownJob } from './jobs.js'
import { lastSegment } from './layout.js'
import { locationKey } from './location.js'
import { droppedOperators } from './operators.js'
import { isDead, type RetentionPolicy } from './policy.js'
import type { Run } from './runs.js'
import type { Snapshot } from './snapshot.js'

export interface LastPointsInput {
  snapshots: Snapshot[]
  jobs: ReadonlyMap<string, KnownJob>
  chains: Chains
  policy: RetentionPolicy
  /** The storage service's clock. */
  nowMs: number
}

export interface LastPoint {
  reason: 'last-of-lineage' | 'abandoned-tip'
  detail: string
}

/**
 * The snapshots that must stay, each with the words for it: those of which fewer than `keepLast` restore points lie downstream on some branch
 * that goes on from there. Only a person gives them up. What is given up counts for no other one either.
 */
export function lastPoints(input: LastPointsInput): Map<Snapshot, LastPoint> {
  const { chains, policy } = input
  const keepLast = Math.max(1, policy.keepLast)
  const stays = (one: Snapshot) => !isGivenUp(one, input)
  const last = new Map<Snapshot, LastPoint>()
  for (const snapshot of input.snapshots) {
    if (snapshot.etag === null || snapshot.completeness !== 'complete' || isOfDrill(snapshot) || !stays(snapshot)) continue
    if (chains.downstream(snapshot, keepLast, stays) < keepLast) last.set(snapshot, words(snapshot, input))
  }
  keepRemains(input, last)
  return last
}

/** `--also-last` names the job or the snapshot; `--abandoned-older-than` gives up what ended runs left. */
export function isGivenUp(snapshot: Snapshot, { policy, chains, nowMs }: LastPointsInput): boolean {
  const { jobId, directory } = snapshot
  if ((jobId !== null && policy.alsoLast.has(jobId)) || policy.alsoLast.has(locationKey(directory))) return true
  const limit = policy.abandonedMs
  return limit !== null && jobId !== null && chains.runOf(snapshot).isEnded && nowMs - snapshot.completedAtMs > limit
}

/** Where nothing of a chain restores, the newest that holds anything stays, for whoever wants to mend it. */
function keepRemains(input: LastPointsInput, last: Map<Snapshot, LastPoint>): void {
  const { chains } = input
  const isWhole = (run: Run) => run.snapshots.some((one) => chains.isRestorePoint(one) && !isGivenUp(one, input))
  const runs = chains.runs.filter((run) => ![run, ...chains.origins(run)].some(isWhole))
  for (const run of runs) {
    const remains = run.snapshots.filter((one) => isRemains(one, input))
    const isCarriedOn = chains.children(run).some(({ run: child }) => hasAnything(child, input))
    const newest = remains.at(-1)
    if (newest === undefined || isCarriedOn || remains.some((one) => last.has(one))) continue
    const detail = `nothing of ${labelOf(run)} is restorable, and this is the last that is left of it`
    last.set(newest, { reason: 'last-of-lineage', detail })
  }
}

function isRemains(one: Snapshot, input: LastPointsInput): boolean {
  const isGiven = isDead(`${locationKey(one.directory)}/_metadata`, one.etag, input.policy.dead)
  return one.etag !== null && one.references.length > 0 && !isGiven && !isOfDrill(one) && !isGivenUp(one, input)
}

function hasAnything(run: Run, input: LastPointsInput): boolean {
  const { chains } = input
  if (run.snapshots.some((one) => chains.isRestorePoint(one) || isRemains(one, input))) return true
  return chains.children(run).some(({ run: child }) => hasAnything(child, input))
}

function words(snapshot: Snapshot, input: LastPointsInput): LastPoint {
  const { chains, policy } = input
  const run = chains.runOf(snapshot)
  const which = policy.keepLast === 1 ? 'last restore point' : `one of the last ${policy.keepLast}`
  const other = run.isEnded ? elsewhere(run, input) : null
  const detail = `${which} of ${labelOf(run)}${because(snapshot, input)}${hint(snapshot, run)}`
  if (other === null) return { reason: 'last-of-lineage', detail }
  return { reason: 'abandoned-tip', detail: `${detail}; nobody saw ${labelOf(other)} go on from it` }
}

/** A run of the same name with restore points of its own that is not known to carry this one on: what people take for the newer one. */
function elsewhere(run: Run, { chains }: LastPointsInput): Run | null {
  if (run.name === null) return null
  return chains.runs.find((one) => one !== run && one.name === run.name && one.snapshots.length > 0 && !chains.isLinked(run, one)) ?? null
}

/** Why what lies downstream of it does not stand in for it. */
function because(snapshot: Snapshot, { chains }: LastPointsInput): string {
  const next = chains.nearest(snapshot)
  if (next === null) return ''
  const dropped = chains.runOf(next) === chains.runOf(snapshot) ? [] : droppedOperators(snapshot.operators, next.operators)
  if (dropped.length > 0) {
    const names = dropped.slice(0, 3).map((id) => snapshot.operators.names.get(id) ?? id)
    return `, the last with the state of ${names.join(', ')}`
  }
  const isLater = next.completedAtMs < snapshot.completedAtMs
  return isLater ? `: ${lastSegment(next.directory.name)} follows it by its checkpoint id, and is older by its time` : ''
}

/** Of a tree that nobody can name, its operators may remind a person of what it was; they prove nothing. */
function hint(snapshot: Snapshot, run: Run): string {
  if (run.name !== null || snapshot.operators.names.size === 0) return ''
  return ` (its operators: ${[...snapshot.operators.names.values()].slice(0, 3).join(', ')})`
}

/** What a person calls a run. */
export function labelOf({ name, jobId, snapshots: [first] }: Run): string {
  if (jobId === null) return first === undefined ? 'an unknown job' : lastSegment(first.directory.name)
  return name ?? jobId.slice(0, 8)
}
