import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { flinkSettings, renderFlinkConfig } from '../../../sandbox/flink-config.js'
import { advancing } from '../../support/advancing-job.js'
import { type FreshContainer, freshContainer } from '../../support/azurite.js'
import { uuid } from '../../support/builders.js'
import { type CronHost, cronLineOf, crontabOfReadme, startCronHost } from '../../support/crontab.js'
import { cluster, completedOperation, gateway, SALES, statementDone } from '../../support/fake-cluster.js'
import { type FakeJobManager, startFakeJobManager } from '../../support/fake-jobmanager.js'
import { type Cli, startCli } from '../../support/run-cli.js'
import { storeCheckpoint, storeSavepoint, upload } from '../../support/stored-snapshot.js'
import { readTable } from '../../support/tables.js'

const SAVEPOINT = 'savepoints/savepoint-a1b2c3-000000000001'
const NAME = 'sales_pipeline'

let fresh: FreshContainer
let cli: Cli
let cron: CronHost
let jobManager: FakeJobManager
let sql: FakeJobManager

beforeAll(async () => {
  fresh = await freshContainer()
  jobManager = await startFakeJobManager()
  sql = await startFakeJobManager(gateway(() => statementDone()))
  cli = await startCli({
    endpoint: fresh.endpoint,
    container: fresh.container,
    jobManagers: [jobManager.url],
    sqlGateway: sql.url,
    context: { flinkConf: './conf', jobs: { [NAME]: { script: 'sales.sql' } } },
  })
  await writeFile(join(cli.dir, 'sales.sql'), `SET 'pipeline.name' = '${NAME}';\nINSERT INTO t SELECT 1;\n`)
  await writeConf()
  cron = await startCronHost({ dir: cli.dir })
  for (let id = 10; id < 30; id++) await storeCheckpoint(fresh.client, { jobId: SALES, checkpointId: id, shared: [uuid(1)] })
  await upload(fresh.client, `checkpoints/${SALES}/shared/${uuid(1)}`, readTable('frocksdb8-bloom'))
  jobManager.script(advancing({ jobId: SALES, name: NAME, path: cli.path, paceMs: 1000, isByLook: true }))
})

afterAll(async () => {
  await Promise.all([cli.close(), jobManager.stop(), sql.stop(), fresh.client.delete()])
})

/** Flink's own configuration, from which credentials come. */
async function writeConf(): Promise<void> {
  const settings = flinkSettings({ version: '2.3.0', restPort: 1, rpcPort: 2, slots: 8, tmpDir: '/tmp/x' })
  const { fileName, text } = renderFlinkConfig('2.3.0', settings)
  await mkdir(join(cli.dir, 'conf'))
  await writeFile(join(cli.dir, 'conf', fileName), text.replaceAll('wasbs://flink@', `wasbs://${fresh.container}@`))
}

const CRONTAB = crontabOfReadme()

