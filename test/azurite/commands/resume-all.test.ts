import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FreshContainer, freshContainer } from '../../support/azurite.js'
import { cluster, completedOperation, type FakeJob, gateway, SALES, statementDone } from '../../support/fake-cluster.js'
import { type FakeJobManager, startFakeJobManager } from '../../support/fake-jobmanager.js'
import { type Cli, startCli } from '../../support/run-cli.js'
import { storeCheckpoint, storeSavepoint } from '../../support/stored-snapshot.js'

const SAVEPOINT = 'savepoints/savepoint-a1b2c3-000000000001'
const RUNS: FakeJob = { jobId: SALES, name: 'sales_pipeline' }
const ENDED: FakeJob = { ...RUNS, state: 'FINISHED' }

let fresh: FreshContainer
let jobManager: FakeJobManager
let sql: FakeJobManager
let cli: Cli
/** What the gateway was asked to run, with which job id. */
let started: { statement: string; jobId: string; path: string }[]

beforeEach(async () => {
  fresh = await freshContainer()
  await storeSavepoint(fresh.client, SAVEPOINT)
  jobManager = await startFakeJobManager(cluster({ jobs: [RUNS] }))
  jobManager.script(completedOperation(SALES, `wasbs://${fresh.container}@coolr0flink0starrocks.blob.core.windows.net/${SAVEPOINT}`))
  started = []
  sql = await startFakeJobManager(gateway(() => statementDone()))
  sql.script({
    'POST /v4/sessions/*/statements': ({ body }) => {
      const { statement, executionConfig = {} } = JSON.parse(body) as { statement: string; executionConfig?: Record<string, string> }
      const jobId = executionConfig['$internal.pipeline.job-id']
      if (jobId !== undefined) runAs(statement, jobId, executionConfig['execution.state-recovery.path'] ?? '')
      return { body: { operationHandle: jobId ?? 'ddl' } }
    },
    'GET /v4/sessions/*/operations/*/result/*': ({ path }) => {
      const handle = path.split('/')[5] ?? ''
      return statementDone(handle === 'ddl' ? undefined : handle)
    },
  })
  const jobs = { sales_pipeline: { script: 'sales.sql' } }
  const { endpoint, container } = fresh
  cli = await startCli({ endpoint, container, jobManagers: [jobManager.url], sqlGateway: sql.url, context: { jobs } })
  await writeFile(join(cli.dir, 'sales.sql'), "SET 'pipeline.name' = 'sales_pipeline';\nINSERT INTO t SELECT 1;\n")
})

afterEach(async () => {
  await cli.close()
  await jobManager.stop()
  await sql.stop()
})

function runAs(statement: string, jobId: string, path: string): void {
  started.push({ statement, jobId, path })
  jobManager.script(cluster({ jobs: [ENDED, { jobId, name: 'sales_pipeline', restoredFrom: path, completed: [cli.path(SAVEPOINT)] }] }))
}

const resume = (...args: string[]) => cli.run(['resume', '--all', ...args])

async function stopAll(): Promise<void> {
  expect((await cli.run(['stop', '--all', '--yes'])).code).toBe(0)
  jobManager.script(cluster({ jobs: [ENDED] }))
}

