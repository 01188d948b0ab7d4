import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FreshContainer, freshContainer } from '../../support/azurite.js'
import { cluster, completedOperation, type FakeJob, gateway, SALES, statementDone } from '../../support/fake-cluster.js'
import { type FakeJobManager, startFakeJobManager } from '../../support/fake-jobmanager.js'
import { type Cli, type RunResult, startCli } from '../../support/run-cli.js'
import { storeCheckpoint, storeSavepoint } from '../../support/stored-snapshot.js'

const SAVEPOINT = 'savepoints/savepoint-a1b2c3-000000000001'
const FIRST = 'b'.repeat(32)
const VALUE = 'MARKED-hunter2'
const GIVEN = ['--define', `DB_PASS=${VALUE}`]
const SCRIPT = "SET 'pipeline.name' = 'sales';\nINSERT INTO t SELECT '$" + "{DB_PASS}';\n"

let fresh: FreshContainer
let jobManager: FakeJobManager
let sql: FakeJobManager
let cli: Cli
let statements: string[]
let said: RunResult[]

beforeEach(async () => {
  fresh = await freshContainer()
  await storeSavepoint(fresh.client, SAVEPOINT)
  await storeCheckpoint(fresh.client, { jobId: FIRST, checkpointId: 1, shared: [] })
  jobManager = await startFakeJobManager(cluster({ jobs: [] }))
  statements = []
  said = []
  sql = await startFakeJobManager(gateway(() => statementDone()))
  sql.script({
    'POST /v4/sessions/*/statements': ({ body }) => {
      const { statement, executionConfig = {} } = JSON.parse(body) as { statement: string; executionConfig?: Record<string, string> }
      const jobId = executionConfig['$internal.pipeline.job-id']
      if (jobId !== undefined) runs(jobId, executionConfig['execution.state-recovery.path'] ?? null)
      statements.push(statement)
      return { body: { operationHandle: jobId ?? 'ddl' } }
    },
    'GET /v4/sessions/*/operations/*/result/*': ({ path }) => {
      const handle = path.split('/')[5] ?? ''
      return statementDone(handle === 'ddl' ? undefined : handle)
    },
  })
  cli = await startCli({ endpoint: fresh.endpoint, container: fresh.container, jobManagers: [jobManager.url], sqlGateway: sql.url })
  await writeFile(join(cli.dir, 'sales.sql'), SCRIPT)
  await writeFile(join(cli.dir, 'sales.env'), `DB_PASS=${VALUE}\n`)
})

afterEach(async () => {
  await cli.close()
  await jobManager.stop()
  await sql.stop()
})

function runs(jobId: string, restoredFrom: string | null): void {
  const completed = [cli.path(restoredFrom === null ? `checkpoints/${FIRST}/chk-1` : SAVEPOINT)]
  const job: FakeJob = { jobId, name: 'sales', completed, ...(restoredFrom !== null && { restoredFrom }) }
  jobManager.script(cluster({ jobs: [job] }))
  jobManager.script(completedOperation(jobId, cli.path(SAVEPOINT)))
}

async function run(...args: string[]): Promise<RunResult> {
  const result = await cli.run(args)
  said.push(result)
  return result
}

const start = (...args: string[]) => run('start', 'sales.sql', '--fresh', ...args)

/** The window, and the job gone with it. */
async function stopAll(...args: string[]): Promise<RunResult> {
  const result = await run('stop', '--all', '--yes', ...args)
  if (result.code === 0) jobManager.script(cluster({ jobs: [{ jobId: SALES, name: 'sales', state: 'FINISHED' }] }))
  return result
}

/** Whatever was said, and lies on disk or in the container. */
async function everything(): Promise<string> {
  const names: string[] = []
  for await (const { name } of fresh.client.listBlobsFlat({ prefix: '_flinkops/' })) names.push(name)
  const blobs = await Promise.all(names.map((name) => fresh.client.getBlobClient(name).downloadToBuffer()))
  return [...said.flatMap(({ stdout, stderr }) => [stdout, stderr]), await cli.journal(), ...blobs.map(String)].join('\n')
}

