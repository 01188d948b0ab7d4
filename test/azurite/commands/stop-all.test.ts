import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FreshContainer, freshContainer } from '../../support/azurite.js'
import { cluster, completedOperation, ENRICH, endlessOperation, failedOperation, SALES } from '../../support/fake-cluster.js'
import { type FakeJobManager, startFakeJobManager } from '../../support/fake-jobmanager.js'
import { type Cli, runInTerminal, screenLines, startCli } from '../../support/run-cli.js'
import { storeSavepoint } from '../../support/stored-snapshot.js'

const OF_SALES = 'savepoints/savepoint-a1b2c3-000000000001'
const OF_ENRICH = 'savepoints/savepoint-a1b2ff-000000000002'
const SCRIPT = (name: string) => `SET 'pipeline.name' = '${name}';\nINSERT INTO t SELECT 1;\n`

let fresh: FreshContainer
let jobManager: FakeJobManager
let cli: Cli

beforeEach(async () => {
  fresh = await freshContainer()
  for (const directory of [OF_SALES, OF_ENRICH]) await storeSavepoint(fresh.client, directory)
  jobManager = await startFakeJobManager(cluster())
  const jobs = { sales_pipeline: { script: 'sales.sql' }, orders_enrich: { script: 'enrich.sql' } }
  cli = await startCli({ endpoint: fresh.endpoint, container: fresh.container, jobManagers: [jobManager.url], context: { jobs } })
  await writeFile(join(cli.dir, 'sales.sql'), SCRIPT('sales_pipeline'))
  await writeFile(join(cli.dir, 'enrich.sql'), SCRIPT('orders_enrich'))
  jobManager.script({ ...completedOperation(SALES, cli.path(OF_SALES)), ...completedOperation(ENRICH, cli.path(OF_ENRICH)) })
})

afterEach(async () => {
  await cli.close()
  await jobManager.stop()
})

const posts = () => jobManager.asked.filter((one) => one.method === 'POST')
const stop = (...args: string[]) => cli.run(['stop', '--all', ...args])
const lines = (text: string) => text.split('\n').filter((line) => line !== '')

async function manifestIn(stdout: string): Promise<{ jobs: Record<string, unknown>[] }> {
  const { manifest } = JSON.parse(stdout) as { manifest: string }
  return JSON.parse(await readFile(manifest, 'utf8')) as { jobs: Record<string, unknown>[] }
}

