import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ContainerClient, ContainerSASPermissions, generateBlobSASQueryParameters, StorageSharedKeyCredential } from '@azure/storage-blob'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Azurite, startAzurite } from '../../../sandbox/azurite.js'
import { ACCOUNT_HOST, EMULATOR_ACCOUNT } from '../../../sandbox/emulator.js'
import { cluster, completedOperation, gateway, SALES, statementDone } from '../../support/fake-cluster.js'
import { type Asked, type FakeJobManager, startFakeJobManager } from '../../support/fake-jobmanager.js'
import { type Cli, type RunResult, startCli } from '../../support/run-cli.js'
import { storeCheckpoint, storeSavepoint } from '../../support/stored-snapshot.js'

const KEY_WORDS = 'MARKED-account-key-0123456789-0123456789-0123456789-0123456789!'
const KEY = Buffer.from(KEY_WORDS).toString('base64')
const WRONG_KEY_WORDS = 'MARKED-wrong-key-9876543210-9876543210-9876543210-98765432109!'
const WRONG_KEY = Buffer.from(WRONG_KEY_WORDS).toString('base64')
const BEARER = 'MARKEDbearerABCDEFGHIJKLMNOPQRSTUVWXYZabcdef0123456789'
const PASSWORD = 'MARKEDpassword1234'
const CONTAINER = 'marked'
const SAVEPOINT = 'savepoints/savepoint-a1b2c3-000000000001'
const SHOWN_BY_CLUSTER = 'MARKEDshownByTheClusterInClear'

let azurite: Azurite
let jobManager: FakeJobManager
let echoing: FakeJobManager
let sqlGateway: FakeJobManager
let sas: string
let signature: string

beforeAll(async () => {
  process.env['AZURITE_ACCOUNTS'] = `${EMULATOR_ACCOUNT}:${KEY}`
  azurite = await startAzurite()
  delete process.env['AZURITE_ACCOUNTS']
  const credential = new StorageSharedKeyCredential(EMULATOR_ACCOUNT, KEY)
  const client = new ContainerClient(`${azurite.endpoint}/${CONTAINER}`, credential)
  await client.create()
  // The savepoint last: a checkpoint of a later second would end the job's need of it, and then `delete` is not refused.
  await storeCheckpoint(client, { jobId: SALES, checkpointId: 7, shared: ['33333333-3333-4333-8333-333333333333'] })
  await storeSavepoint(client, SAVEPOINT)
  sas = generateBlobSASQueryParameters(
    {
      containerName: CONTAINER,
      permissions: ContainerSASPermissions.parse('racwdl'),
      startsOn: new Date(Date.now() - 60_000),
      expiresOn: new Date(Date.now() + 3_600_000),
    },
    credential,
  ).toString()
  signature = new URLSearchParams(sas).get('sig') ?? ''
  const path = (name: string) => `wasbs://${CONTAINER}@${ACCOUNT_HOST}/${name}`
  const jobs = [{ jobId: SALES, name: 'sales_pipeline', completed: [path(`checkpoints/${SALES}/chk-7`)], restoredFrom: path(SAVEPOINT) }]
  const configuration = {
    'state.savepoints.dir': path('savepoints'),
    [`fs.azure.sas.${CONTAINER}.${ACCOUNT_HOST}`]: SHOWN_BY_CLUSTER,
    'env.java.opts': `-Dfs.azure.account.key.x=${SHOWN_BY_CLUSTER}`,
  }
  jobManager = await startFakeJobManager({ ...cluster({ jobs, configuration }), ...completedOperation(SALES, path(SAVEPOINT)) })
  sqlGateway = await startFakeJobManager(gateway((statement) => statementDone(statement.startsWith('INSERT') ? SALES : undefined)))
  echoing = await startFakeJobManager(Object.fromEntries(['GET /*/*', 'GET /*/*/*', 'POST /*/*'].map((route) => [route, echo])))
})

