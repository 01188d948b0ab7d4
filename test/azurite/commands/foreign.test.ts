import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FreshContainer, freshContainer } from '../../support/azurite.js'
import { type Elsewhere, startElsewhere } from '../../support/elsewhere.js'
import { cluster, completedOperation, type FakeJob, gateway, SALES, statementDone } from '../../support/fake-cluster.js'
import { type FakeJobManager, startFakeJobManager } from '../../support/fake-jobmanager.js'
import { manifest, manifestJob } from '../../support/fake-manifest.js'
import { type Cli, type RunResult, startCli } from '../../support/run-cli.js'
import { storeCheckpoint, storeSavepoint, upload } from '../../support/stored-snapshot.js'

const STRANGER = 'stranger.blob.core.windows.net'
const ENDED = 'ccccffffffffffffffffffffffffffff'
const ATTACHED = '7d3f0c2a9e8b41d6a5c4b3a291807f6e'
const SAVEPOINT = 'savepoints/savepoint-a1b2c3-000000000001'

/** Hosts of others, each as it could pass for one's own: an account of Azure, the own name elsewhere, a port, this machine. */
const STRANGERS = (own: string, elsewhere: Elsewhere) => [
  STRANGER,
  own.replace('core.windows.net', 'evil.test'),
  own.replace('core.windows.net', 'core.chinacloudapi.cn'),
  `${own}:8443`,
  `${own}.evil.test`,
  elsewhere.host,
]

let elsewhere: Elsewhere
let fresh: FreshContainer
let jobManager: FakeJobManager
let sql: FakeJobManager
/** `own`: the roots are configured. `bare`: nothing but the JobManager is. */
let cli: { own: Cli; bare: Cli }
let checkpoint: string
let stranger: (name: string) => string

beforeAll(async () => {
  elsewhere = await startElsewhere()
  fresh = await freshContainer()
  sql = await startFakeJobManager(gateway(() => statementDone(SALES)))
  jobManager = await startFakeJobManager()
  await speakOf(STRANGER)
  const { endpoint, container } = fresh
  const common = { endpoint, container, jobManagers: [jobManager.url], sqlGateway: sql.url, ownProcess: true as const }
  const jobs = { sales_pipeline: { script: 'sales.sql' } }
  const changelog = [`wasbs://${container}@${fresh.accountHost}/dstl`]
  const path = (name: string) => `wasbs://${container}@${fresh.accountHost}/${name}`
  const roots = { checkpoints: [path('checkpoints')], savepoints: [path('savepoints')], changelog, history: path('history') }
  cli = {
    own: await startCli({ ...common, context: { jobs, roots } }),
    bare: await startCli({ ...common, context: { jobs, roots: {}, storage: {} } }),
  }
  for (const { dir } of Object.values(cli)) await prepare(dir)
})

afterAll(async () => {
  for (const one of Object.values(cli)) await one.close()
  await jobManager.stop()
  await sql.stop()
  await elsewhere.close()
})

beforeEach(() => {
  elsewhere.asked.length = 0
})

/** Everything that Flink, the container and the files of this machine can say names this host. */
async function speakOf(host: string): Promise<void> {
  stranger = (name) => `wasbs://c@${host}/${name}`
  const job: FakeJob = {
    jobId: SALES,
    name: 'sales_pipeline',
    completed: [stranger(`checkpoints/${SALES}/chk-9`)],
    restoredFrom: stranger('sp'),
  }
  const ended: FakeJob = { jobId: ENDED, name: 'ended', state: 'FINISHED', completed: [stranger('checkpoints/x/chk-1')] }
  const directories = [
    'execution.checkpointing.dir',
    'execution.checkpointing.savepoint-dir',
    'dstl.dfs.base-path',
    'jobmanager.archive.fs.dir',
  ]
  const configuration = Object.fromEntries(directories.map((key) => [key, stranger(key)]))
  jobManager.script({
    ...cluster({ jobs: [job, ended], configuration }),
    ...completedOperation(SALES, stranger('savepoint-aaaaaa-000000000001')),
  })
  await storeSavepoint(fresh.client, SAVEPOINT)
  checkpoint = await storeCheckpoint(fresh.client, { jobId: SALES, checkpointId: 7, shared: ['a'], sharedBase: stranger('shared') })
  const deletion = { account: host, container: 'c', name: 'x', etag: '0x1', reason: 'orphan', sizeBytes: 1, after: [] }
  const record = { runId: 'planted', createdAt: '2026-11-22T12:00:00.000Z', waves: [[deletion]], fingerprint: [], jobs: [] }
  await upload(fresh.client, '_flinkops/runs/planted/plan.json', Buffer.from(JSON.stringify(record)))
  await upload(fresh.client, '_flinkops/maintenance/planted.json', Buffer.from(JSON.stringify(window())))
  const overview = { jid: ENDED, name: 'ended', state: 'FINISHED', 'start-time': 1, 'end-time': 2, duration: 1, tasks: { total: 4 } }
  const archive = { archive: [{ path: '/jobs/overview', json: JSON.stringify({ jobs: [overview] }) }] }
  await upload(fresh.client, `history/${ENDED}`, Buffer.from(JSON.stringify(archive)))
}

