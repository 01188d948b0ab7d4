import { inputsOf } from './operator-ids.js'
import type { Metadata } from './types.js'

type Graph = Pick<Metadata, 'operators' | 'stateful'>

export interface Losses {
  /** Operators that have state in the snapshot and are not in the drill. */
  lost: string[]
  /** Whether all of `lost` belongs to what the sinks were, by its place in the graph. */
  isAllOfSinks: boolean
  /** Operators that have state in the drill and none in the snapshot: they started empty. */
  fresh: string[]
}

/**
 * Compares the operators of a snapshot with those of the drill that was restored from it. What is lost belongs to a sink when it hangs, in
 * one line, where the drill has a blackhole: below an operator that is in both, at which the drill has as many branches of its own. Where
 * not every place can be told, nothing is a sink's.
 */
export function compareOperators(snapshot: Graph, drill: Graph): Losses {
  const ours = graphOf(snapshot)
  const theirs = graphOf(drill)
  const lost = snapshot.stateful.filter((id) => !theirs.ids.has(id))
  const roots = lost.map((id) => rootOf(id, ours.inputs, theirs.ids))
  const isSinkPlace = (root: string | null) =>
    root !== null && (!theirs.hasOutput.has(root) || branches(root, ours, theirs.ids) <= branches(root, theirs, ours.ids))
  return {
    lost: lost.map((id) => named(id, snapshot)),
    isAllOfSinks: isTold(ours) && isTold(theirs) && roots.every(isSinkPlace),
    fresh: drill.stateful.filter((id) => !ours.ids.has(id)).map((id) => named(id, drill)),
  }
}

interface Shape {
  ids: Set<string>
  inputs: Map<string, string[]>
  hasOutput: Set<string>
}

function isTold({ ids, inputs }: Shape): boolean {
  return ids.size === inputs.size
}

function graphOf({ operators }: Graph): Shape {
  const ids = operators.map((one) => one.operatorId)
  const inputs = inputsOf(ids)
  return { ids: new Set(ids), inputs, hasOutput: new Set([...inputs.values()].flat()) }
}

/** The operator of both graphs that a lost one hangs below; `null` when it has not just one line of inputs, so that it is no sink's. */
function rootOf(id: string, inputs: Map<string, string[]>, common: Set<string>): string | null {
  for (let at: string | undefined = id; at !== undefined; ) {
    const [input, second]: string[] = inputs.get(at) ?? []
    if (second !== undefined) return null
    if (input !== undefined && common.has(input)) return input
    at = input
  }
  return null
}

/** Successors that the other graph does not have. */
function branches(root: string, { inputs }: Shape, others: Set<string>): number {
  return [...inputs].filter(([id, from]) => !others.has(id) && from.includes(root)).length
}

function named(id: string, { operators }: Graph): string {
  const name = operators.find((one) => one.operatorId === id)?.name ?? null
  return name === null ? id : `${name} (${id})`
}