describe('resume --all', () => {
  it('brings back what was stopped, from its own path, and prints name, new job id and path', async () => {
    await stopAll()

    const { stdout, stderr, code } = await resume()

    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(started.map(({ path }) => path)).toEqual([cli.path(SAVEPOINT)])
    expect(stdout).toBe(`sales_pipeline\t${started[0]?.jobId}\t${cli.path(SAVEPOINT)}\n`)
    expect(stderr).toContain('Done: 1 job back, each restored from its own path: proven')
  })

  it('starts nothing when it is run again', async () => {
    await stopAll()
    await resume()

    const { stdout, stderr, code } = await resume()

    expect({ stdout, code }).toEqual({ stdout: '', code: 0 })
    expect(stderr).toContain('Nothing to bring back')
    expect(started).toHaveLength(1)
  })

  it('shows on --dry-run what it would do, and starts nothing', async () => {
    await stopAll()

    const { stderr, code } = await resume('--dry-run')

    expect(stderr).toContain(`sales_pipeline  a1b2c3d4  from ${cli.path(SAVEPOINT)}`)
    expect(code).toBe(0)
    expect(started).toEqual([])
  })

  it('goes by the copy beside the savepoints on a machine that knows nothing', async () => {
    await stopAll()
    const [name = ''] = await readdir(join(cli.dir, 'state', 'flinkops', 'maintenance'))
    const env = { XDG_STATE_HOME: join(cli.dir, 'other') }

    const handed = ['resume', '--all', '--manifest', cli.path(`_flinkops/maintenance/${name}`)]
    const unasked = await cli.run(handed, { env })
    const dry = await cli.run([...handed, '--dry-run'], { env })
    expect(unasked.code).toBe(6)
    expect(unasked.stderr).toContain('there is nobody to ask')
    for (const { stderr } of [unasked, dry])
      expect(stderr).toMatch(/not made on this machine.*\n {2}sales_pipeline: script \S+\/sales\.sql, sha256 [0-9a-f]{12}\n/)
    expect({ code: dry.code, started }).toEqual({ code: 0, started: [] })

    const { stdout, code } = await cli.run([...handed, '--yes'], { env })

    expect(code).toBe(0)
    expect(stdout).toBe(`sales_pipeline\t${started[0]?.jobId}\t${cli.path(SAVEPOINT)}\n`)
    const own = JSON.parse(await readFile(join(cli.dir, 'other', 'flinkops', 'maintenance', name), 'utf8')) as { jobs: { state: string }[] }
    expect(own.jobs.map((job) => job.state)).toEqual(['running'])
  })

  it('runs no file that a manifest in the container names, nor one that its job is called by', async () => {
    await stopAll()
    const directory = join(cli.dir, 'state', 'flinkops', 'maintenance')
    const [name = ''] = await readdir(directory)
    const manifest = JSON.parse(await readFile(join(directory, name), 'utf8')) as { jobs: { spec: object }[] }
    const [job] = manifest.jobs
    const script = join(cli.dir, 'sales.sql')
    const env = { XDG_STATE_HOME: join(cli.dir, 'other') }
    const lies = [
      { ...job, name: 'totals', spec: { ...job?.spec, path: script, sha256: '0'.repeat(64) } },
      { ...job, name: script, spec: null },
      { ...job, path: 'wasbs://flink@stranger.blob.core.windows.net/savepoints/savepoint-1' },
      { ...job, path: cli.path('elsewhere/savepoint-1') },
    ]
    for (const lie of lies) {
      const text = JSON.stringify({ ...manifest, jobs: [lie] })
      await fresh.client.getBlockBlobClient('_flinkops/maintenance/planted.json').upload(text, Buffer.byteLength(text))
      const { code } = await cli.run(['resume', '--all', '--manifest', cli.path('_flinkops/maintenance/planted.json'), '--yes'], { env })
      expect(code, text).toBe(6)
    }
    expect(started).toEqual([])
  })

  it('says when the script is not what it was', async () => {
    await stopAll()
    await writeFile(join(cli.dir, 'sales.sql'), "SET 'pipeline.name' = 'sales_pipeline';\nINSERT INTO t SELECT 2;\n")

    const { stderr, code } = await resume()

    expect(stderr).toContain('sales.sql is not what it was when sales_pipeline was stopped. It is used as it is now.')
    expect(code).toBe(0)
  })
})

describe('resume --all --from latest', () => {
  beforeEach(async () => {
    // While it runs, its name is remembered.
    await cli.run(['list-jobs'])
  })

  it('goes by the newest checkpoint, says which and why, and records it in a window', async () => {
    const directory = await storeCheckpoint(fresh.client, { jobId: SALES, checkpointId: 7, shared: [] })
    jobManager.script(cluster({ jobs: [] }))

    const { stdout, stderr, code } = await resume('--from', 'latest', '--wait', 'restored')

    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stderr).toMatch(new RegExp(`${directory} is the .*restorable.* of sales_pipeline: checkpoint 7 of job ${SALES}`))
    expect(stderr).toContain(`sales_pipeline  ${SALES.slice(0, 8)}  from ${cli.path(directory)}`)
    expect(stdout).toBe(`sales_pipeline\t${started[0]?.jobId}\t${cli.path(directory)}\n`)
  })

  it('leaves alone what runs', async () => {
    const { stdout, stderr, code } = await resume('--from', 'latest')

    expect({ stdout, code }).toEqual({ stdout: '', code: 0 })
    expect(stderr).toContain('sales_pipeline runs: left alone')
    expect(started).toEqual([])
  })

  it('names what has nothing to come back from: exit 3', async () => {
    await fresh.client.deleteBlob(`${SAVEPOINT}/_metadata`)
    jobManager.script(cluster({ jobs: [] }))

    const { stderr, code } = await resume('--from', 'latest')

    expect(stderr).toContain('No restorable snapshot of sales_pipeline lies in storage')
    expect(code).toBe(3)
    expect(started).toEqual([])
  })

  it('tells a pattern that means nothing: exit 5', async () => {
    const { stderr, code } = await resume('--from', 'latest', '--except', 'sale')

    expect(stderr).toContain('No job that is known by name is meant by sale.')
    expect(code).toBe(5)
  })
})