afterAll(async () => {
  for (const server of [jobManager, echoing, sqlGateway]) await server.stop()
  await azurite.stop()
})

/** A proxy that says in its error page what it was sent. */
function echo(asked: Asked) {
  const said = `java.lang.IllegalStateException: request was ${JSON.stringify(asked.headers)} ${asked.headers['authorization']}`
  return {
    status: 500,
    body: { errors: ['Internal server error.', `<Exception on server side:\n${said}\n\tat org.apache.Foo.bar(Foo.java:1)`] },
  }
}

/** Every form in which a secret could come out. */
function marks(): string[] {
  const secrets = [KEY, KEY_WORDS, WRONG_KEY, WRONG_KEY_WORDS, BEARER, PASSWORD, signature, SHOWN_BY_CLUSTER]
  return secrets.flatMap((secret) => {
    const base64 = Buffer.from(secret).toString('base64')
    // An encoded text that stands behind something else is shifted; its middle is enough.
    return [secret, encodeURIComponent(secret), base64.replace(/=+$/, ''), Buffer.from(secret).toString('base64url')]
  })
}

const found = (text: string) => marks().filter((mark) => text.includes(mark))

interface Way {
  name: string
  auth: string
  env: () => NodeJS.ProcessEnv
  wrong: () => NodeJS.ProcessEnv
}

const connectionString = (key: string) =>
  `DefaultEndpointsProtocol=http;AccountName=${EMULATOR_ACCOUNT};AccountKey=${key};BlobEndpoint=${azurite.endpoint};`

const WAYS: Way[] = [
  { name: 'an account key', auth: 'key', env: () => ({ AZURE_STORAGE_KEY: KEY }), wrong: () => ({ AZURE_STORAGE_KEY: WRONG_KEY }) },
  {
    name: 'a SAS',
    auth: 'sas',
    env: () => ({ AZURE_STORAGE_SAS_TOKEN: `?${sas}` }),
    // Still holds the good signature, over other rights.
    wrong: () => ({ AZURE_STORAGE_SAS_TOKEN: sas.replace(/sp=[a-z]+/, 'sp=r') }),
  },
  {
    name: 'a connection string',
    auth: 'connection-string',
    env: () => ({ AZURE_STORAGE_CONNECTION_STRING: connectionString(KEY) }),
    wrong: () => ({ AZURE_STORAGE_CONNECTION_STRING: connectionString(WRONG_KEY) }),
  },
]

/** Every command, as it succeeds. */
const COMMANDS: { args: string[]; exit: number }[] = [
  { args: ['list-jobs'], exit: 0 },
  { args: ['savepoint', 'sales_pipeline'], exit: 0 },
  { args: ['stop', 'sales_pipeline', '--yes'], exit: 0 },
  { args: ['resume', 'job.sql', '--from', 'savepoint-a1b2c3-000000000001'], exit: 0 },
  { args: ['start', 'job.sql', '--define', 'A=b', '-n'], exit: 0 },
  { args: ['list-checkpoints'], exit: 0 },
  { args: ['list-savepoints'], exit: 0 },
  { args: ['inspect', 'savepoint-a1b2c3-000000000001'], exit: 0 },
  { args: ['verify', 'savepoint-a1b2c3-000000000001'], exit: 0 },
  { args: ['usage'], exit: 0 },
  { args: ['cleanup', '--older-than', '1s', '--without-soft-delete', '--yes'], exit: 0 },
  { args: ['delete', 'savepoint-a1b2c3-000000000001', '--without-soft-delete', '--dry-run'], exit: 6 },
  { args: ['undo', 'no-such-run'], exit: 5 },
  { args: ['config'], exit: 0 },
  { args: ['doctor'], exit: 11 },
  { args: ['report', '--html', 'page.html'], exit: 0 },
  { args: ['drill', 'job.sql', '--from', 'savepoint-a1b2c3-000000000001', '-n'], exit: 0 },
  { args: ['stop', '--all', '-n'], exit: 6 },
  { args: ['resume', '--all', '-n'], exit: 5 },
]