describe('stop --all', () => {
  it('prints name, job id and path of each job, and nothing else, into a pipe', async () => {
    const { stdout, code } = await stop('--yes', '--parallel', '1')

    expect(new Set(lines(stdout))).toEqual(
      new Set([`sales_pipeline\t${SALES}\t${cli.path(OF_SALES)}`, `orders_enrich\t${ENRICH}\t${cli.path(OF_ENRICH)}`]),
    )
    expect(code).toBe(0)
  })

  it('touches nothing in a pipe without --yes: exit 6', async () => {
    const { stdout, stderr, code } = await stop()

    expect(stdout).toBe('')
    expect(stderr).toContain('Nothing was touched: there is nobody to ask. Confirm with --yes.')
    expect(code).toBe(6)
    expect(posts()).toEqual([])
  })

  it('shows on --dry-run what it would do, and leaves no manifest', async () => {
    const { stdout, stderr, code } = await stop('--dry-run')

    expect(stdout).toBe('')
    expect(stderr).toMatch(/To stop: 2 jobs\n {2}sales_pipeline +a1b2c3d4 {2}RUNNING, comes back by .*sales\.sql/)
    expect(stderr).toContain('Checks: 10 of 10 ok')
    expect(code).toBe(0)
    expect(posts()).toEqual([])
    expect(await cli.journal()).not.toContain('maintenance')
  })

  it('is one JSON document, its manifest with all that the way back takes', async () => {
    const { stdout, stderr, code } = await stop('--yes', '--json')

    const document = JSON.parse(stdout) as { jobs: object[]; objections: object[] }
    expect(document).toMatchObject({ outcome: 'done', warnings: [] })
    expect(document.jobs).toContainEqual({
      jobId: SALES,
      name: 'sales_pipeline',
      state: 'stopped',
      path: cli.path(OF_SALES),
      verified: true,
      error: null,
      resumedAs: null,
    })
    expect(document.objections).toHaveLength(10)
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    const { jobs } = await manifestIn(stdout)
    expect(jobs).toContainEqual(
      expect.objectContaining({
        jobId: SALES,
        triggerId: expect.stringMatching(/^[0-9a-f]{32}$/),
        spec: expect.objectContaining({
          kind: 'script',
          path: join(cli.dir, 'sales.sql'),
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        }),
        configuration: expect.objectContaining({ checkpointIntervalMs: 10_000 }),
      }),
    )
  })

  it('leaves the same manifest beside the savepoints', async () => {
    const { stdout } = await stop('--yes', '--json')

    const { manifest } = JSON.parse(stdout) as { manifest: string }
    const name = `_flinkops/maintenance/${manifest.split('/').at(-1)}`
    const copy = await fresh.client.getBlobClient(name).downloadToBuffer()
    expect(copy.toString('utf8')).toBe(await readFile(manifest, 'utf8'))
  })

  it('stops only what is named, and not what is excepted', async () => {
    const { stdout } = await stop('--yes', '--job', 'sales_*', '--job', 'orders_*', '--except', 'orders_enrich')

    expect(stdout).toBe(`sales_pipeline\t${SALES}\t${cli.path(OF_SALES)}\n`)
    expect(posts().map((one) => one.path)).toEqual([`/v1/jobs/${SALES}/stop`])
  })

  it('refuses when nobody knows the way back, until the flag or an exception: exit 6', async () => {
    const script = cluster({
      jobs: [
        { jobId: SALES, name: 'sales_pipeline' },
        { jobId: ENRICH, name: 'adhoc' },
      ],
    })
    jobManager.script(script)
    jobManager.script({ ...completedOperation(SALES, cli.path(OF_SALES)), ...completedOperation(ENRICH, cli.path(OF_ENRICH)) })

    const refused = await stop('--yes')
    expect(refused.code).toBe(6)
    expect(refused.stdout).toBe('')
    expect(refused.stderr).toContain('adhoc a1b2ffff, way-back: no known way back')
    expect(refused.stderr).toContain("Override: --allow-no-way-back, or leave it out: --except 'adhoc'")
    expect(refused.stderr).toContain('Refused: nothing was touched.')
    expect(posts()).toEqual([])

    expect((await stop('--yes', '--except', 'adhoc')).code).toBe(0)
    expect((await stop('--yes', '--allow-no-way-back')).stdout).toContain('adhoc\t')
  })

  it('names what is down, what is up with its cause, and how to go on, when a part failed: exit 3', async () => {
    jobManager.script(failedOperation(ENRICH, 'java.io.IOException: the sink is blocked'))

    const { stdout, stderr, code } = await stop('--yes')

    expect(stdout).toBe(`sales_pipeline\t${SALES}\t${cli.path(OF_SALES)}\n`)
    expect(stderr).toContain('Down: 1 job (sales_pipeline).')
    expect(stderr).toContain('Not stopped: orders_enrich (a1b2ffff): the sink is blocked')
    expect(stderr).toContain('Go on with: flinkops stop --all')
    expect(code).toBe(3)
  })

  it('goes on with the same manifest when run again, and does not touch what is down', async () => {
    jobManager.script(failedOperation(ENRICH, 'java.io.IOException: the sink is blocked'))
    const first = await stop('--yes', '--json')
    jobManager.script(
      cluster({
        jobs: [
          { jobId: SALES, name: 'sales_pipeline', state: 'FINISHED' },
          { jobId: ENRICH, name: 'orders_enrich' },
        ],
      }),
    )
    jobManager.script(completedOperation(ENRICH, cli.path(OF_ENRICH)))
    const before = posts().length

    const second = await stop('--yes', '--json')

    const manifests = [first, second].map(({ stdout }) => (JSON.parse(stdout) as { manifest: string }).manifest)
    expect(manifests[0]).toBe(manifests[1])
    expect(second.code).toBe(0)
    expect((await manifestIn(second.stdout)).jobs.map((job) => [job['name'], job['state']])).toEqual(
      expect.arrayContaining([
        ['sales_pipeline', 'stopped'],
        ['orders_enrich', 'stopped'],
      ]),
    )
    expect(
      posts()
        .slice(before)
        .map((one) => one.path),
    ).toEqual([`/v1/jobs/${ENRICH}/stop`])
  })

  it('says at --timeout what is still going on, with its trigger id: exit 8', async () => {
    jobManager.script(endlessOperation(ENRICH))

    const { stderr, code } = await stop('--yes', '--timeout', '4s')

    expect(code).toBe(8)
    const [, triggerId] = /Still being stopped: orders_enrich \(a1b2ffff\), trigger id ([0-9a-f]{32})/.exec(stderr) ?? []
    expect((await cli.operations()).map((one) => one['triggerId'])).toContain(triggerId)
  })

  it('finds the savepoint of a job that died while it was being stopped', async () => {
    const message = `org.apache.flink.runtime.scheduler.stopwithsavepoint.StopWithSavepointStoppingException: A savepoint has been created at: ${cli.path(OF_ENRICH)}, but the corresponding job ${ENRICH} failed during stopping. The savepoint is consistent, but might have uncommitted transactions.`
    jobManager.script(failedOperation(ENRICH, message))

    const { stdout, code } = await stop('--yes', '--json')

    const { jobs } = JSON.parse(stdout) as { jobs: { name: string }[] }
    expect(jobs.find((job) => job.name === 'orders_enrich')).toMatchObject({
      state: 'stopped',
      path: cli.path(OF_ENRICH),
      verified: true,
      error: expect.stringContaining('it failed while stopping, after its savepoint was completed'),
    })
    expect(code).toBe(0)
  })

  it('counts a savepoint that is not all there as not done: exit 3', async () => {
    await fresh.client.deleteBlob(`${OF_ENRICH}/11111111-1111-4111-8111-111111111111`)

    const { stdout, code } = await stop('--yes', '--json')

    const { jobs, outcome } = JSON.parse(stdout) as { outcome: string; jobs: { name: string }[] }
    expect({ outcome, code }).toEqual({ outcome: 'partial', code: 3 })
    expect(jobs.find((job) => job.name === 'orders_enrich')).toMatchObject({ state: 'stopped', verified: false })
  })
})

describe('stop --all for a person', () => {
  it('asks, and takes no for an answer', async () => {
    const { text, code } = await runInTerminal(cli, ['stop', '--all'], {
      columns: 100,
      answer: { to: 'Stop 2 jobs with savepoints? [y/N] ', type: 'n\n' },
    })

    expect(screenLines(text)).toContain('Nothing was touched.')
    expect(code).toBe(6)
    expect(posts()).toEqual([])
  })

  it('shows each job on a line as it happens, and what to type next', async () => {
    const { text, code } = await runInTerminal(cli, ['stop', '--all', '--yes'], { columns: 200 })

    expect(screenLines(text)).toContain(`sales_pipeline  a1b2c3d4  ${cli.path(OF_SALES)}`)
    expect(screenLines(text)).toContain(`orders_enrich   a1b2ffff  ${cli.path(OF_ENRICH)}`)
    expect(text).toContain('Done: 2 jobs down. Bring them back with: flinkops resume --all')
    expect(code).toBe(0)
  })
})
