import type { Shape } from './shape.js'
import { LETTERS, mix, type Uuids, uuidAt, WHOLE } from './uuid.js'

/** What the truth is about a blob: must it stay, may it go, is it nobody's business. */
export type Truth = 'needed' | 'orphan' | 'held' | 'marker' | 'foreign'

/** Blobs that stand one after another and differ by a UUID only; or a single blob. */
export interface Run {
  prefix: string
  suffix: string
  /** `null`: one blob, whose name is prefix and suffix. */
  uuids: Uuids | null
  count: number
  /** Number of its first blob in the container. */
  base: number
  truth: (number: number) => Truth
  isMarker: boolean
  /** Of a `_metadata`. */
  snapshot: { job: number; id: number; savepoint: boolean } | null
}

type Draft = Omit<Run, 'base' | 'count'>

export const CHECKPOINTS = 'checkpoints'
const SAVEPOINTS = 'savepoints'

export function jobIdOf(job: number): string {
  const words = [mix(job, 1, 7), mix(job, 2, 7), mix(job, 3, 7), job]
  return words.map((word) => word.toString(16).padStart(8, '0')).join('')
}

function savepointName(job: number, id: number): string {
  return `savepoint-${jobIdOf(job).slice(0, 6)}-${(job * 100 + id).toString(16).padStart(12, '0')}`
}

/** The container as runs in the order of their names. It takes some runs for each directory, however many blobs are in it. */
export function runsOf(shape: Shape): Run[] {
  const drafts = [...topRuns(shape)]
  for (let job = 0; job < shape.jobs; job++) drafts.push(...jobRuns(shape, job))
  const runs = drafts.filter((draft) => draft.uuids === null || draft.uuids.count > 0).map((draft) => ({ draft, first: firstName(draft) }))
  runs.sort((a, b) => (a.first < b.first ? -1 : 1))
  let base = 0
  return runs.map(({ draft }) => {
    const run = { ...draft, base, count: draft.uuids?.count ?? 1 }
    base += run.count
    return run
  })
}

function firstName({ prefix, suffix, uuids }: Draft): string {
  return `${prefix}${uuids === null ? '' : uuidAt(uuids, 0)}${suffix}`
}

function* topRuns(shape: Shape): Generator<Draft> {
  const salt = 0xfff0
  yield files('_$azuretmpfolder$/', { count: shape.temporary, salt, truth: 'held' })
  if (!shape.markers) return
  if (shape.jobs > 0) yield marker(CHECKPOINTS)
  if (shape.savepoints > 0) yield marker(SAVEPOINTS)
}

function* jobRuns(shape: Shape, job: number): Generator<Draft> {
  const tree = `${CHECKPOINTS}/${jobIdOf(job)}`
  if (shape.markers) for (const name of ['', '/shared', '/taskowned']) yield marker(`${tree}${name}`)
  for (let id = 1; id <= shape.snapshots; id++) yield* snapshotRuns(shape, `${tree}/chk-${id}`, { job, id, savepoint: false })
  if (shape.incomplete > 0) {
    const directory = `${tree}/chk-${shape.snapshots + 1}`
    if (shape.markers) yield marker(directory)
    yield files(`${directory}/`, { count: shape.incomplete, salt: job, truth: 'orphan' })
  }
  yield { ...files(`${tree}/shared/`, { count: shape.files + shape.orphans, salt: job, truth: 'needed' }), truth: sharedTruth(shape) }
  yield files(`${tree}/taskowned/`, { count: shape.taskOwned, salt: job, truth: 'held' })
  yield files(`${tree}/dstl/`, { count: shape.changelog, salt: job, truth: 'orphan' })
  for (let id = 1; id <= shape.savepoints; id++)
    yield* snapshotRuns(shape, `${SAVEPOINTS}/${savepointName(job, id)}`, { job, id, savepoint: true })
  const table = `warehouse/table-${job.toString().padStart(5, '0')}/data/part-`
  yield { ...files(table, { count: shape.foreign, salt: job, truth: 'foreign' }), suffix: '.parquet' }
}

/** `_metadata` stands between the names that begin with a digit and those that begin with a letter. */
function* snapshotRuns(shape: Shape, directory: string, snapshot: NonNullable<Run['snapshot']>): Generator<Draft> {
  if (shape.markers) yield marker(directory)
  for (const uuids of exclusiveUuids(shape, snapshot.job)) yield single(`${directory}/`, 'needed', { uuids })
  yield single(`${directory}/_metadata`, 'needed', { snapshot })
}

export function exclusiveUuids({ exclusive }: Shape, job: number): Uuids[] {
  const digits = Math.round((exclusive * 10) / 16)
  return [
    { count: digits, from: 0, to: LETTERS, salt: job },
    { count: exclusive - digits, from: LETTERS, to: WHOLE, salt: job },
  ]
}

export function sharedUuids({ files: needed, orphans }: Shape, job: number): Uuids {
  return { count: needed + orphans, from: 0, to: WHOLE, salt: job }
}

/** Orphans are spread evenly among the shared files that are needed. */
export function isSharedOrphan({ files: needed, orphans }: Shape, number: number): boolean {
  const all = needed + orphans
  return Math.floor(((number + 1) * orphans) / all) > Math.floor((number * orphans) / all)
}

function sharedTruth(shape: Shape): Run['truth'] {
  return (number) => (isSharedOrphan(shape, number) ? 'orphan' : 'needed')
}

function files(prefix: string, { count, salt, truth }: { count: number; salt: number; truth: Truth }): Draft {
  return single(prefix, truth, { uuids: { count, from: 0, to: WHOLE, salt } })
}

function marker(name: string): Draft {
  return single(name, 'marker', { isMarker: true })
}

function single(prefix: string, truth: Truth, more: Partial<Draft>): Draft {
  return { prefix, suffix: '', uuids: null, truth: () => truth, isMarker: false, snapshot: null, ...more }
}
