import { describe, expect, it } from 'vitest'
import { isDeletedAtEnd, leftByArchive } from '../../../src/lib/operations/left-checkpoint.js'
import type { ArchivedJob } from '../../../src/lib/ports.js'

const archived: ArchivedJob = {
  jobId: 'a'.repeat(32),
  name: 'sales',
  state: 'CANCELED',
  startedAtMs: 1,
  endedAtMs: 2,
  tasksTotal: 1,
  lastSavepointPath: null,
  lastCheckpointPath: 'wasbs://c@a/chk-1',
  restoredFrom: null,
  restoredId: null,
  externalized: null,
  changelogEnabled: null,
  checkpointTimeoutMs: null,
}

describe('the last checkpoint that a job left', () => {
  it.each([
    ['FINISHED', null],
    ['CANCELED', { path: 'wasbs://c@a/chk-1', isDiscarded: null, isDeletedAtEnd: null }],
    ['FAILED', { path: 'wasbs://c@a/chk-1', isDiscarded: null, isDeletedAtEnd: null }],
  ])('is told by the archive of a job that is %s', (state, left) => {
    expect(leftByArchive({ ...archived, state })).toEqual(left)
  })

  it('is none when Flink discarded it, and is known to be deleted when the archive tells its retention', () => {
    expect(leftByArchive({ ...archived, lastCheckpointPath: null })).toBeNull()
    expect(leftByArchive({ ...archived, externalized: { enabled: true, deleteOnCancellation: true } })).toMatchObject({
      isDeletedAtEnd: true,
    })
  })

  it.each([
    [true, false, 'CANCELED', false],
    [true, true, 'CANCELED', true],
    [true, true, 'FAILED', false],
    [false, false, 'FAILED', true],
  ])('with externalized %s and delete_on_cancellation %s, after %s, was deleted: %s', (enabled, deleteOnCancellation, state, is) => {
    expect(isDeletedAtEnd({ enabled, deleteOnCancellation }, state)).toBe(is)
  })
})