async function startMarked(way: Way, env: NodeJS.ProcessEnv, url = jobManager.url): Promise<Cli> {
  const cli = await startCli({
    endpoint: azurite.endpoint,
    container: CONTAINER,
    jobManagers: [url],
    sqlGateway: sqlGateway.url,
    context: { storage: { [ACCOUNT_HOST]: { endpoint: azurite.endpoint, auth: way.auth } } },
    env: { AZURE_STORAGE_KEY: undefined, FLINK_REST_CLIENT_HEADERS: `authorization: Bearer ${BEARER}`, ...env },
  })
  await writeFile(join(cli.dir, 'job.sql'), "CREATE TABLE t (a INT) WITH ('connector' = 'print');\nINSERT INTO t SELECT 1;\n")
  return cli
}

/** Runs all commands in turn and answers what came out, and what the journal and the page of `report` held in the end. */
async function runAll(cli: Cli, more: string[], env: NodeJS.ProcessEnv): Promise<{ results: RunResult[]; journal: string }> {
  const results: RunResult[] = []
  for (const { args } of COMMANDS) results.push(await cli.run([...args, ...more], { env }))
  const page = await readFile(join(cli.dir, 'page.html'), 'utf8').catch(() => '')
  const journal = `${await cli.journal()}\n${page}`
  await cli.close()
  return { results, journal }
}

/** The commands that ended in another way than they should, each with what it said last. */
function unexpected(results: RunResult[]): string[] {
  return COMMANDS.flatMap(({ args, exit }, at) => {
    const { code, stderr } = results[at] ?? { code: null, stderr: '' }
    return code === exit ? [] : [`${args.join(' ')}: exit ${code} instead of ${exit}\n${stderr.slice(-300)}`]
  })
}

const everythingSaid = (results: RunResult[], journal: string) =>
  [...results.flatMap((one) => [one.stdout, one.stderr]), journal].join('\n')