describe('a value that was given for a script', () => {
  it('reaches the script and nothing else: not the journal, the manifest, its copy, the output', async () => {
    expect((await start(...GIVEN)).code).toBe(0)
    expect((await stopAll('--allow-no-way-back')).code).toBe(0)
    expect((await run('resume', '--all', ...GIVEN)).code).toBe(0)

    expect(statements.filter((one) => one.includes(VALUE))).toHaveLength(2)
    const all = await everything()
    expect(all).toContain('"DB_PASS"')
    expect(all).not.toContain(VALUE)
  })

  it('is objected to before its job is stopped, for it could not come back by itself: exit 6, with its name and the override', async () => {
    await start(...GIVEN)

    const { code, stderr } = await stopAll()

    expect(code).toBe(6)
    expect(stderr).toMatch(/way-back: no known way back: flinkops started sales from .*sales\.sql on .*, with DB_PASS, whose value/)
    expect(stderr).toContain('Override: --allow-no-way-back')
    expect(jobManager.asked.filter((one) => one.method === 'POST' && one.path.includes('/stop'))).toEqual([])
  })

  it('is asked for when the window is brought back, before anything is started: exit 6', async () => {
    await start(...GIVEN)
    await stopAll('--allow-no-way-back')

    for (const args of [[], ['-n'], ['--from', 'latest']]) {
      const { code, stderr } = await run('resume', '--all', ...args)
      expect({ code, stderr }).toMatchObject({ code: 6, stderr: expect.stringContaining('Nothing was started. flinkops started sales') })
      expect(stderr).toContain('--define DB_PASS=...')
      expect(stderr).toContain("Or bring back the others first: --except 'sales'")
    }

    expect(statements.filter((one) => one.startsWith('INSERT'))).toHaveLength(1)
  })

  it('is asked for on another machine, too: exit 6', async () => {
    await start('--define-file', 'sales.env')
    await stopAll()
    const [name = ''] = await readdir(join(cli.dir, 'state', 'flinkops', 'maintenance'))
    const manifest = ['--manifest', cli.path(`_flinkops/maintenance/${name}`)]
    const env = { XDG_STATE_HOME: join(cli.dir, 'other') }

    const { code, stderr } = await cli.run(['resume', '--all', ...manifest], { env })
    expect({ code, stderr }).toMatchObject({ code: 6, stderr: expect.stringContaining('DB_PASS') })
    const named = { ...env, FLINKOPS_CONFIG: join(cli.dir, 'named.yaml') }
    const yaml = await readFile(join(cli.dir, 'flinkops.yaml'), 'utf8')
    await writeFile(named.FLINKOPS_CONFIG, `${yaml}    jobs: {sales: {script: sales.sql}}\n`)
    expect((await cli.run(['resume', '--all', ...manifest], { env: named })).code).toBe(6)
    expect(statements.filter((one) => one.startsWith('INSERT'))).toHaveLength(1)
  })

  it.each([
    ['a file of values', ['--define-file', 'sales.env'], false],
    ['--remember', [...GIVEN, '--remember'], true],
  ])('is no hindrance with %s: the window goes down and up again by itself', async (_, args, isWritten) => {
    expect((await start(...args)).code).toBe(0)
    expect((await stopAll()).code).toBe(0)
    expect((await run('resume', '--all')).code).toBe(0)

    expect(statements.filter((one) => one.includes(VALUE))).toHaveLength(2)
    expect((await cli.journal()).includes(VALUE)).toBe(isWritten)
    const [name = ''] = await readdir(join(cli.dir, 'state', 'flinkops', 'maintenance'))
    expect(await readFile(join(cli.dir, 'state', 'flinkops', 'maintenance', name), 'utf8')).not.toContain(VALUE)
    const copy = await fresh.client.getBlobClient(`_flinkops/maintenance/${name}`).downloadToBuffer()
    expect(copy.toString('utf8')).not.toContain(VALUE)
  })

  it.each([[[]], [['--json']]])('is not repeated by what the SQL Gateway answers: %j', async (more) => {
    sql.script({
      'GET /v4/sessions/*/operations/*/result/*': () => ({
        status: 500,
        body: { errors: ['Internal server error.', `org.apache.flink.table.api.ValidationException: SELECT '${VALUE}' is no query`] },
      }),
    })

    const { code, stdout, stderr } = await start(...GIVEN, ...more)

    expect(code).toBe(9)
    expect(stdout + stderr).toContain("SELECT '***' is no query")
    expect(await everything()).not.toContain(VALUE)
  })
})
