import { describe, expect, it } from 'vitest'
import { isAtLeast } from '../../../src/lib/flink/flink-version.js'
import { restoreConfig, restoreFields, restoreKeys } from '../../../src/lib/flink/restore-keys.js'
import { parseCheckpointConfig, parseCheckpointStats } from '../../../src/lib/flink/wire-checkpoints.js'
import { parseRun, parseUpload } from '../../../src/lib/flink/wire-cluster.js'
import { parseJob, parseJobsOverview } from '../../../src/lib/flink/wire-jobs.js'
import { parseOperation } from '../../../src/lib/flink/wire-operations.js'
import { parseApiVersions, parseOperationHandle, parseResultPage, parseSessionHandle } from '../../../src/lib/flink/wire-sql.js'

const A = 'a'.repeat(32)
const B = 'b'.repeat(32)
const counts = { restored: 0, total: 1, in_progress: 0, completed: 1, failed: 0 }

describe('jobs', () => {
  it('are sorted newest first, with unknown words kept and -1 as null', () => {
    const jobs = parseJobsOverview({
      jobs: [
        { jid: A, name: 'old', state: 'RUNNING', 'start-time': 1, 'end-time': -1, duration: 5, tasks: { RUNNING: 2, total: 2 } },
        { jid: B, state: 'DREAMING', 'start-time': 2, 'end-time': 9, duration: 7 },
      ],
    })
    expect(jobs).toEqual([
      { jobId: B, name: '', state: 'DREAMING', startedAtMs: 2, endedAtMs: 9, durationMs: 7, tasks: {} },
      { jobId: A, name: 'old', state: 'RUNNING', startedAtMs: 1, endedAtMs: null, durationMs: 5, tasks: { running: 2, total: 2 } },
    ])
  })

  it.each([[{}], [{ jobs: null }], [{ jobs: [1] }], [{ jobs: [{ name: 'x' }] }], [[]], ['html'], [null]])(
    '%j is no empty list but an error',
    (body) => {
      expect(() => parseJobsOverview(body)).toThrow(/not Flink's/)
    },
  )
})

describe('an id', () => {
  const ids = ['-rf\n/etc $(id)', '../../config', 'A'.repeat(32), 'a'.repeat(31), `${A}\n`, '']

  it.each(ids)('that is not 32 hex digits makes an answer none of Flink: %j', (id) => {
    expect(() => parseJobsOverview({ jobs: [{ jid: id, state: 'RUNNING' }] })).toThrow(/not Flink's.*"jid" is no id of 32 hex digits/)
    expect(() => parseJob({ jid: id, state: 'RUNNING' })).toThrow(/"jid" is no id/)
    expect(() => parseJob({ jid: A, state: 'RUNNING', vertices: [{ id }] })).toThrow(/"id" is no id/)
    expect(() => parseRun({ jobid: id })).toThrow(/"jobid" is no id/)
    expect(() => parseResultPage({ resultType: 'EOS', jobID: id })).toThrow(/"jobID" is no id/)
  })

  it.each(['..', '.', '../x', 'a/b', 'a?b', '', 'a'.repeat(101)])(
    'of the SQL Gateway is one segment of a path, and no step up: %j',
    (handle) => {
      expect(() => parseSessionHandle({ sessionHandle: handle })).toThrow(/"sessionHandle" is no handle/)
      expect(() => parseOperationHandle({ operationHandle: handle })).toThrow(/"operationHandle" is no handle/)
    },
  )
})

describe('a time', () => {
  it.each([8.64e15 + 1, 1e300, -5, 'NaN', '1e999'])('that no clock shows counts as not told: %s', (time) => {
    const [job] = parseJobsOverview({ jobs: [{ jid: A, state: 'FAILED', 'start-time': time, 'end-time': time, duration: time }] })
    expect(job).toMatchObject({ startedAtMs: 0, endedAtMs: null, durationMs: 0 })
  })
})

describe('checkpoint statistics', () => {
  it('take NaN, -1, missing fields and memory storage', () => {
    const entry = { id: 3, status: 'COMPLETED', is_savepoint: true, trigger_timestamp: 5, latest_ack_timestamp: -1, state_size: 'NaN' }
    const stats = parseCheckpointStats({
      counts,
      latest: {
        completed: { ...entry, external_path: '<checkpoint-not-externally-addressable>' },
        savepoint: null,
        restored: { id: 2, external_path: 'x' },
      },
      history: [entry],
    })
    expect(stats.latest.completed).toMatchObject({ externalPath: null, stateBytes: null, latestAckAtMs: null, type: null, discarded: null })
    expect(stats.latest.restored).toEqual({ id: 2, restoredAtMs: 0, externalPath: 'x', isSavepoint: false })
    expect(stats.latest.savepoint).toBeNull()
    expect(stats.history).toHaveLength(1)
  })

  it('without counts or latest are an error, not "nothing"', () => {
    expect(() => parseCheckpointStats({ latest: {}, history: [] })).toThrow(/counts/)
    expect(() => parseCheckpointStats({ counts, history: [] })).toThrow(/latest/)
  })

  it.each([
    [Number(2n ** 63n - 1n), null],
    [0, null],
    [-1, null],
    [60_000, 60_000],
  ])('an interval of %d is %s', (interval, expected) => {
    expect(parseCheckpointConfig({ interval }).intervalMs).toBe(expected)
  })
})

describe('operations', () => {
  it.each([
    [{ status: { id: 'IN_PROGRESS' }, operation: null }, { state: 'inProgress' }],
    [
      { status: { id: 'COMPLETED' }, operation: { location: 'wasbs://c@a/x' } },
      { state: 'completed', location: 'wasbs://c@a/x' },
    ],
    [
      { status: { id: 'COMPLETED' }, operation: {} },
      { state: 'failed', cause: 'the JobManager gave no reason', savepointPath: null },
    ],
    [
      {
        status: { id: 'COMPLETED' },
        operation: { 'failure-cause': { class: 'a.B', 'stack-trace': 'a.BException: x\nCaused by: c.DException: not today' } },
      },
      { state: 'failed', cause: 'not today', savepointPath: null },
    ],
  ])('%j', (body, status) => {
    expect(parseOperation(body)).toEqual(status)
  })
})

describe('versions', () => {
  it.each([
    ['1.19.3', false],
    ['1.20.0', true],
    ['1.20-SNAPSHOT', true],
    ['1.18.1-vendor7', false],
    ['2.0.0', true],
    ['10.1', true],
    ['<unknown>', false],
  ])('%s has the new restore keys: %s', (version, isNew) => {
    expect(isAtLeast(version, 1, 20)).toBe(isNew)
    expect(restoreKeys(version).path).toBe(isNew ? 'execution.state-recovery.path' : 'execution.savepoint.path')
  })

  it('decide the names of a restore', () => {
    const restore = { path: 'p', claimMode: 'NO_CLAIM', allowNonRestoredState: false } as const
    expect(restoreFields(restore, '1.19.1')).toEqual({ savepointPath: 'p', allowNonRestoredState: false, restoreMode: 'NO_CLAIM' })
    expect(restoreFields(restore, '2.1.0')).toEqual({ savepointPath: 'p', allowNonRestoredState: false, claimMode: 'NO_CLAIM' })
    expect(restoreConfig(restore, '1.18.0')).toEqual({
      'execution.savepoint.path': 'p',
      'execution.savepoint-restore-mode': 'NO_CLAIM',
      'execution.savepoint.ignore-unclaimed-state': 'false',
    })
  })
})

it('a jar id is the last segment of the path on the server', () => {
  expect(parseUpload({ filename: '/tmp/flink-web-upload/abc_x.jar' })).toBe('abc_x.jar')
})

it('API versions that are not understood are left out', () => {
  expect(parseApiVersions({ versions: ['V1', 'V12', 'next', 7] })).toEqual([1, 12])
  expect(parseApiVersions({})).toEqual([])
})
