import type { Look, LookClasses } from './growth.js'

export interface TimelinePoint {
  atMs: number
  bytes: number
  /** In the order of the timeline's lineages; 0 where the look did not see one. */
  lineages: number[]
  /** Of other lineages, and what is no lineage's. */
  rest: number
  /** `null`: the look did not keep it. */
  classes: LookClasses | null
}

/** Looks as a person can read them: few lineages, few points. */
export interface Timeline {
  /** The largest ones now, the largest first. */
  lineages: string[]
  /** Oldest first; the last one is now. */
  points: TimelinePoint[]
}

export interface TimelineOptions {
  /** Lineages that are told apart. */
  lineages: number
  points: number
}

/** Looks of one storage, oldest first; of many, the last in each of as many spans as there may be points. */
export function timelineOf(looks: Look[], { lineages: named, points }: TimelineOptions): Timeline {
  const ordered = looks.toSorted((a, b) => a.atMs - b.atMs)
  const lineages = Object.entries(ordered.at(-1)?.lineages ?? {})
    .toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, named)
    .map(([name]) => name)
  return { lineages, points: thinned(ordered, points).map((look) => pointOf(look, lineages)) }
}

function thinned(looks: Look[], most: number): Look[] {
  const [first, last] = [looks[0], looks.at(-1)]
  if (first === undefined || last === undefined || looks.length <= most) return looks
  const spanMs = (last.atMs - first.atMs + 1) / most
  const bySpan = new Map(looks.map((look) => [Math.floor((look.atMs - first.atMs) / spanMs), look]))
  return [...bySpan.values()]
}

function pointOf({ atMs, bytes, lineages, classes }: Look, names: string[]): TimelinePoint {
  const amounts = names.map((name) => lineages[name] ?? 0)
  const rest = bytes - amounts.reduce((sum, one) => sum + one, 0)
  return { atMs, bytes, lineages: amounts, rest: Math.max(0, rest), classes: classes ?? null }
}
