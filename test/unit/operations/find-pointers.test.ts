import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pointersIn } from '../../../src/lib/config/pointers.js'
import { EXIT, FlinkopsError } from '../../../src/lib/errors.js'
import { findPointers, type PointerSources } from '../../../src/lib/operations/find-pointers.js'
import type { ContainerReader } from '../../../src/lib/ports.js'
import type { JobEvidence } from '../../../src/lib/state/evidence.js'
import { holdOf } from '../../../src/lib/state/holds.js'
import type { KnownJob } from '../../../src/lib/state/jobs.js'
import {
  ACCOUNT,
  at,
  checkpointDirectory,
  type FakeBlob,
  job,
  jobId,
  jobsOf,
  listedBlob,
  metadata,
  surveyOf,
  uri,
  uuid,
} from '../../support/builders.js'
import { checkpointConfig, fakeJobManager, fakeStorage } from '../../support/fake-ports.js'
import { NO_POINTERS } from '../../support/no-pointers.js'

const A = jobId(0xa)
const B = jobId(0xb)
const SAVEPOINT = 'savepoints/savepoint-aaaaaa-000000000001'
const STORE = readFileSync(join(import.meta.dirname, '../../support/recorded/high-availability/abfss-2.3.0'))
const SILENT = { state: null, proof: 'no listed JobManager knows it, and the roots are exclusive' }

interface Given {
  sources?: Partial<PointerSources>
  blobs?: FakeBlob[]
  stored?: Parameters<typeof fakeStorage>[0]
  evidence?: JobEvidence[]
  jobs?: KnownJob[]
  dead?: string[]
  change?: (reader: ContainerReader) => ContainerReader
}

async function find({ sources = {}, blobs = [], stored = {}, evidence = [], jobs = [job(A)], dead = [], change = (one) => one }: Given) {
  const known = jobsOf(...jobs)
  const reader = change(await fakeStorage(stored).container(ACCOUNT, 'flink'))
  const listed = Object.keys(stored).map((name) => listedBlob(name))
  const { holds, guards } = await findPointers(
    {
      sources: { ...NO_POINTERS, ...sources },
      evidence,
      survey: surveyOf([...blobs, ...listed]),
      readers: [reader],
      policy: { dead: new Set(dead), alsoLast: new Set() },
      signal: AbortSignal.timeout(10_000),
    },
    known,
  )
  const held = (name: string) => holdOf(holds, at(name))?.reason ?? null
  return { held, holds, warned: guards.map(({ name, status, message }) => `${status} ${name}: ${message}`), jobs: known }
}

const unreachable = () => new FlinkopsError('No right.', { code: 'NOT_AUTHORISED', exitCode: EXIT.notAuthorised })
const configured = (options: Record<string, string>): Partial<PointerSources> => ({
  configured: async () => pointersIn(new Map(Object.entries(options)), 'config.yaml'),
})

describe('a restore path in a configuration', () => {
  it.each(['execution.state-recovery.path', 'execution.savepoint.path'])('as %s holds the snapshot, in any spelling', async (name) => {
    for (const path of [SAVEPOINT, `${SAVEPOINT}/`, `${SAVEPOINT}/_metadata`]) {
      const { held, warned } = await find({ sources: configured({ [name]: uri(path) }), blobs: [metadata(SAVEPOINT, [])] })
      expect([held(SAVEPOINT), held(`${SAVEPOINT}/${uuid(1)}`), held('savepoints/other'), warned]).toEqual([
        'configured',
        'configured',
        null,
        [],
      ])
    }
  })

  it('counts both where old and new name are set, and takes the default file system for a path without scheme', async () => {
    const options = {
      'execution.state-recovery.path': '/a/chk-1',
      'execution.savepoint.path': uri('b/chk-2'),
      'fs.default-scheme': `wasbs://flink@${ACCOUNT}/`,
    }
    const { held } = await find({ sources: configured(options) })
    expect([held('a/chk-1'), held('b/chk-2')]).toEqual(['configured', 'configured'])
  })

  it('is told of a JobManager, too, with who says so', async () => {
    const one = fakeJobManager({ configuration: async () => new Map([['execution.state-recovery.path', uri(SAVEPOINT)]]) })
    const { holds } = await find({ sources: { jobManagers: [one], optionsOf: pointersIn } })
    expect(holdOf(holds, at(SAVEPOINT))).toEqual({
      reason: 'configured',
      detail: 'http://flink-jm:8081 (execution.state-recovery.path) names it as where a job starts',
    })
  })

  it('is warned of when nothing lies there, or nobody can tell it', async () => {
    const one = fakeJobManager({ configuration: async () => Promise.reject(unreachable()) })
    const { warned } = await find({ sources: { ...configured({ 'execution.savepoint.path': uri('gone/chk-1') }), jobManagers: [one] } })
    expect(warned).toEqual([
      `warn configured: http://flink-jm:8081 does not tell its configuration (No right.); config.yaml (execution.savepoint.path) names ${uri('gone/chk-1')} as where a job starts, and no snapshot was read there`,
    ])
  })
})