describe.concurrent('secrets stay where they are', () => {
  it.each(WAYS)(
    'in every command that succeeds, with DEBUG=*: $name',
    async (way) => {
      const { results, journal } = await runAll(await startMarked(way, way.env()), [], { DEBUG: '*' })

      expect(unexpected(results)).toEqual([])
      expect(results.every((one) => one.stderr.includes('oclif'))).toBe(true)
      expect(results.filter((one) => one.stderr.includes('azure:storage-blob')).length).toBeGreaterThan(COMMANDS.length / 2)
      expect(jobManager.asked.every((one) => one.headers['authorization'] === `Bearer ${BEARER}`)).toBe(true)
      expect(jobManager.asked.length).toBeGreaterThan(COMMANDS.length)
      expect(journal).toContain('operations.jsonl')
      expect(found(everythingSaid(results, journal))).toEqual([])
    },
    300_000,
  )

  it.each(WAYS)(
    'in every command that storage turns down, as JSON errors with DEBUG=*: $name',
    async (way) => {
      const { results, journal } = await runAll(await startMarked(way, way.wrong()), ['--json'], { DEBUG: '*' })

      const exits = Object.fromEntries(
        COMMANDS.map(({ args }, at) => [args.slice(0, args[1] === '--all' ? 2 : 1).join(' '), results[at]?.code]),
      )
      expect(exits).toMatchObject({
        savepoint: 4,
        resume: 4,
        start: 4,
        'list-checkpoints': 4,
        'list-savepoints': 4,
        inspect: 4,
        verify: 4,
        usage: 4,
        cleanup: 4,
      })
      expect(JSON.parse(results[4]?.stdout ?? '')).toMatchObject({ error: { code: 'NOT_AUTHORISED', exitCode: 4 } })
      expect(found(everythingSaid(results, journal))).toEqual([])
    },
    300_000,
  )

  it('in every command that meets a proxy which says what it was sent', async () => {
    const [way] = WAYS as [Way]
    const { results, journal } = await runAll(await startMarked(way, way.env(), echoing.url), ['--no-color'], { DEBUG: '*' })

    expect(results[0]?.stderr).toContain('request was')
    expect(results[0]?.code).toBe(9)
    expect(found(everythingSaid(results, journal))).toEqual([])
  }, 300_000)

  it.each<[string, NodeJS.ProcessEnv, Record<string, string>]>([
    ['a header line without a colon', { FLINK_REST_CLIENT_HEADERS: `authorization Bearer ${BEARER}` }, {}],
    ['a header that cannot be sent', { FLINK_REST_CLIENT_HEADERS: `authorization: Bearer ${BEARER}\u00e9\u4e2d` }, {}],
    ['a JobManager URL with a password', { FLINKOPS_JOBMANAGER: `http://user:${PASSWORD}@127.0.0.1:8081` }, {}],
    ['a connection string that is none', { AZURE_STORAGE_CONNECTION_STRING: `AccountKey:${KEY}` }, {}],
    [
      'a connection string without endpoint',
      { AZURE_STORAGE_CONNECTION_STRING: `AccountName=coolr0flink0starrocks;AccountKey=${KEY}` },
      {},
    ],
    ['a SAS with spaces', { AZURE_STORAGE_SAS_TOKEN: 'sv=2024 sig=SIGNATURE' }, {}],
    ['a key that is no base64', { AZURE_STORAGE_KEY: `%%%${KEY_WORDS}` }, {}],
    [
      'Flink configuration that is no YAML at the very key',
      { FLINK_CONF_DIR: 'conf' },
      { 'conf/config.yaml': `fs.azure.account.key.${ACCOUNT_HOST}: "${KEY}\nother: [\n` },
    ],
    [
      'Flink configuration with the key twice',
      { FLINK_CONF_DIR: 'conf' },
      { 'conf/config.yaml': `fs.azure.account.key.${ACCOUNT_HOST}: ${KEY}\nfs.azure.account.key.${ACCOUNT_HOST}: ${KEY}\n` },
    ],
    [
      'flat Flink configuration with the key',
      { FLINK_CONF_DIR: 'conf' },
      {
        'conf/flink-conf.yaml': `fs.azure.account.key.${ACCOUNT_HOST}: ${KEY}\nfs.azure.sas.${CONTAINER}.${ACCOUNT_HOST}: sv=2024-11-04&sr=c&sig=${SHOWN_BY_CLUSTER}\n`,
      },
    ],
  ])(
    'in what is said about %s',
    async (_, env, files) => {
      const [way] = WAYS as [Way]
      const own = Object.fromEntries(
        Object.entries(env).map(([name, value]) => [name, value?.replace('SIGNATURE', encodeURIComponent(signature))]),
      )
      const cli = await startMarked({ ...way, auth: 'auto' }, own)
      for (const [name, text] of Object.entries(files)) {
        await mkdir(join(cli.dir, name, '..'), { recursive: true })
        await writeFile(join(cli.dir, name), text)
      }
      const results: RunResult[] = []
      for (const args of [['list-checkpoints'], ['config', '--json']]) results.push(await cli.run(args, { env: { DEBUG: '*' } }))
      const journal = await cli.journal()
      await cli.close()

      expect(results.some((one) => one.stdout !== '')).toBe(true)
      expect(found(everythingSaid(results, journal))).toEqual([])
    },
    120_000,
  )

  it('is something that this search can tell', () => {
    const text = `GET /?${sas} Authorization: Bearer ${BEARER}; ${Buffer.from(PASSWORD).toString('base64')} ${encodeURIComponent(KEY)}`

    expect(found(text).length).toBeGreaterThanOrEqual(4)
  })
})
