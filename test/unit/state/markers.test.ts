import { describe, expect, it } from 'vitest'
import type { Location } from '../../../src/lib/state/location.js'
import { planMarkers } from '../../../src/lib/state/markers.js'
import type { PlannedDelete } from '../../../src/lib/state/plan.js'
import type { Survey } from '../../../src/lib/state/survey.js'
import {
  at,
  checkpointDirectory,
  DAY,
  HOUR,
  job,
  jobId,
  jobsOf,
  keyAt,
  marker,
  metadata,
  NOW,
  needsBelow,
  running,
  savepointDirectory,
  storedBlob,
  surveyOf,
  uuid,
} from '../../support/builders.js'

const A = jobId(0xa)
const TREE = `checkpoints/${A}`
const CHECKPOINT = checkpointDirectory(A, 1)
const OLD = { lastModifiedMs: NOW - 20 * DAY }
const YOUNG = { lastModifiedMs: NOW - HOUR }

function markers(
  survey: Survey,
  parts: { deletes?: PlannedDelete[]; held?: Location[]; known?: ReturnType<typeof job> } = {},
): PlannedDelete[] {
  const { deletes = [], held = [], known = job(A) } = parts
  return planMarkers({ ...asked(survey), deletes, held, jobs: jobsOf(known) })
}

function asked(survey: Survey): Parameters<typeof planMarkers>[0] {
  return { survey, deletes: [], held: [], jobs: jobsOf(job(A)), roots: [at('checkpoints'), at('savepoints')], graceMs: 72 * HOUR }
}

const names = (planned: PlannedDelete[]) => planned.map((one) => one.blob.name)
const tree = [marker('checkpoints', OLD), marker(TREE, OLD), marker(`${TREE}/shared`, OLD), marker(CHECKPOINT, OLD)]

describe('planMarkers', () => {
  it('removes old empty directories of an ended job from the deepest up, but never a root', () => {
    expect(names(markers(surveyOf(tree)))).toEqual([`${TREE}/shared`, CHECKPOINT, TREE].toSorted((a, b) => b.length - a.length))
  })

  it('keeps the directories that a snapshot needs as such, what lies below them and what is above, empty as they are', () => {
    const merged = `${TREE}/shared/job_x_op_y_0_1`
    const survey = surveyOf([...tree, marker(merged, OLD), marker(`${merged}/below`, OLD)])
    const planned = planMarkers({ ...asked(survey), needed: new Set([keyAt(merged)]) })
    expect(names(planned)).toEqual([CHECKPOINT])
  })

  it('keeps those above a needed directory that has no marker itself', () => {
    expect(names(planMarkers({ ...asked(surveyOf(tree)), needed: new Set([keyAt(`${TREE}/shared/x`)]) }))).toEqual([CHECKPOINT])
  })

  it('keeps the directories of what somebody points at', () => {
    const holds = { paths: new Map([[keyAt(CHECKPOINT), { reason: 'configured' as const, detail: 'x' }]]), jobs: new Map() }
    expect(names(planMarkers({ ...asked(surveyOf(tree)), holds }))).toEqual([`${TREE}/shared`])
  })

  it.each([`checkpoints//${A}`, `checkpoints/${A}//shared`, `checkpoints/${A}/chk-1/`])(
    'leaves %s alone, which Flink did not make',
    (name) => {
      expect(markers(surveyOf([marker(name, OLD)]))).toEqual([])
    },
  )

  it('removes no root that is a job’s own directory', () => {
    const one = { ...surveyOf([]), markers: [marker(TREE, OLD)] }
    expect(planMarkers({ survey: one, deletes: [], held: [], jobs: jobsOf(job(A)), roots: [at(TREE)], graceMs: 0 })).toEqual([])
  })

  it.each(['running', 'unknown'] as const)('leaves directories of a job alone that is %s', (liveness) => {
    expect(markers(surveyOf(tree), { known: job(A, { liveness }) })).toEqual([])
  })

  it('keeps a directory with a blob that stays in it, however deep, and those above', () => {
    const stays = at(`${TREE}/shared/x`)
    expect(names(markers(surveyOf(tree), { held: [stays] }))).toEqual([CHECKPOINT])
    expect(names(markers(surveyOf([...tree, metadata(CHECKPOINT, [])])))).toEqual([`${TREE}/shared`])
    expect(names(markers(surveyOf([...tree, { ...marker(`${TREE}/shared/odd`), sizeBytes: 1 }])))).toEqual([CHECKPOINT])
  })

  it('keeps a directory in which another directory stays', () => {
    expect(names(markers(surveyOf([marker(TREE, OLD), marker(`${TREE}/shared`, YOUNG)])))).toEqual([])
  })

  it('removes a young directory only when the plan itself empties it and it is a snapshot’s', () => {
    const survey = surveyOf([marker(CHECKPOINT, YOUNG), marker(`${TREE}/shared`, YOUNG), metadata(CHECKPOINT, [needsBelow(uuid(1))])])
    expect(markers(surveyOf([marker(CHECKPOINT, YOUNG)]))).toEqual([])
    const [stored] = survey.stored
    if (stored === undefined) throw new Error('no _metadata')
    const deletes: PlannedDelete[] = [
      { blob: stored, reason: 'expired-checkpoint', after: [] },
      { blob: storedBlob(`${TREE}/shared/${uuid(2)}`), reason: 'orphan', after: [] },
    ]
    expect(names(markers(survey, { deletes }))).toEqual([CHECKPOINT])
  })

  it.each([
    ['in another container', { ...marker(TREE, OLD), container: 'other' }],
    ['in another account', { ...marker(TREE, OLD), account: 'other' }],
    ['below a savepoint’s directory', marker(`${savepointDirectory(A, 1)}/x`, OLD)],
    ['in no known layout', marker('checkpoints/x', OLD)],
    ['of a job that nobody knows', marker(`checkpoints/${jobId(0xb)}`, OLD)],
    ['just as old as the grace period', marker(TREE, { lastModifiedMs: NOW - 72 * HOUR })],
  ])('leaves a directory %s', (_, one) => {
    expect(markers({ ...surveyOf([]), markers: [one] })).toEqual([])
  })

  it('removes an empty savepoint directory when it is old, whoever runs', () => {
    const empty = (parts: object) => surveyOf([marker(savepointDirectory(A, 1), parts)])
    expect(names(markers(empty(OLD), { known: running(A) }))).toEqual([savepointDirectory(A, 1)])
    expect(markers(empty(YOUNG))).toEqual([])
  })

  it('waits for everything in the directory, and for the markers below', () => {
    const gone = [`${CHECKPOINT}/_metadata`, `${CHECKPOINT}/${uuid(1)}`, `${TREE}/shared/${uuid(2)}`]
    const deletes = gone.map((name): PlannedDelete => ({ blob: storedBlob(name), reason: 'orphan', after: [] }))
    const planned = markers(surveyOf([marker(TREE, OLD), marker(CHECKPOINT, OLD)]), { deletes })
    expect(planned.map(({ blob, after }) => [blob.name, after])).toEqual([
      [CHECKPOINT, gone.slice(0, 2).map(keyAt)],
      [TREE, [keyAt(gone[2] ?? ''), keyAt(CHECKPOINT)]],
    ])
  })
})