function window() {
  const path = stranger('savepoint-aaaaaa-000000000002')
  const entry = manifestJob({ jobId: SALES, name: 'sales_pipeline', state: 'stopped', path, targetDirectory: stranger('target') })
  return manifest({ id: 'planted', context: 'test', jobManager: jobManager.url, jobs: [entry] })
}

/** A script, and a journal that an earlier run has left. */
async function prepare(dir: string): Promise<void> {
  await writeFile(join(dir, 'sales.sql'), "SET 'pipeline.name' = 'sales_pipeline';\nINSERT INTO t SELECT 1;\n")
  const state = join(dir, 'state', 'flinkops')
  await mkdir(state, { recursive: true, mode: 0o700 })
  const operation = { event: 'started', kind: 'savepoint', triggerId: ATTACHED, jobId: SALES, jobName: 'sales_pipeline' }
  const more = { jobManager: jobManager.url, targetDirectory: stranger('target'), format: 'CANONICAL', at: new Date().toISOString() }
  await writeFile(
    join(state, 'operations.jsonl'),
    `${JSON.stringify({ ...operation, ...more, startedAt: more.at, startedAtMs: Date.now() })}\n`,
  )
  const drill = { event: 'begun', jobId: ENDED, jobName: 'ended', script: 'x', snapshot: stranger('sp'), directory: stranger('drill') }
  const whose = { jobManager: jobManager.url, startedAtMs: 1, host: 'nobody', pid: 1 }
  await writeFile(join(state, 'drills.jsonl'), `${JSON.stringify({ ...drill, ...whose })}\n`)
}

const copy = () => `wasbs://${fresh.container}@${fresh.accountHost}/_flinkops/maintenance/planted.json`
const COMMANDS: [string, () => string[]][] = [
  ['list-jobs', () => ['list-jobs']],
  ['config', () => ['config']],
  ['list-checkpoints', () => ['list-checkpoints']],
  ['list-savepoints', () => ['list-savepoints']],
  ['usage', () => ['usage']],
  ['report', () => ['report', '--html', 'page.html']],
  ['doctor', () => ['doctor']],
  ['inspect', () => ['inspect', cli.own.path(checkpoint)]],
  ['inspect latest', () => ['inspect', 'latest', '--job', 'sales_pipeline']],
  ['verify', () => ['verify', cli.own.path(checkpoint)]],
  ['verify --deep', () => ['verify', cli.own.path(checkpoint), '--deep']],
  ['verify latest', () => ['verify', 'latest', '--job', 'sales_pipeline']],
  ['verify <job>', () => ['verify', 'sales_pipeline', '--timeout', '2s']],
  ['cleanup', () => ['cleanup', '--older-than', '1s', '--yes', '--without-soft-delete', '--max-share', '100%']],
  ['cleanup --resume', () => ['cleanup', '--resume', 'planted', '--yes']],
  ['undo', () => ['undo', 'planted', '--yes']],
  ['delete', () => ['delete', cli.own.path(checkpoint), '--yes', '--without-soft-delete']],
  ['savepoint', () => ['savepoint', 'sales_pipeline']],
  ['savepoint --target', () => ['savepoint', 'sales_pipeline', '--target', cli.own.path('savepoints')]],
  ['savepoint --attach', () => ['savepoint', '--attach', ATTACHED]],
  ['stop', () => ['stop', 'sales_pipeline', '--yes']],
  ['stop --savepoint-path', () => ['stop', 'sales_pipeline', '--yes', '--savepoint-path', cli.own.path('savepoints')]],
  ['stop --all', () => ['stop', '--all', '--yes']],
  ['stop --all --savepoint-path', () => ['stop', '--all', '--yes', '--savepoint-path', cli.own.path('savepoints')]],
  ['resume', () => ['resume', 'sales.sql', '--from', cli.own.path(checkpoint), '--allow-second', '--timeout', '3s']],
  ['resume --from latest', () => ['resume', 'sales.sql', '--from', 'latest', '--allow-second', '--timeout', '3s']],
  ['resume --all', () => ['resume', '--all', '--timeout', '3s']],
  ['resume --all --manifest', () => ['resume', '--all', '--manifest', copy(), '--yes', '--timeout', '3s']],
  ['start', () => ['start', 'sales.sql', '--fresh', '--allow-second', '--timeout', '3s']],
  ['drill', () => ['drill', 'sales.sql', '--from', cli.own.path(SAVEPOINT), '--timeout', '3s']],
]

function expectUntold({ code, stderr }: RunResult): void {
  // Its own account is served by the emulator where a configuration says so; else Azure is asked.
  expect(elsewhere.asked.filter((host) => host !== `${fresh.accountHost}:443`)).toEqual([])
  expect([1, 130]).not.toContain(code)
  expect(stderr).not.toContain('This is a bug')
}

describe.each(['own', 'bare'] as const)('where Flink, the container and the journal name a stranger everywhere (%s)', (which) => {
  it.each(COMMANDS)('%s asks nobody but those whom a person named', async (_, args) => {
    expectUntold(await cli[which].run(args(), { env: await elsewhere.env(cli[which].dir) }))
  })
})

