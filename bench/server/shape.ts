/** What lies in the synthetic container: jobs that are alike, each with a tree of its own, and what others left beside them. */
export interface Shape {
  /** Of each job: retained checkpoints. */
  jobs: number
  snapshots: number
  /** Files in a checkpoint's own directory, named relatively by its `_metadata`. */
  exclusive: number
  /** Shared files that snapshots need, each `uses` of them. */
  files: number
  uses: number
  /** Shared files that none needs. */
  orphans: number
  /** Files of one checkpoint that was never completed. */
  incomplete: number
  /** Savepoints, in a directory beside the jobs, with `exclusive` files each. */
  savepoints: number
  /** Task-owned files: Flink's, needed by no snapshot, held. */
  taskOwned: number
  /** Changelog files that none needs. */
  changelog: number
  /** Files of somebody else in the same container. */
  foreign: number
  /** Of all jobs together: uploads of a driver that died. */
  temporary: number
  /** Whether directories have wasb's markers. */
  markers: boolean
}

const NOTHING: Shape = {
  jobs: 1,
  snapshots: 0,
  exclusive: 0,
  files: 0,
  uses: 1,
  orphans: 0,
  incomplete: 0,
  savepoints: 0,
  taskOwned: 0,
  changelog: 0,
  foreign: 0,
  temporary: 0,
  markers: false,
}

const SHAPES: Record<string, Shape> = {
  /** A little of everything, for trying things out. */
  small: {
    ...NOTHING,
    jobs: 3,
    snapshots: 2,
    exclusive: 4,
    files: 40,
    orphans: 10,
    incomplete: 3,
    savepoints: 1,
    taskOwned: 2,
    changelog: 2,
    foreign: 5,
    temporary: 2,
    markers: true,
  },
  /** 100,000 orphans below `checkpoints/` and nothing else, so that each who deletes what lies there lists and deletes the same. */
  orphans: { ...NOTHING, jobs: 100, orphans: 1000 },
  'hundred thousand': { ...NOTHING, jobs: 10, snapshots: 3, files: 9500, uses: 2, orphans: 497 },
  million: { ...NOTHING, jobs: 100, snapshots: 3, files: 9500, uses: 2, orphans: 497 },
  /** A million blobs with all that a real container has. */
  mixed: {
    ...NOTHING,
    jobs: 100,
    snapshots: 3,
    exclusive: 20,
    files: 7000,
    uses: 2,
    orphans: 800,
    incomplete: 20,
    savepoints: 2,
    taskOwned: 50,
    changelog: 20,
    foreign: 2000,
    temporary: 100,
    markers: true,
  },
  'ten million': { ...NOTHING, jobs: 500, snapshots: 4, files: 10_000, uses: 1, orphans: 1000, foreign: 8996 },
  'ten million, shared': { ...NOTHING, jobs: 500, snapshots: 4, files: 5000, uses: 2, orphans: 1000, foreign: 13_996 },
  'ten million, held': { ...NOTHING, jobs: 500, snapshots: 4, files: 10_000, uses: 1, orphans: 1000, taskOwned: 8996 },
}

export function shapeNamed(name: string): Shape {
  const shape = SHAPES[name]
  if (shape === undefined) throw new Error(`there is no shape ${name}, only ${Object.keys(SHAPES).join('; ')}`)
  return shape
}
