import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCOUNT_HOST } from '../../../sandbox/emulator.js'
import { type FreshContainer, freshContainer } from '../../support/azurite.js'
import { cluster, gateway, recorded, SALES, statementDone } from '../../support/fake-cluster.js'
import { deadUrl, type FakeJobManager, startFakeJobManager } from '../../support/fake-jobmanager.js'
import { type CliOptions, startCli } from '../../support/run-cli.js'
import { savepointBytes, storeFile, storeSavepoint, upload } from '../../support/stored-snapshot.js'

interface World {
  fresh: FreshContainer
  jobManager: FakeJobManager
  sqlGateway: FakeJobManager
  html: FakeJobManager
  stack: FakeJobManager
  dead: string
}

interface Row {
  what: string
  args: (world: World) => string[]
  exit: number
  code: string
  /** Stand in the one sentence; for a value that the user gave, the value. */
  says: string[]
  /** A warning that stands before the sentence. */
  warns?: string
  setup?: (world: World) => Partial<CliOptions>
  /** Written to the working folder. */
  files?: Record<string, string>
}

const STACK = [
  'Internal server error.',
  `<Exception on server side:\njava.lang.IllegalStateException: no leader\n\tat org.apache.Foo.bar(Foo.java:1)`,
]

let world: World

beforeAll(async () => {
  const fresh = await freshContainer()
  await storeSavepoint(fresh.client, 'savepoints/savepoint-a1b2c3-000000000001')
  await storeFile(fresh.client, `checkpoints/${SALES}/shared/22222222-2222-4222-8222-222222222222`)
  await upload(fresh.client, 'savepoints/savepoint-a1b2c3-0000000000ff/_metadata', savepointBytes().subarray(0, 60))
  await upload(fresh.client, 'savepoints/savepoint-a1b2c3-000000000000/_metadata', new Uint8Array())
  world = {
    fresh,
    jobManager: await startFakeJobManager(cluster()),
    sqlGateway: await startFakeJobManager(
      gateway((statement) => (statement.startsWith('SELEC ') ? recorded('sql-syntax-error') : statementDone())),
    ),
    html: await startFakeJobManager({ 'GET /v1/jobs/overview': { body: '<!doctype html><title>Sign in</title>', type: 'text/html' } }),
    stack: await startFakeJobManager({ 'GET /v1/jobs/overview': { status: 500, body: { errors: STACK } } }),
    dead: await deadUrl(),
  }
})

afterAll(async () => {
  for (const server of [world.jobManager, world.sqlGateway, world.html, world.stack]) await server.stop()
})

const GOOD_SCRIPT = 'CREATE TABLE t (a INT);\nINSERT INTO t SELECT 1;\n'
const savepointPath = (name: string) => (w: World) => `wasbs://${w.fresh.container}@${ACCOUNT_HOST}/savepoints/${name}`
const resumeFrom = (name: string) => (w: World) => ['resume', 'job.sql', '--from', savepointPath(name)(w)]
const yaml = (jobManager: string) => `currentContext: c\ncontexts:\n  c:\n    ${jobManager}\n`