describe('a high-availability store', () => {
  const name = 'ha/cluster/completedCheckpoint1f'
  const stored = { [name]: { bytes: STORE } }

  it('holds what it names wherever it lies in a surveyed container, and its job is not ended by silence', async () => {
    const { held, jobs, warned } = await find({ stored, jobs: [job(A, SILENT), job(B, SILENT)] })
    expect([held(checkpointDirectory(A, 7)), held(`checkpoints/${A}/shared/${uuid(1)}`), held(checkpointDirectory(A, 6))]).toEqual([
      'high-availability',
      'high-availability',
      null,
    ])
    expect([jobs.get(A)?.liveness, jobs.get(B)?.liveness]).toEqual(['unknown', 'terminated'])
    expect(jobs.get(A)?.proof).toBe(`${SILENT.proof}, but a high-availability store holds it`)
    expect(warned).toEqual([])
  })

  it('does not bring back a job whose end somebody tells', async () => {
    expect((await find({ stored })).jobs.get(A)?.liveness).toBe('terminated')
  })

  it('holds everything when a file is not understood, names it, and gives up exactly that version with --dead', async () => {
    const broken = { ...stored, 'ha/completedCheckpoint2': { bytes: STORE.subarray(0, 100) } }
    const first = await find({ stored: broken })
    expect(first.held(`anywhere/${B}/shared/${uuid(1)}`)).toBe('high-availability')
    const named = `wasbs://flink@${ACCOUNT}/ha/completedCheckpoint2`
    const [, etag] = /--dead '.*#(.*)'$/.exec(first.warned[0] ?? '') ?? []
    expect(first.warned).toEqual([
      `warn high-availability: ${named}#${etag} is not understood: it names no directory of a checkpoint; every tree that it may mean stays. If its job is gone for good: --dead '${named}#${etag}'`,
    ])
    const key = `${ACCOUNT}/flink/ha/completedCheckpoint2#`
    const given = await find({ stored: broken, dead: [`${key}${etag}`] })
    expect([given.held(`anywhere/${B}`), given.held(checkpointDirectory(A, 7)), given.warned]).toEqual([null, 'high-availability', []])
    expect((await find({ stored: broken, dead: [`${key}other`] })).held(`anywhere/${B}`)).toBe('high-availability')
  })

  it.each<[string, Given]>([
    ['is too large to be read', { stored: { [name]: { sizeBytes: 2 ** 30 } } }],
    [
      'cannot be read',
      { stored, change: (one) => ({ ...one, list: one.list.bind(one), read: async () => Promise.reject(unreachable()) }) },
    ],
    [
      'keeps changing',
      { stored, change: (one) => ({ ...one, list: one.list.bind(one), read: async () => ({ state: 'changed' as const }) }) },
    ],
  ])('holds everything when a file %s', async (_, given) => {
    expect((await find(given)).held(`anywhere/${B}/chk-1`)).toBe('high-availability')
  })

  it('is read again when a checkpoint was overtaken meanwhile', async () => {
    let reads = 0
    const change = (one: ContainerReader): ContainerReader => ({
      ...one,
      read: async (options) => (reads++ === 0 ? { state: 'gone' as const } : one.read(options)),
    })
    const { held, warned } = await find({ stored, change })
    expect([held(checkpointDirectory(A, 7)), warned, reads]).toEqual(['high-availability', [], 2])
  })

  it('is read in a container that is not surveyed when its account is named, and ends no silence when it is not or cannot be', async () => {
    const place = `wasbs://ha@${ACCOUNT}/flink-ha`
    const other = fakeStorage({ 'flink-ha/x/completedCheckpoint1': { bytes: STORE }, 'flink-ha/x/blob/1': {} })
    const store = configured({ 'high-availability.storageDir': place })
    const jobs = () => [job(A, SILENT), job(B, SILENT)]
    const read = await find({
      sources: { ...store, open: async (account, container) => other.container(account, container) },
      jobs: jobs(),
    })
    expect([read.held(checkpointDirectory(A, 7)), read.jobs.get(B)?.liveness, read.warned]).toEqual(['high-availability', 'terminated', []])
    const unnamed = await find({ sources: store, jobs: jobs() })
    const denied = await find({ sources: { ...store, open: async () => Promise.reject(unreachable()) }, jobs: jobs() })
    for (const one of [unnamed, denied]) expect(one.jobs.get(B)?.liveness).toBe('unknown')
    expect(unnamed.warned[0]).toContain(
      `${place} (config.yaml (high-availability.storageDir)) is not looked at: name its account under storage:`,
    )
    expect(denied.warned[0]).toContain('cannot be read: No right.; until then no job is ended by silence')
  })

  it('in another file system is none of ours', async () => {
    const { warned, jobs } = await find({ sources: configured({ 'high-availability.storageDir': 'hdfs://nn/ha' }), jobs: [job(A, SILENT)] })
    expect([warned, jobs.get(A)?.liveness]).toEqual([[], 'terminated'])
  })
})

