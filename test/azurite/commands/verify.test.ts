import type { ContainerClient } from '@azure/storage-blob'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCOUNT_HOST } from '../../../sandbox/emulator.js'
import { advancing } from '../../support/advancing-job.js'
import { freshContainer } from '../../support/azurite.js'
import { jobId, uuid } from '../../support/builders.js'
import { cluster } from '../../support/fake-cluster.js'
import { type FakeJobManager, startFakeJobManager } from '../../support/fake-jobmanager.js'
import { type Cli, startCli } from '../../support/run-cli.js'
import { savepointBytes, storeCheckpoint, storeSavepoint, upload } from '../../support/stored-snapshot.js'
import { readTable } from '../../support/tables.js'

const JOB = jobId(5)
const OTHER = jobId(6)
const SAVEPOINT = 'savepoints/savepoint-555555-000000000001'
const OWN_FILE = '11111111-1111-4111-8111-111111111111'

let client: ContainerClient
let cli: Cli
let jobManager: FakeJobManager
beforeAll(async () => {
  const fresh = await freshContainer()
  client = fresh.client
  jobManager = await startFakeJobManager(cluster({ jobs: [{ jobId: JOB, name: 'sales_pipeline' }] }))
  const { endpoint, container } = fresh
  const down = { endpoint: 'http://127.0.0.1:1/down', auth: 'key' }
  const storage = { [ACCOUNT_HOST]: { endpoint, auth: 'key' }, 'down.blob.core.windows.net': down }
  cli = await startCli({ endpoint, container, jobManagers: [jobManager.url], context: { storage } })
})
afterAll(async () => {
  await Promise.all([cli.close(), jobManager.stop(), client.delete()])
})

describe('verify <snapshot>', () => {
  it('proves that a savepoint can be restored from', async () => {
    await storeSavepoint(client, SAVEPOINT)

    const { stdout, stderr, code } = await cli.run(['verify', cli.path(SAVEPOINT)])
    expect(stdout).toBe(
      [
        `Restorable: ${cli.path(SAVEPOINT)}`,
        '  _metadata is readable and lies in its place (format 6, checkpoint 7)',
        '  every file is there (1 file, 64 B), none empty or shorter than its handle says',
        '',
      ].join('\n'),
    )
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
  })

  it.each<[string, (directory: string) => Promise<unknown>, RegExp]>([
    [
      'lacks a file',
      (directory) => client.deleteBlob(`${directory}/${OWN_FILE}`),
      /1 of 1 referenced files are missing\n {2}\S+ is missing/,
    ],
    [
      'has a file that was truncated',
      (directory) => upload(client, `${directory}/${OWN_FILE}`, Buffer.alloc(63)),
      /has 63 bytes, its handle says 64/,
    ],
    ['has a _metadata of 0 bytes', (directory) => upload(client, `${directory}/_metadata`, Buffer.alloc(0)), /its _metadata is empty/],
    [
      "has another checkpoint's _metadata",
      async (directory) => {
        const other = await storeCheckpoint(client, { jobId: OTHER, checkpointId: 3, shared: [uuid(1)] })
        await upload(client, `${directory}/_metadata`, await client.getBlobClient(`${other}/_metadata`).downloadToBuffer())
      },
      /it is the _metadata of another snapshot: it names files of checkpoints\/6{32}\/chk-3 as its own/,
    ],
  ])('exits 11 and says what is wrong with one that %s', async (_, damage, words) => {
    const directory = `savepoints/savepoint-555555-${uuid(words.source.length).slice(0, 8)}0000`
    await storeSavepoint(client, directory)
    await damage(directory)

    const { stdout, code } = await cli.run(['verify', directory.replace('savepoints/', ''), '--json'])
    const text = await cli.run(['verify', directory.replace('savepoints/', '')])
    expect(JSON.parse(stdout)).toMatchObject({ subject: 'snapshot', verified: false, path: cli.path(directory), warnings: [] })
    expect(text.stdout).toMatch(/^Not restorable: /)
    expect(text.stdout).toMatch(words)
    expect([code, text.code]).toEqual([11, 11])
  })

  it('finds a _metadata that was cut at any 100th byte', { timeout: 180_000 }, async () => {
    const whole = savepointBytes()
    const directory = 'savepoints/savepoint-555555-00000000cccc'
    await storeSavepoint(client, directory)
    for (let length = 100; length < whole.length; length += 100) {
      await upload(client, `${directory}/_metadata`, whole.subarray(0, length))
      const { stdout, code } = await cli.run(['verify', cli.path(directory)])
      expect(stdout).toMatch(/^Not restorable: \S+\n {2}.* at byte \d+/)
      expect(code).toBe(11)
    }
  })

  it('looks into RocksDB tables with --deep, and only then', async () => {
    const directory = await storeCheckpoint(client, { jobId: JOB, checkpointId: 4, shared: [uuid(7)] })
    const shallow = await cli.run(['verify', `${JOB}/chk-4`])
    const nothing = await cli.run(['verify', `${JOB}/chk-4`, '--deep'])
    await upload(client, `checkpoints/${JOB}/shared/${uuid(7)}`, readTable('frocksdb8-bloom'))
    const table = await cli.run(['verify', `${JOB}/chk-4`, '--deep'])

    expect(shallow.code).toBe(0)
    expect(nothing.stdout).toContain('it does not end with the magic number of a RocksDB table')
    expect(nothing.code).toBe(11)
    expect(table.stdout).toContain(`Restorable: ${cli.path(directory)}`)
    expect(table.stdout).toContain(
      '1 RocksDB table: footers are sane; 4 blocks of index, properties and filters match their checksums (XXH3)',
    )
    expect(table.code).toBe(0)
  })

  it.each([
    ['is not there', ['verify', 'savepoints/none'], 5],
    ['is on an account that does not answer', ['verify', 'wasbs://flink@down.blob.core.windows.net/x/chk-1', '--timeout', '20s'], 7],
    ['is on a host that is none of Azure', ['verify', 'wasbs://flink@127.0.0.1:1/x/chk-1'], 6],
    ['is a job, with flags of a snapshot', ['verify', 'sales_pipeline', '--deep'], 2],
  ])('says so when what is named %s', async (_, args, exitCode) => {
    const { stderr, code } = await cli.run(args)
    expect(stderr).toMatch(/^Error: /)
    expect(code).toBe(exitCode)
  })
})

