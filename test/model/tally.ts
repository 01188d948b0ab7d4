import type { CleanUp } from './clean-up.js'

/** What happened, so that a model in which nothing is ever deleted is seen to be one. */
export interface Tally {
  runs: number
  refused: number
  nothing: number
  aborted: number
  executed: number
  killed: number
  stopped: number
  expired: number
  deletedBlobs: number
  /** Of these, in trees of jobs that live. */
  amongLiving: number
  deletedBytes: number
  changed: number
  spared: number
  /** Guard → refusals. */
  guards: Record<string, number>
  /** Reason → planned deletes that were carried out. */
  reasons: Record<string, number>
}

export function newTally(): Tally {
  return {
    runs: 0,
    refused: 0,
    nothing: 0,
    aborted: 0,
    executed: 0,
    killed: 0,
    stopped: 0,
    expired: 0,
    deletedBlobs: 0,
    amongLiving: 0,
    deletedBytes: 0,
    changed: 0,
    spared: 0,
    guards: {},
    reasons: {},
  }
}

export function addTally(tally: Tally, done: CleanUp): void {
  tally.runs++
  tally[done.state]++
  if (done.state === 'refused') for (const guard of done.guards) count(tally.guards, guard)
  if (done.state !== 'executed') return
  const { result, planned, spared, amongLiving } = done
  tally.stopped += result.stopped ? 1 : 0
  tally.deletedBlobs += result.deletedBlobs
  tally.amongLiving += amongLiving
  tally.deletedBytes += result.deletedBytes
  tally.changed += result.changed
  tally.spared += spared
  tally.expired += planned.plan.decisions.filter((one) => one.verdict === 'expire').length
  for (const one of planned.plan.deletes) count(tally.reasons, one.reason)
}

function count(sums: Record<string, number>, key: string, more = 1): void {
  sums[key] = (sums[key] ?? 0) + more
}

export function sumTallies(into: Tally, more: Tally): void {
  const { guards, reasons, ...numbers } = more
  for (const [key, value] of Object.entries(guards)) count(into.guards, key, value)
  for (const [key, value] of Object.entries(reasons)) count(into.reasons, key, value)
  for (const key of Object.keys(numbers)) if (isNumber(key, into)) into[key] += more[key]
}

function isNumber(key: string, tally: Tally): key is Exclude<keyof Tally, 'guards' | 'reasons'> {
  return key in tally && key !== 'guards' && key !== 'reasons'
}
