import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Deletion } from '../../../src/lib/operations/execution.js'
import { FROM_ELSEWHERE, loadRun } from '../../../src/lib/operations/load-run.js'
import { isBound, isBoundId, parseRecord, type RunRecord, runIdOf } from '../../../src/lib/operations/run-record.js'
import { locationKey } from '../../../src/lib/state/location.js'

const PLACE = { account: 'acct.blob.core.windows.net', container: 'flink' }
const DELETION: Deletion = { ...PLACE, name: 'checkpoints/x', sizeBytes: 10, etag: '0x1', reason: 'orphan', after: [] }
const CONTENT = { createdAt: '2026-11-22T18:00:00.000Z', madeBy: 'flinkops cleanup --yes', waves: [[DELETION]] }
const RECORD: RunRecord = { runId: runIdOf(CONTENT), ...CONTENT }
const OLD_ID = '20261122T180000-1a2b3c'

interface Given {
  machine?: unknown
  entries?: unknown[]
  container?: unknown
}

const load = (runId: string, { machine = null, entries = [], container }: Given) =>
  loadRun({
    runId,
    runs: {
      planned: async () => undefined,
      progress: async () => undefined,
      plan: async () => machine,
      entries: async () => entries,
      runs: async () => [],
    },
    recorder: {
      record: async () => undefined,
      recordFiles: async () => [],
      recorded: async () => (container === undefined ? null : Buffer.from(JSON.stringify(container))),
    },
    containers: [PLACE],
    signal: new AbortController().signal,
  })

describe('the id of a run', () => {
  it('says when it was made, and what its plan is', () => {
    expect(RECORD.runId).toMatch(/^20261122T180000-[0-9a-f]{20}$/)
    expect(isBoundId(RECORD.runId)).toBe(true)
    expect(isBoundId(OLD_ID)).toBe(false)
    expect(isBound(JSON.parse(JSON.stringify(RECORD)))).toBe(true)
  })

  it('is that of no other plan', () => {
    const deletion = fc.record({
      account: fc.constant(PLACE.account),
      container: fc.constant(PLACE.container),
      name: fc.string({ minLength: 1 }),
      sizeBytes: fc.nat(),
      etag: fc.string({ minLength: 1 }),
      reason: fc.constantFrom('orphan', 'marker'),
      after: fc.array(fc.string(), { maxLength: 2 }),
    })
    const content = fc.record({
      createdAt: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((date) => date.toISOString()),
      madeBy: fc.string(),
      waves: fc.array(fc.array(deletion, { maxLength: 3 }), { maxLength: 3 }),
    })
    fc.assert(
      fc.property(content, content, (one, other) => {
        const record = { runId: runIdOf(one), ...one }
        expect(isBound(JSON.parse(JSON.stringify(record)))).toBe(true)
        expect(isBound({ ...record, ...other })).toBe(JSON.stringify(one) === JSON.stringify(other))
      }),
    )
  })
})

describe('a run', () => {
  it('of this machine is what its journal says', async () => {
    const entries = [
      { key: locationKey(DELETION), outcome: 'deleted' },
      { key: 'spared', outcome: 'spared' },
    ]
    expect(await load(RECORD.runId, { machine: RECORD, entries })).toEqual({
      record: RECORD,
      deleted: new Set([locationKey(DELETION)]),
      untouched: new Set(['spared']),
      isOwn: true,
    })
  })

  it('of another machine is what lies in the container, and is never taken for one of this machine', async () => {
    const elsewhere = { record: RECORD, deleted: new Set(), untouched: new Set(), isOwn: false }
    expect(await load(RECORD.runId, { container: RECORD })).toEqual(elsewhere)
    expect(await load(RECORD.runId, { machine: RECORD, entries: [FROM_ELSEWHERE] })).toEqual(elsewhere)
  })

  const changed = { ...RECORD, waves: [[{ ...DELETION, name: 'checkpoints/y' }]] }
  const old = { ...RECORD, runId: OLD_ID, fingerprint: [], jobs: [] }
  it.each<[string, string, Given]>([
    ['whose plan in the container was changed', RECORD.runId, { container: changed }],
    ['whose plan on this machine was changed', RECORD.runId, { machine: changed }],
    ['to whose plan a field was added', RECORD.runId, { container: { ...RECORD, also: 1 } }],
    ['that was made elsewhere by a version whose ids say nothing', OLD_ID, { container: old }],
    ['that was made elsewhere by such a version, and taken over', OLD_ID, { machine: old, entries: [FROM_ELSEWHERE] }],
  ])('%s is refused', async (_, runId, given) => {
    await expect(load(runId, given)).rejects.toMatchObject({ code: 'RUN_NOT_BOUND', exitCode: 6 })
  })

  it('that this machine made by a version whose ids say nothing goes on working', async () => {
    expect(await load(OLD_ID, { machine: old })).toMatchObject({ record: old, isOwn: true })
  })

  it('about a container in which no root lies is refused', async () => {
    const content = { ...CONTENT, waves: [[{ ...DELETION, container: 'other' }]] }
    const record = { runId: runIdOf(content), ...content }
    await expect(load(record.runId, { container: record })).rejects.toMatchObject({ code: 'RUN_ELSEWHERE', exitCode: 6 })
  })
})

describe('the plan of a run', () => {
  const withDeletion = (parts: object) => ({ ...RECORD, waves: [[{ ...DELETION, ...parts }]] })
  it.each<[string, unknown]>([
    ['nothing', null],
    ['a list', []],
    ['the id of another run', { ...RECORD, runId: '20261122T180000-00000000000000000000' }],
    ['a time that is none', { ...RECORD, createdAt: 'yesterday' }],
    ['a command that is no text', { ...RECORD, madeBy: ['cleanup'] }],
    ['waves that are none', { ...RECORD, waves: [DELETION] }],
    ['no name', withDeletion({ name: '' })],
    ['a name from the root', withDeletion({ name: '/checkpoints/x' })],
    ['a name that goes up', withDeletion({ name: 'checkpoints/../savepoints/x' })],
    ['a name that is two', withDeletion({ name: ['checkpoints/x'] })],
    ['a name that stands still', withDeletion({ name: './checkpoints/x' })],
    ['a container that is two', withDeletion({ container: 'flink/checkpoints' })],
    ['no account', withDeletion({ account: '' })],
    ['no ETag', withDeletion({ etag: '' })],
    ['a reason that there is not', withDeletion({ reason: 'because' })],
    ['a size below 0', withDeletion({ sizeBytes: -1 })],
    ['a size beyond all', withDeletion({ sizeBytes: Number.POSITIVE_INFINITY })],
    ['what goes before as a text', withDeletion({ after: 'x' })],
    ['what goes before as numbers', withDeletion({ after: [1] })],
  ])('is refused with %s', (_, value) => {
    expect(() => parseRecord(RECORD.runId, value)).toThrow(
      expect.objectContaining({ code: 'RUN_UNREADABLE', exitCode: 6, message: `The plan of run ${RECORD.runId} cannot be read.` }),
    )
  })

  it.each(['checkpoints/a..b/.hidden/x.y', '...', 'a/..b'])('takes %s for a name', (name) => {
    expect(parseRecord(RECORD.runId, withDeletion({ name })).waves[0]?.[0]?.name).toBe(name)
  })
})