describe('whatever the stranger is called', () => {
  it.each([0, 1, 2, 3, 4, 5])('nobody asks for him (%i)', async (at) => {
    await speakOf(STRANGERS(fresh.accountHost, elsewhere)[at] ?? '')
    const env = { ...(await elsewhere.env(cli.own.dir)), AZURE_STORAGE_ACCOUNT: fresh.accountHost.split('.')[0] }
    for (const args of [
      ['verify', cli.own.path(checkpoint)],
      ['savepoint', 'sales_pipeline'],
      ['resume', '--all', '--manifest', copy()],
    ])
      expectUntold(await cli.own.run(args, { env }))
    expectUntold(await cli.bare.run(['list-checkpoints'], { env }))
  })

  it('is asked as soon as he is named, so that these tests would see it', async () => {
    await speakOf(STRANGER)
    await cli.bare.run(['inspect', stranger('x'), '--timeout', '20s'], { env: await elsewhere.env(cli.bare.dir) })
    expect(elsewhere.asked).toContain(`${STRANGER}:443`)
  })
})

describe('what is said instead', () => {
  const own = async (...args: string[]) => cli.own.run(args, { env: await elsewhere.env(cli.own.dir) })

  beforeAll(() => speakOf(STRANGER))

  it('verify: not proven, 11, and how many files were not looked at', async () => {
    const { code, stdout } = await own('verify', cli.own.path(checkpoint), '--json')
    expect(JSON.parse(stdout)).toMatchObject({ verified: false, unseen: [{ where: `${STRANGER}/c`, files: 1 }] })
    expect(code).toBe(11)
    const person = await own('verify', cli.own.path(checkpoint), '--deep')
    expect(person.stdout).toMatch(/^Not proven: /)
    expect(person.stdout.replaceAll(/\s+/g, ' ')).toContain(`add under storage: in flinkops.yaml: ${STRANGER}: {}`)
    expect(person.stdout).not.toContain('missing')
  })

  it('inspect: neither there nor missing', async () => {
    const { code, stdout } = await own('inspect', cli.own.path(checkpoint), '--json')
    const { references, unseen } = JSON.parse(stdout)
    expect(references.find((one: { path: string }) => one.path.includes(STRANGER))).toMatchObject({ exists: null })
    expect(unseen).toEqual([{ where: `${STRANGER}/c`, files: 1 }])
    expect(code).toBe(0)
  })

  it.each([
    ['savepoint', ['savepoint', 'sales_pipeline']],
    ['stop', ['stop', 'sales_pipeline', '--yes']],
    ['stop --all', ['stop', '--all', '--yes']],
  ])('%s: 6 before anything is triggered, when the directory is a stranger', async (_, args) => {
    const before = jobManager.asked.filter(({ method }) => method === 'POST').length
    const { code, stderr } = await own(...args)
    expect(code).toBe(6)
    expect(stderr).toContain(`storage:\n    ${STRANGER}: {}`)
    expect(jobManager.asked.filter(({ method }) => method === 'POST')).toHaveLength(before)
  })

  it('savepoint: 6, the path that was reported and that nobody looked at it, when only the answer names him', async () => {
    const { code, stdout, stderr } = await own('savepoint', 'sales_pipeline', '--target', cli.own.path('savepoints'))
    expect({ code, stdout }).toEqual({ code: 6, stdout: '' })
    expect(stderr).toContain(`${stranger('savepoint-aaaaaa-000000000001')} is completed, and nobody looked at it`)
    expect(stderr).toContain(`${STRANGER}: {}`)
  })

  it('stop --all: 3, down, and not verified', async () => {
    const { code, stdout } = await own(
      'stop',
      '--all',
      '--yes',
      '--new-window',
      '--allow-no-way-back',
      '--savepoint-path',
      cli.own.path('savepoints'),
      '--json',
    )
    const { jobs } = JSON.parse(stdout)
    expect(jobs).toMatchObject([{ state: 'stopped', verified: false, error: expect.stringContaining('was not looked at') }])
    expect(code).toBe(3)
  })

  it('resume --all --manifest: 6 before the first start', async () => {
    const statements = () => sql.asked.filter(({ path }) => path.endsWith('/statements'))
    const before = statements().length
    const { code, stderr } = await own('resume', '--all', '--manifest', copy())
    expect(code).toBe(6)
    expect(stderr).toContain('The manifest says that savepoints lie in')
    expect(statements()).toHaveLength(before)
  })

  it.each(['list-checkpoints', 'usage', 'cleanup'])(
    '%s: 6 and the line to add, when only the JobManager names the roots',
    async (command) => {
      const { code, stderr } = await cli.bare.run([command], { env: await elsewhere.env(cli.bare.dir) })
      expect(code).toBe(6)
      expect(stderr).toMatch(/^Error: Only the JobManager http:\S+ says that state lies in wasbs:\S+\. No request was sent to stranger/)
      expect(stderr).toContain(`  storage:\n    ${STRANGER}: {}\n`)
    },
  )
})