describe('the crontab of the README, run as cron runs it', () => {
  it('has a line for every week, month and quarter', () => {
    const times = CRONTAB.lines.map(({ time }) => time.slice(2).join(' '))
    expect(times).toEqual(expect.arrayContaining(['* * 1', '1 * *', '2 1,4,7,10 *']))
  })

  it('every 5 minutes: writes a whole file of metrics, and renames it', async () => {
    expect(await cron.run(cronLineOf('usage -o prometheus'))).toEqual({ code: 0, stdout: '', stderr: '' })
    const metrics = await readFile(join(cli.dir, 'var-lib', 'flinkops.prom'), 'utf8')
    expect(metrics).toMatch(/^# HELP flinkops_state_bytes .*\n/)
    expect(metrics).toContain(`flinkops_snapshots{lineage="${NAME}",kind="checkpoint"} 20\n`)
  })

  it('every 15 minutes: proves that the job checkpoints, and has nothing to mail', async () => {
    expect(await cron.run(cronLineOf('verify sales_pipeline'))).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(await readFile(join(cli.dir, 'var-log', 'verify.log'), 'utf8')).toMatch(/^Checkpointing: sales_pipeline \(\w+\)\n/)
  })

  it('weekly: mails a table with growth and forecast, for it is the second look', async () => {
    const { code, stdout, stderr } = await cron.run(cronLineOf('usage -o table'))
    expect(stdout).toMatch(/^LINEAGE +CHECKPOINTS .*\nsales_pipeline +20 /)
    expect(stdout).toContain('\n+0 B since the look of 20')
    expect(stdout).toContain('\nNo forecast yet: it needs three looks over at least a day, there are 2 over ')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('weekly: mails what doctor finds', async () => {
    const { code, stdout, stderr } = await cron.run(cronLineOf('doctor -o table'))
    expect(stdout).toContain('ADVICE  num-retained-one\n')
    expect(stdout).toMatch(/\n\d+ things looked at: \d advice\.\n$/)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('weekly: leaves the page of the report where a web server finds it, and mails nothing', async () => {
    expect(await cron.run(cronLineOf('report'))).toEqual({ code: 0, stdout: '', stderr: '' })
    const page = await readFile(join(cli.dir, 'var-www', 'flink.html'), 'utf8')
    expect(page).toMatch(/^<!doctype html>/i)
    expect(page).toContain(NAME)
  })

  it('monthly: reads the newest snapshot to its last byte', async () => {
    const { code, stdout, stderr } = await cron.run(cronLineOf('verify latest'))
    expect(stdout).toMatch(/^Restorable: \S+\/chk-29\n.* all of it was read /s)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('quarterly: has the job down with a savepoint, and back from just that', async () => {
    await storeSavepoint(fresh.client, SAVEPOINT)
    const ended = { jobId: SALES, name: NAME, state: 'FINISHED' }
    jobManager.script(completedOperation(SALES, cli.path(SAVEPOINT)))
    jobManager.script({
      [`POST /v1/jobs/${SALES}/stop`]: ({ body }) => {
        jobManager.script(cluster({ jobs: [ended] }))
        return { status: 202, body: { 'request-id': JSON.parse(body).triggerId } }
      },
    })
    sql.script(
      startsWhatItIsGiven((jobId, restoredFrom) =>
        cluster({ jobs: [ended, { jobId, name: NAME, restoredFrom, completed: [restoredFrom] }] }),
      ),
    )

    const { code, stdout, stderr } = await cron.run(cronLineOf('stop --all'))

    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('Done: 1 job back, each restored from its own path: proven'),
    })
    expect(stdout.trimEnd().split('\n')).toEqual([
      [NAME, SALES, cli.path(SAVEPOINT)].join('\t'),
      expect.stringMatching(new RegExp(`^${NAME}\t[0-9a-f]{32}\t${cli.path(SAVEPOINT)}$`)),
    ])
  })

  it('has no other line, but for the drill, which needs a real Flink: the end-to-end tests run it', () => {
    const proven = ['usage', 'verify', 'doctor', 'report', 'stop']
    const others = CRONTAB.lines.filter(({ command }) => !proven.includes(command.split(' ')[1] ?? ''))
    expect(others.map(({ command }) => command)).toEqual([cronLineOf('drill')])
  })
})

/** Routes of a gateway that starts a job under the id, and from the path, that its statement is given. */
function startsWhatItIsGiven(started: (jobId: string, restoredFrom: string) => Parameters<FakeJobManager['script']>[0]) {
  const routes: Parameters<FakeJobManager['script']>[0] = {
    'POST /v4/sessions/*/statements': ({ body }) => {
      const { executionConfig = {} } = JSON.parse(body) as { executionConfig?: Record<string, string> }
      const jobId = executionConfig['$internal.pipeline.job-id']
      if (jobId !== undefined) jobManager.script(started(jobId, executionConfig['execution.state-recovery.path'] ?? ''))
      return { body: { operationHandle: jobId ?? 'ddl' } }
    },
    'GET /v4/sessions/*/operations/*/result/*': ({ path }) => {
      const handle = path.split('/')[5] ?? ''
      return statementDone(handle === 'ddl' ? undefined : handle)
    },
  }
  return routes
}
