import type { Metadata } from './types.js'

/** The operators of a snapshot, as its `_metadata` lists them. Ids are 32 hex. */
export interface Operators {
  /** Those that have any state in it. */
  stateful: ReadonlySet<string>
  /** Those that had come to their end, and so have no state any more. */
  finished: ReadonlySet<string>
  /** Names by id (format 5 and newer): for people, never proof. */
  names: ReadonlyMap<string, string>
}

export const NO_OPERATORS: Operators = { stateful: new Set(), finished: new Set(), names: new Map() }

/** Makes `Operators` of what was read; snapshots with the same operators share one, since there may be very many of them. */
export class OperatorsReader {
  readonly #known = new Map<string, Operators>()

  read({ operators, stateful }: Pick<Metadata, 'operators' | 'stateful'>): Operators {
    const finished = operators.filter((one) => one.finished).map((one) => one.operatorId)
    const names = operators.flatMap((one) => (one.name === null ? [] : [[one.operatorId, one.name] as const]))
    const key = JSON.stringify([stateful, finished, names])
    const known = this.#known.get(key) ?? { stateful: new Set(stateful), finished: new Set(finished), names: new Map(names) }
    this.#known.set(key, known)
    return known
  }
}

/** Operators with state in the older snapshot of which the newer one tells nothing: their state was dropped in between. */
export function droppedOperators(older: Operators, newer: Operators): string[] {
  if (older === newer) return []
  return [...older.stateful].filter((id) => !newer.stateful.has(id) && !newer.finished.has(id))
}

/** Whether two snapshots have state of the very same operators: the shape of one job's graph. Those without any tell nothing. */
export function hasSameState(a: Operators, b: Operators): boolean {
  if (a.stateful.size === 0 || a.stateful.size !== b.stateful.size) return false
  return a === b || [...a.stateful].every((id) => b.stateful.has(id))
}
