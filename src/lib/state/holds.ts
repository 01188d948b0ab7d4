import { parentOf, placeOf } from './layout.js'
import { type Location, locationKey } from './location.js'

/** Who needs state besides the jobs that clusters, history and journal tell of. */
export type HoldingReason = 'configured' | 'high-availability' | 'claimed' | 'copy'

export interface Hold {
  reason: HoldingReason
  /** One clause, for a person: who says so, and where. */
  detail: string
}

/** What stays whatever its age, since somebody points there: no snapshot of it expires, and nothing of it is swept. */
export interface Holds {
  /** By key of a file, or of a directory with all that lies below it; of a whole container its key with the slash at the end. */
  paths: ReadonlyMap<string, Hold>
  /** By job id: everything in trees of that id, wherever they lie. */
  jobs: ReadonlyMap<string, Hold>
}

export const NO_HOLDS: Holds = { paths: new Map(), jobs: new Map() }

/** Who holds what lies at a place; `null` = nobody. */
export function holdOf({ paths, jobs }: Holds, location: Location): Hold | null {
  if (paths.size > 0) {
    for (let { name } = location; ; name = parentOf(name)) {
      const hold = paths.get(locationKey({ ...location, name }))
      if (hold !== undefined) return hold
      if (name === '') break
    }
  }
  if (jobs.size === 0) return null
  const { jobId } = placeOf(location.name)
  return jobId === null ? null : (jobs.get(jobId) ?? null)
}

/** Joins holds; of two on one thing the first counts. */
export function joinHolds(all: readonly Holds[]): Holds {
  const join = (pick: (holds: Holds) => ReadonlyMap<string, Hold>) => new Map(all.toReversed().flatMap((holds) => [...pick(holds)]))
  return { paths: join((holds) => holds.paths), jobs: join((holds) => holds.jobs) }
}