const ROWS: Row[] = [
  { what: 'an unknown job', args: () => ['savepoint', 'no_such_job'], exit: 5, code: 'JOB_NOT_FOUND', says: ['no_such_job'] },
  { what: 'an unknown job id', args: () => ['stop', 'deadbeef'], exit: 5, code: 'JOB_NOT_FOUND', says: ['deadbeef'] },
  {
    what: 'an ambiguous prefix',
    args: () => ['savepoint', 'a1b2'],
    exit: 2,
    code: 'USAGE',
    says: ['a1b2', 'sales_pipeline', 'orders_enrich'],
  },
  { what: 'a prefix that is too short', args: () => ['savepoint', 'a1b'], exit: 2, code: 'USAGE', says: ['a1b', '4 hex digits'] },
  { what: 'a job id of 33 digits', args: () => ['savepoint', `${SALES}0`], exit: 2, code: 'USAGE', says: [`${SALES}0`, '33 digits'] },
  { what: 'no job', args: () => ['stop'], exit: 2, code: 'USAGE', says: ['Which job?', '--all'] },
  {
    what: 'one job and all of them',
    args: () => ['stop', 'sales_pipeline', '--all'],
    exit: 2,
    code: 'USAGE',
    says: ['sales_pipeline --all', 'either one job or all'],
  },
  {
    what: 'what goes with all jobs only',
    args: () => ['stop', 'sales_pipeline', '--parallel', '2'],
    exit: 2,
    code: 'USAGE',
    says: ['--parallel'],
  },
  { what: 'no stop at a time', args: () => ['stop', '--all', '--parallel', '0'], exit: 2, code: 'USAGE', says: ['--parallel 0'] },
  {
    what: 'a pattern that means no job',
    args: () => ['stop', '--all', '--yes', '--job', 'no_such_*'],
    exit: 5,
    code: 'JOB_NOT_FOUND',
    says: ['no_such_*'],
  },
  {
    what: 'a target on another account for all jobs',
    args: () => ['stop', '--all', '--yes', '--savepoint-path', 'wasbs://flink@other.blob.core.windows.net/sp'],
    exit: 6,
    code: 'FOREIGN_TARGET',
    says: ['other.blob.core.windows.net'],
  },
  { what: 'nothing to resume', args: () => ['resume'], exit: 2, code: 'USAGE', says: ['--from'] },
  {
    what: 'one program and all jobs',
    args: () => ['resume', 'sales', '--all'],
    exit: 2,
    code: 'USAGE',
    says: ['sales --all', 'either one or all'],
  },
  { what: 'one path for all jobs', args: () => ['resume', '--all', '--from', 'chk-1'], exit: 2, code: 'USAGE', says: ['--from', 'latest'] },
  { what: 'a window where none is known', args: () => ['resume', '--all'], exit: 5, code: 'MANIFEST_NOT_FOUND', says: ['stop --all'] },
  {
    what: 'a manifest that is not there',
    args: () => ['resume', '--all', '--manifest', 'missing.json'],
    exit: 5,
    code: 'MANIFEST_NOT_FOUND',
    says: ['missing.json'],
  },
  {
    what: "a manifest's copy that is not there",
    args: (w) => ['resume', '--all', '--manifest', savepointPath('../_flinkops/maintenance/w.json')(w)],
    exit: 5,
    code: 'MANIFEST_NOT_FOUND',
    says: ['w.json'],
  },
  {
    what: 'a file that is no manifest',
    args: () => ['resume', '--all', '--manifest', 'other.json'],
    files: { 'other.json': '{"jobs": []}' },
    exit: 1,
    code: 'MANIFEST_UNREADABLE',
    says: ['other.json'],
  },
  {
    what: 'an unknown job, looked for in storage',
    args: () => ['list-checkpoints', 'no_such_job'],
    exit: 5,
    code: 'JOB_NOT_FOUND',
    says: ['no_such_job'],
  },
  {
    what: 'a container that does not exist',
    args: () => ['list-checkpoints'],
    setup: () => ({ container: 'no-such-container' }),
    exit: 5,
    code: 'CONTAINER_NOT_FOUND',
    says: ['no-such-container', ACCOUNT_HOST],
  },
  {
    what: 'a savepoint target in a container that does not exist',
    args: () => ['savepoint', 'sales_pipeline', '--target', `wasbs://no-such-container@${ACCOUNT_HOST}/sp`],
    exit: 5,
    code: 'CONTAINER_NOT_FOUND',
    says: ['no-such-container'],
  },
  {
    what: 'a savepoint target on a foreign account',
    args: () => ['savepoint', 'sales_pipeline', '--target', 'wasbs://c@elsewhere.blob.core.windows.net/sp'],
    exit: 6,
    code: 'FOREIGN_TARGET',
    says: ['elsewhere.blob.core.windows.net'],
  },
  {
    what: 'a savepoint target without scheme',
    args: () => ['savepoint', 'sales_pipeline', '--target', '/tmp/savepoints'],
    exit: 2,
    code: 'USAGE',
    says: ['/tmp/savepoints'],
  },
  {
    what: 'an account that does not exist',
    args: () => ['list-savepoints'],
    setup: (w) => ({ context: { roots: { savepoints: ['wasbs://flink@nosuchaccount.blob.invalid/savepoints'] }, storage: withDown(w) } }),
    exit: 7,
    code: 'STORAGE_UNREACHABLE',
    says: ['nosuchaccount.blob.invalid'],
  },
  {
    what: 'a root on a host that is none of Azure',
    args: () => ['list-savepoints'],
    setup: () => ({ context: { roots: { savepoints: ['wasbs://flink@nosuchaccount.blob.invalid/savepoints'] } } }),
    exit: 6,
    code: 'UNKNOWN_HOST',
    says: ['nosuchaccount.blob.invalid'],
  },
  {
    what: 'a wrong key',
    args: () => ['list-checkpoints'],
    setup: () => ({ env: { AZURE_STORAGE_KEY: Buffer.from('not the key').toString('base64') } }),
    exit: 4,
    code: 'NOT_AUTHORISED',
    says: [ACCOUNT_HOST, 'AuthorizationFailure'],
  },
  {
    what: 'a JobManager that is down',
    args: () => ['list-jobs'],
    setup: (w) => ({ jobManagers: [w.dead] }),
    exit: 7,
    code: 'UNREACHABLE',
    says: ['http://127.0.0.1:', 'connection refused'],
  },
  {
    what: 'a JobManager that answers HTML',
    args: () => ['list-jobs'],
    setup: (w) => ({ jobManagers: [w.html.url] }),
    exit: 7,
    code: 'UNREACHABLE',
    says: ['http://127.0.0.1:', 'HTML'],
  },
  {
    what: 'a JobManager that answers 500 with a stack',
    args: () => ['list-jobs'],
    setup: (w) => ({ jobManagers: [w.stack.url] }),
    exit: 9,
    code: 'JOBMANAGER_ERROR',
    says: ['http://127.0.0.1:', 'no leader'],
  },
  {
    what: 'a JobManager address that is no URL',
    args: () => ['list-jobs', '--jobmanager', 'flink-jm'],
    exit: 2,
    code: 'USAGE',
    says: ['--jobmanager'],
  },
  {
    what: 'a script with a syntax error',
    args: resumeFrom('savepoint-a1b2c3-000000000001'),
    files: { 'job.sql': 'SET a = b;\n\nSELEC 1;\nINSERT INTO t SELECT 1;\n' },
    exit: 9,
    code: 'SQL_FAILED',
    says: ['line 3', 'Non-query expression encountered in illegal context'],
    warns: 'is a snapshot of sales_pipeline, not of insert-into_default_catalog.default_database.t.',
  },
  {
    what: 'a script without INSERT',
    args: resumeFrom('savepoint-a1b2c3-000000000001'),
    files: { 'job.sql': 'CREATE TABLE t (a INT);\n' },
    exit: 2,
    code: 'USAGE',
    says: ['job.sql', 'no INSERT'],
  },
  {
    what: 'a script with two INSERTs and one path',
    args: resumeFrom('savepoint-a1b2c3-000000000001'),
    files: { 'job.sql': 'INSERT INTO t SELECT 1;\nINSERT INTO u SELECT 2;\n' },
    exit: 2,
    code: 'USAGE',
    says: ['job.sql', '2 jobs', 'insert-into_default_catalog.default_database.t, '],
  },
  {
    what: 'a script that is not there',
    args: () => ['resume', 'missing.sql', '--from', 'latest'],
    exit: 5,
    code: 'SCRIPT_NOT_FOUND',
    says: ['missing.sql'],
  },
  {
    what: 'a jar that is not there',
    args: (w) => ['resume', 'missing.jar', '--from', savepointPath('savepoint-a1b2c3-000000000001')(w)],
    exit: 5,
    code: 'JAR_NOT_READABLE',
    says: ['missing.jar'],
  },
  {
    what: 'a program that is neither script nor jar nor name',
    args: () => ['resume', 'sales', '--from', 'x'],
    exit: 5,
    code: 'PROGRAM_NOT_FOUND',
    says: ['sales'],
  },
  {
    what: 'a snapshot that is not there',
    args: resumeFrom('savepoint-a1b2c3-0000000000aa'),
    files: { 'job.sql': GOOD_SCRIPT },
    exit: 5,
    code: 'SNAPSHOT_NOT_FOUND',
    says: ['savepoint-a1b2c3-0000000000aa'],
  },
  {
    what: 'a short snapshot name that is not there',
    args: () => ['inspect', 'sales/chk-12'],
    exit: 5,
    code: 'SNAPSHOT_NOT_FOUND',
    says: ['sales/chk-12'],
  },
  {
    what: 'a snapshot that is a directory',
    args: (w) => ['inspect', `wasbs://${w.fresh.container}@${ACCOUNT_HOST}/checkpoints/${SALES}`],
    exit: 5,
    code: 'NO_METADATA',
    says: [`checkpoints/${SALES}`, 'directory without _metadata'],
  },
  {
    what: 'a truncated snapshot, inspected',
    args: (w) => ['inspect', savepointPath('savepoint-a1b2c3-0000000000ff')(w)],
    exit: 11,
    code: 'UNREADABLE_SNAPSHOT',
    says: ['savepoint-a1b2c3-0000000000ff'],
  },
  {
    what: 'a truncated snapshot to resume from',
    args: resumeFrom('savepoint-a1b2c3-0000000000ff'),
    files: { 'job.sql': GOOD_SCRIPT },
    exit: 11,
    code: 'NOT_RESTORABLE',
    says: ['savepoint-a1b2c3-0000000000ff'],
  },
  {
    what: 'a 0-byte _metadata',
    args: (w) => ['inspect', savepointPath('savepoint-a1b2c3-000000000000')(w)],
    exit: 11,
    code: 'UNREADABLE_SNAPSHOT',
    says: ['savepoint-a1b2c3-000000000000', 'empty'],
  },
  {
    what: 'a snapshot on another account, where it is not',
    args: (w) => ['inspect', `wasbs://${w.fresh.container}@otheraccount.blob.core.windows.net/savepoints/savepoint-a1b2c3-0000000000aa`],
    setup: (w) => ({ context: { storage: bothAccounts(w) } }),
    exit: 5,
    code: 'SNAPSHOT_NOT_FOUND',
    says: ['otheraccount.blob.core.windows.net'],
  },
  {
    what: 'a snapshot on another account, which cannot be reached',
    args: () => ['inspect', 'wasbs://flink@nosuchaccount.blob.invalid/savepoints/savepoint-a1b2c3-000000000001'],
    setup: (w) => ({ context: { storage: withDown(w) } }),
    exit: 7,
    code: 'STORAGE_UNREACHABLE',
    says: ['nosuchaccount.blob.invalid'],
  },
  {
    what: 'a snapshot on a host that is none of Azure',
    args: () => ['inspect', 'wasbs://flink@otheraccount.blob.invalid/savepoints/savepoint-a1b2c3-000000000001'],
    exit: 6,
    code: 'UNKNOWN_HOST',
    says: ['otheraccount.blob.invalid'],
  },
  {
    what: 'a snapshot path of another storage',
    args: () => ['inspect', 's3://bucket/savepoints/savepoint-a1b2c3-000000000001'],
    exit: 2,
    code: 'USAGE',
    says: ['s3://bucket/savepoints/savepoint-a1b2c3-000000000001'],
  },
  {
    what: '--older-than without unit',
    args: () => ['cleanup', '--older-than', '24'],
    exit: 2,
    code: 'USAGE',
    says: ['--older-than', '24 has no unit'],
  },
  {
    what: '--older-than with a word',
    args: () => ['cleanup', '--older-than', 'soon'],
    exit: 2,
    code: 'USAGE',
    says: ['--older-than', 'soon'],
  },
  { what: '--max-rate 0', args: () => ['cleanup', '--max-rate', '0'], exit: 2, code: 'USAGE', says: ['--max-rate 0'] },
  { what: '--keep-last 0', args: () => ['cleanup', '--keep-last', '0'], exit: 2, code: 'USAGE', says: ['--keep-last 0'] },
  {
    what: '--keep-last that is no number',
    args: () => ['cleanup', '--keep-last', 'all'],
    exit: 2,
    code: 'USAGE',
    says: ['--keep-last all'],
  },
  {
    what: '--max-share without percent',
    args: () => ['cleanup', '--max-share', '0.3'],
    exit: 2,
    code: 'USAGE',
    says: ['--max-share', '0.3'],
  },
  {
    what: '--also-last with a prefix',
    args: () => ['cleanup', '--also-last', 'a1b2'],
    exit: 2,
    code: 'USAGE',
    says: ['--also-last', 'a1b2'],
  },
  { what: 'an unknown flag', args: () => ['list-jobs', '--verbos'], exit: 2, code: 'USAGE', says: ['--verbos'] },
  { what: 'a value that -o does not have', args: () => ['list-jobs', '-o', 'yaml'], exit: 2, code: 'USAGE', says: ['yaml'] },
  {
    what: 'a trigger id that is none',
    args: () => ['savepoint', '--attach', '7d3f'],
    exit: 2,
    code: 'USAGE',
    says: ['7d3f', '32 hex digits'],
  },
  {
    what: 'a trigger id that nobody knows',
    args: () => ['savepoint', '--attach', 'c'.repeat(32)],
    exit: 5,
    code: 'OPERATION_NOT_FOUND',
    says: ['c'.repeat(32)],
  },
  {
    what: 'an unknown key in flinkops.yaml',
    args: () => ['config', '--config', 'other.yaml'],
    files: { 'other.yaml': yaml('jobManger: [http://localhost:8081]') },
    exit: 2,
    code: 'USAGE',
    says: ['other.yaml', 'jobManger'],
  },
  { what: 'a context that is not there', args: () => ['list-jobs', '--context', 'prod'], exit: 2, code: 'USAGE', says: ['prod'] },
  {
    what: 'a configuration file that is not there',
    args: () => ['list-jobs', '--config', 'none.yaml'],
    exit: 2,
    code: 'USAGE',
    says: ['none.yaml'],
  },
  {
    what: 'flat keys in a nested file',
    args: () => ['config'],
    setup: () => ({ env: { FLINK_CONF_DIR: 'conf' } }),
    files: {
      'conf/config.yaml':
        'state:\n  savepoints:\n    dir: wasbs://a@b.blob.core.windows.net/x\nstate.savepoints.dir: wasbs://a@b.blob.core.windows.net/y\n',
    },
    exit: 2,
    code: 'USAGE',
    says: ['state.savepoints.dir', 'once nested and once flat'],
  },
]

