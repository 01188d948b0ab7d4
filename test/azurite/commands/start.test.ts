import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCOUNT_HOST } from '../../../sandbox/emulator.js'
import { freshContainer } from '../../support/azurite.js'
import { cluster, type FakeJob, gateway, SALES, statementDone } from '../../support/fake-cluster.js'
import { type FakeJobManager, startFakeJobManager } from '../../support/fake-jobmanager.js'
import { type Cli, startCli } from '../../support/run-cli.js'
import { storeCheckpoint, upload } from '../../support/stored-snapshot.js'

const NEW = 'c0ffee00000000000000000000000001'
const OLD: FakeJob = { jobId: SALES, name: 'sales_pipeline', state: 'CANCELED' }

let jobManager: FakeJobManager
let sqlGateway: FakeJobManager
let cli: Cli
let path: (name: string) => string

// One story, step by step: the old run was cancelled, its newest checkpoint is a wreck, the one before it is whole.
beforeAll(async () => {
  const fresh = await freshContainer()
  path = (name) => `wasbs://${fresh.container}@${ACCOUNT_HOST}/${name}`
  await storeCheckpoint(fresh.client, { jobId: SALES, checkpointId: 7, shared: [] })
  await storeCheckpoint(fresh.client, { jobId: NEW, checkpointId: 1, shared: [] })
  await upload(fresh.client, `checkpoints/${SALES}/chk-8/_metadata`, Buffer.from('no metadata'))
  jobManager = await startFakeJobManager(cluster({ jobs: [OLD] }))
  const restored = { restoredFrom: path(`checkpoints/${SALES}/chk-7`), completed: [path(`checkpoints/${NEW}/chk-1`)] }
  sqlGateway = await startFakeJobManager(
    gateway((statement) => {
      if (!statement.startsWith('INSERT')) return statementDone()
      jobManager.script(cluster({ jobs: [OLD, { jobId: NEW, name: 'sales_pipeline', ...restored }] }))
      return statementDone(NEW)
    }),
  )
  cli = await startCli({
    endpoint: fresh.endpoint,
    container: fresh.container,
    jobManagers: [jobManager.url],
    sqlGateway: sqlGateway.url,
    context: { jobs: { sales: { script: 'sales.sql' } } },
  })
  const script = (name: string) => `SET 'pipeline.name' = '${name}';\nINSERT INTO a SELECT 1;\n`
  await writeFile(join(cli.dir, 'sales.sql'), script('sales_pipeline'))
  await writeFile(join(cli.dir, 'orders.sql'), script('orders'))
  await writeFile(join(cli.dir, 'enrich.jar'), 'a jar')
})

afterAll(async () => {
  await cli.close()
  await jobManager.stop()
  await sqlGateway.stop()
})

const posted = () => sqlGateway.asked.filter((one) => one.path.endsWith('/statements'))

describe('start, and resume --from latest', () => {
  it('start refuses to forget what is there: exit 6, and the way on', async () => {
    const { code, stdout, stderr } = await cli.run(['start', 'sales'])
    expect({ code, stdout }).toEqual({ code: 6, stdout: '' })
    expect(stderr).toContain(
      `has a restorable snapshot, and start would begin with empty state; the newest is ${path(`checkpoints/${SALES}/chk-7`)}`,
    )
    expect(stderr).toContain('flinkops resume sales_pipeline --from latest')
    expect(posted()).toEqual([])
  })

  it('start of a job that has none goes ahead; a dry run starts nothing', async () => {
    const { code, stderr } = await cli.run(['start', 'orders.sql', '-n'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'Would start orders with empty state.\n' })
    expect(posted()).toEqual([])
  })

  it('a jar whose job has no known name is not started blindly: exit 2', async () => {
    const { code, stderr } = await cli.run(['start', 'enrich.jar'])
    expect(code).toBe(2)
    expect(stderr).toContain('--job-name')
  })

  it('resume warns of a snapshot of another job, and of what CLAIM means', async () => {
    const { code, stderr } = await cli.run(['resume', 'orders.sql', '--from', `${SALES}/chk-7`, '--claim-mode', 'claim', '-n'])
    expect(code).toBe(0)
    expect(stderr).toContain(`Warning: ${path(`checkpoints/${SALES}/chk-7`)} is a snapshot of sales_pipeline, not of orders.`)
    expect(stderr).toContain('Flink deletes it when it is not needed any more')
    expect(stderr).toContain('Would start orders from')
  })

  it('resume says what it passed over and what it took, proves it, and prints the job id alone', async () => {
    const { code, stdout, stderr } = await cli.run(['resume', 'sales', '--from', 'latest'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${NEW}\n` })
    const chosen = path(`checkpoints/${SALES}/chk-7`)
    const lines = stderr.trimEnd().split('\n')
    expect(lines[0]).toMatch(`Passed over ${path(`checkpoints/${SALES}/chk-8`)}`)
    expect(lines[0]).toMatch(/: unreadable: /)
    expect(lines[1]).toMatch(`${chosen} is the only restorable snapshot of sales_pipeline: checkpoint 7 of job ${SALES}`)
    expect(lines.slice(2)).toEqual([`Started job ${NEW} from ${chosen}`, `Restored sales_pipeline from ${chosen}: proven`])
    const [, insert] = posted().map(({ body }) => JSON.parse(body))
    expect(insert.executionConfig).toMatchObject({ 'execution.state-recovery.path': chosen })
  })

  it('a second one of that name is refused: exit 6, in a dry run, too', async () => {
    for (const args of [
      ['start', 'sales', '--fresh'],
      ['resume', 'sales', '--from', 'latest', '-n'],
    ]) {
      const { code, stderr } = await cli.run(args)
      expect(code).toBe(6)
      expect(stderr).toContain(`sales_pipeline is on the cluster already: job ${NEW} is RUNNING since`)
    }
  })

  it('the job is remembered by the name that it has on the cluster', async () => {
    const { code, stdout } = await cli.run(['resume', 'sales_pipeline', '--from', 'before=1d', '--allow-second', '--json'])
    expect(code).toBe(5)
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'SNAPSHOT_NOT_FOUND',
      message: expect.stringContaining('from before that time'),
    })
    await writeFile(join(cli.dir, 'sales.sql'), "SET 'pipeline.name' = 'sales_pipeline';\nINSERT INTO a SELECT 2;\n")
    const { stderr } = await cli.run(['resume', 'sales_pipeline', '--from', 'latest', '--allow-second', '-n'])
    expect(stderr).toContain('the file has changed since then')
    expect(stderr).toContain('Would start sales_pipeline from')
  })
})