const advancingBy = (paceMs: number, parts: { intervalMs?: number; durationMs?: number } = {}) =>
  advancing({ jobId: JOB, name: 'sales_pipeline', path: cli.path, paceMs, ...parts })

describe('verify <job>', () => {
  beforeAll(async () => {
    for (let id = 8; id < 80; id++) await storeCheckpoint(client, { jobId: JOB, checkpointId: id, shared: [uuid(1)] })
  })

  it('watches until two more checkpoints are completed, and proves the newest on storage', async () => {
    jobManager.script(advancingBy(500))
    const { stdout, code } = await cli.run(['verify', 'sales_pipeline', '--json'])
    const verdict = JSON.parse(stdout)
    expect(verdict).toMatchObject({ subject: 'job', verified: true, jobId: JOB, jobName: 'sales_pipeline', findings: [] })
    expect(verdict.proof.completed.length).toBeGreaterThanOrEqual(2)
    expect(verdict.proof.newest.path).toMatch(/^wasbs:\S+\/chk-\d+$/)
    expect(code).toBe(0)
  })

  it('exits 11 when checkpoints are slower than the interval', async () => {
    jobManager.script(advancingBy(500, { intervalMs: 100, durationMs: 450 }))
    const { stdout, code } = await cli.run(['verify', JOB.slice(0, 8)])
    expect(stdout).toMatch(
      /^Not as it should be: sales_pipeline \(5+\)\n {2}checkpoints are too slow: the last two took 0\.5 s and 0\.5 s, longer than the interval of 0\.1 s\n$/,
    )
    expect(code).toBe(11)
  })

  it('exits 11 when the newest checkpoint could not be restored from', async () => {
    jobManager.script(advancingBy(600_000, { intervalMs: 600_000 }))
    const route = `GET /v1/jobs/${JOB}/checkpoints`
    let asked = 0
    const bodies = [10, 12].map((id) => {
      const entry = {
        id,
        status: 'COMPLETED',
        is_savepoint: false,
        trigger_timestamp: id,
        latest_ack_timestamp: id,
        num_subtasks: 1,
        num_acknowledged_subtasks: 1,
        end_to_end_duration: 5,
      }
      const completed = { ...entry, external_path: cli.path(`checkpoints/${OTHER}/chk-${id}`), discarded: false }
      const counts = { restored: 0, total: id, in_progress: 0, completed: id, failed: 0 }
      return {
        body: {
          counts,
          latest: { completed, savepoint: null, failed: null, restored: null },
          history: [completed, { ...completed, id: id - 1 }],
        },
      }
    })
    jobManager.script({ [route]: () => bodies[Math.min(1, asked++)] ?? 'drop' })
    const { stdout, code } = await cli.run(['verify', 'sales_pipeline'])
    expect(stdout).toMatch(/its newest checkpoint \S+chk-12 cannot be restored: there is no checkpoints/)
    expect(code).toBe(11)
  })

  it('exits 8 for a job that has just started, and does not call it wrong', async () => {
    jobManager.script(cluster({ jobs: [{ jobId: JOB, name: 'sales_pipeline' }] }))
    const { stdout, stderr, code } = await cli.run(['verify', 'sales_pipeline', '--timeout', '1s'])
    expect(stdout).toBe('')
    // A busy machine may need the second for less than the first look, and can say no more then.
    expect(stderr).toMatch(/^Error: Gave up waiting after 1 s \(--timeout\)\.( Whether sales_pipeline checkpoints is not known yet: .*)?\n/)
    expect(code).toBe(8)
  })

  it.each([
    ['5 for a job that is not there', ['verify', 'nonsense'], 5],
    ['7 when the JobManager does not answer', ['verify', 'sales_pipeline', '--jobmanager', 'http://127.0.0.1:1'], 7],
  ])('exits %s', async (_, args, exitCode) => {
    expect((await cli.run(args)).code).toBe(exitCode)
  })

  it('exits 11 for a job that has ended', async () => {
    jobManager.script(cluster({ jobs: [{ jobId: JOB, name: 'sales_pipeline', state: 'CANCELED' }] }))
    const { stdout, code } = await cli.run(['verify', 'sales_pipeline'])
    expect(stdout).toContain('it is CANCELED')
    expect(code).toBe(11)
  })
})
