import { describe, expect, it } from 'vitest'
import { assembleSurvey, EMPTY_DIRECTORY } from '../../../src/lib/state/assemble-survey.js'
import { Inventory } from '../../../src/lib/state/inventory.js'
import { KeyTable } from '../../../src/lib/state/key-table.js'
import type { Survey } from '../../../src/lib/state/survey.js'
import { Uses } from '../../../src/lib/state/uses.js'
import {
  at,
  checkpointDirectory,
  jobId,
  keyAt,
  listedBlob,
  marker,
  metadata,
  NOW,
  neededKeys,
  needs,
  needsBelow,
  operatorsOf,
  savepointDirectory,
  surveyOf,
  uuid,
} from '../../support/builders.js'

const JOB = jobId(1)
const CHECKPOINT = checkpointDirectory(JOB, 3)
const OWN = `${CHECKPOINT}/${uuid(1)}`

const needed = (survey: Survey) => survey.snapshots.flatMap((one) => neededKeys(survey, one))

describe('assembleSurvey', () => {
  it('joins a checkpoint’s _metadata with its files', () => {
    const shared = `checkpoints/${JOB}/shared/${uuid(2)}`
    const survey = surveyOf([metadata(CHECKPOINT, [needsBelow(uuid(1)), needs(shared)]), listedBlob(OWN), listedBlob(shared)])
    expect(survey.snapshots).toMatchObject([
      {
        directory: at(CHECKPOINT),
        kind: 'checkpoint',
        jobId: JOB,
        checkpointId: 3,
        etag: `etag ${CHECKPOINT}/_metadata`,
        metadataBytes: 100,
        completeness: 'complete',
        exclusiveBytes: 10,
        sharedBytes: 10,
      },
    ])
    expect(needed(survey)).toEqual([keyAt(OWN), keyAt(shared)])
    expect(survey.fingerprint).toEqual(new Map([[keyAt(`${CHECKPOINT}/_metadata`), `etag ${CHECKPOINT}/_metadata`]]))
    expect([...survey.loose]).toEqual([])
  })

  it('knows no job of a savepoint, and lists a directory without _metadata with its bytes', () => {
    const savepoint = savepointDirectory(JOB, 1)
    const survey = surveyOf([listedBlob(`${savepoint}/${uuid(1)}`, { lastModifiedMs: NOW - 1 })])
    expect(survey.snapshots).toMatchObject([
      { kind: 'savepoint', jobId: null, etag: null, completeness: 'incomplete', problem: 'it has no _metadata', exclusiveBytes: 10 },
    ])
    expect(survey.snapshots[0]?.completedAtMs).toBe(NOW - 1)
  })

  it.each([
    ['empty', { sizeBytes: 0 }],
    ['still being uploaded', { isUploading: true }],
  ])('takes a snapshot whose _metadata is %s for being written', (_, parts) => {
    expect(surveyOf([metadata(CHECKPOINT, [], parts)]).snapshots).toMatchObject([{ completeness: 'writing', references: [] }])
  })

  it('does not count a file that is still being uploaded as there, whatever size it shows', () => {
    const survey = surveyOf([metadata(CHECKPOINT, [needsBelow(uuid(1))]), listedBlob(OWN, { sizeBytes: 10, isUploading: true })])
    expect(survey.snapshots).toMatchObject([{ completeness: 'incomplete' }])
    expect(needed(survey)).toEqual([keyAt(OWN)])
  })

  it('lists an unreadable _metadata apart, and as a snapshot of which nothing is known', () => {
    const blob = listedBlob(`${CHECKPOINT}/_metadata`)
    const inventory = new Inventory(new KeyTable(), () => false)
    inventory.add(blob, blob)
    const read = new Map([[keyAt(blob.name), { blob, state: 'unreadable' as const, problem: 'odd' }]])
    const clock = { serverTimeMs: NOW, clockSkewMs: 0, isStable: true }
    const survey = assembleSurvey({ inventory, read, containers: [at('')], ...clock })
    expect(survey.unreadable).toEqual([{ directory: at(CHECKPOINT), etag: blob.etag, problem: 'odd' }])
    expect(survey.snapshots).toMatchObject([{ completeness: 'unreadable', problem: 'odd', references: [] }])
  })

  it('has nothing unreadable when all was read, and the words for what is not there', () => {
    const survey = surveyOf([
      metadata(CHECKPOINT, [], { sizeBytes: 0 }),
      marker(savepointDirectory(JOB, 1)),
      listedBlob(`${savepointDirectory(JOB, 2)}/${uuid(1)}`),
    ])
    expect(survey.unreadable).toEqual([])
    expect(survey.snapshots.map(({ problem, operators }) => [problem, [...operators.names.values()]])).toEqual([
      ['its _metadata is empty or still being uploaded', []],
      [EMPTY_DIRECTORY, []],
      ['it has no _metadata', []],
    ])
    expect(EMPTY_DIRECTORY).toBe('it is an empty directory')
  })

  it('lists snapshots in one order whatever was read first, with their operators', () => {
    const blobs = [1, 2, 3].map((id) => listedBlob(`${checkpointDirectory(JOB, id)}/_metadata`))
    const inventory = new Inventory(new KeyTable(), () => false)
    for (const blob of blobs) inventory.add(blob, blob)
    const clock = { serverTimeMs: NOW, clockSkewMs: 0, isStable: true }
    const orderOf = (order: typeof blobs) => {
      const read = new Map(
        order.map((blob) => [
          keyAt(blob.name),
          {
            blob,
            state: 'parsed' as const,
            uses: new Uses(new KeyTable(), 0),
            operators: operatorsOf('map'),
            checkpointId: Number(/chk-(\d+)/.exec(blob.name)?.[1]),
          },
        ]),
      )
      return assembleSurvey({ inventory, read, containers: [at('')], ...clock }).snapshots.map((one) => [
        one.checkpointId,
        [...one.operators.names.values()],
      ])
    }
    const expected = [1, 2, 3].map((id) => [id, ['map']])
    expect([orderOf(blobs), orderOf(blobs.toReversed())]).toEqual([expected, expected])
  })
})