describe('a tree that somebody unknown may have claimed', () => {
  const leftovers = [listedBlob(`checkpoints/${A}/shared/${uuid(1)}`)]
  const evidence: JobEvidence[] = [
    {
      jobId: A,
      source: 'cluster',
      where: 'http://flink-jm:8081',
      state: 'CANCELED',
      left: { path: uri(checkpointDirectory(A, 9)), isDiscarded: false, isDeletedAtEnd: null },
    },
  ]
  const asked = (enabled: boolean, deleteOnCancellation: boolean) =>
    fakeJobManager({
      configuration: async () => new Map(),
      checkpointConfig: async () => ({ ...checkpointConfig(1000), externalized: { enabled, deleteOnCancellation } }),
    })

  it('is held when nothing explains that its last checkpoint is gone', async () => {
    const { held } = await find({ blobs: leftovers, evidence, sources: { jobManagers: [asked(true, false)] } })
    expect([
      held(`checkpoints/${A}/shared/${uuid(1)}`),
      held(`changelog/${A}/dstl/${uuid(2)}`),
      held(`checkpoints/${B}/shared/${uuid(1)}`),
    ]).toEqual(['claimed', 'claimed', null])
  })

  it.each([
    [false, false],
    [true, true],
  ])('is not when its retention deleted it (enabled %s, delete_on_cancellation %s)', async (enabled, deletes) => {
    const { held } = await find({ blobs: leftovers, evidence, sources: { jobManagers: [asked(enabled, deletes)] } })
    expect(held(`checkpoints/${A}/shared/${uuid(1)}`)).toBeNull()
  })

  it('is not when a run of ours deleted it, of which nobody is asked while nothing is left of the tree', async () => {
    const deleted = async (keys: ReadonlySet<string>) => keys
    const { held } = await find({ blobs: leftovers, evidence, sources: { deleted } })
    expect(held(`checkpoints/${A}/shared/${uuid(1)}`)).toBeNull()
    await find({ evidence, sources: { deleted: async () => Promise.reject(new Error('asked')) } })
  })
})