function bothAccounts(w: World): Record<string, unknown> {
  const served = { endpoint: w.fresh.endpoint, auth: 'key' }
  return { [ACCOUNT_HOST]: served, 'otheraccount.blob.core.windows.net': served }
}

/** Besides the own account one that nobody serves. */
function withDown(w: World): Record<string, unknown> {
  const nobody = { endpoint: 'http://127.0.0.1:1/nosuchaccount', auth: 'key' }
  return { [ACCOUNT_HOST]: { endpoint: w.fresh.endpoint, auth: 'key' }, 'nosuchaccount.blob.invalid': nobody }
}

async function runRow(row: Row, more: string[]) {
  const options = { endpoint: world.fresh.endpoint, container: world.fresh.container, jobManagers: [world.jobManager.url] }
  const cli = await startCli({ ...options, sqlGateway: world.sqlGateway.url, ...row.setup?.(world) })
  try {
    for (const [name, text] of Object.entries(row.files ?? {})) {
      await mkdir(join(cli.dir, name, '..'), { recursive: true })
      await writeFile(join(cli.dir, name), text)
    }
    return await cli.run([...row.args(world), ...more])
  } finally {
    await cli.close()
  }
}

describe.concurrent('bad input gets one clear sentence and its exit code', { timeout: 120_000 }, () => {
  it.each(ROWS)('$what: exit $exit', async (row) => {
    const { stdout, stderr, code } = await runRow(row, [])

    expect(stdout).toBe('')
    const lines = stderr.trimEnd().split('\n')
    if (row.warns !== undefined) expect(lines.shift()).toContain(row.warns)
    const [sentence = '', ...suggestions] = lines
    expect(sentence).toMatch(/^Error: \S/)
    for (const value of row.says) expect(sentence).toContain(value)
    // A line of YAML to be pasted may be indented further.
    for (const suggestion of suggestions) expect(suggestion).toMatch(/^ {2}(\S| {2}[\w.-]+: \{)/)
    expect(stderr).not.toMatch(/^\s*at |at Object\.|node:internal|Exception|undefined|\[object/m)
    expect(code).toBe(row.exit)
  })

  it.each(ROWS)('$what: the same under --json', async (row) => {
    const { stdout, stderr, code } = await runRow(row, ['--json'])

    expect(stderr).toBe('')
    const document = JSON.parse(stdout)
    expect(document).toEqual({
      error: { code: row.code, message: expect.any(String), suggestions: expect.any(Array), exitCode: row.exit },
    })
    for (const value of row.says) expect(document.error.message).toContain(value)
    expect(code).toBe(row.exit)
  })
})
