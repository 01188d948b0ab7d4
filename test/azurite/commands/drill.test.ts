import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freshContainer } from '../../support/azurite.js'
import { cluster, gateway, SALES, statementDone } from '../../support/fake-cluster.js'
import { type FakeJobManager, startFakeJobManager } from '../../support/fake-jobmanager.js'
import { type Cli, startCli } from '../../support/run-cli.js'
import { storeSavepoint, upload } from '../../support/stored-snapshot.js'

const SAVEPOINT = 'savepoints/savepoint-a1b2c3-0123456789ab'
const TABLES = `CREATE TABLE src (k INT) WITH ('connector' = 'datagen');\nCREATE TABLE out (k INT) WITH ('connector' = 'kafka');\n`

let jobManager: FakeJobManager
let sqlGateway: FakeJobManager
let cli: Cli

beforeAll(async () => {
  const fresh = await freshContainer()
  await storeSavepoint(fresh.client, SAVEPOINT)
  await upload(fresh.client, 'savepoints/savepoint-a1b2c3-ffffffffffff/_metadata', Buffer.from('no metadata'))
  jobManager = await startFakeJobManager(cluster({ jobs: [{ jobId: SALES, name: 'sales' }] }))
  sqlGateway = await startFakeJobManager(gateway(() => statementDone()))
  cli = await startCli({
    endpoint: fresh.endpoint,
    container: fresh.container,
    jobManagers: [jobManager.url],
    sqlGateway: sqlGateway.url,
    context: { jobs: { sales: { script: 'sales.sql' }, enrich: { jar: 'enrich.jar' } } },
  })
  await writeFile(join(cli.dir, 'sales.sql'), `${TABLES}INSERT INTO out SELECT k FROM src;\n`)
  await writeFile(join(cli.dir, 'elsewhere.sql'), `${TABLES}INSERT INTO hive.shop.out SELECT k FROM src;\n`)
  await writeFile(join(cli.dir, 'enrich.jar'), 'a jar')
})

afterAll(async () => {
  await cli.close()
  await jobManager.stop()
  await sqlGateway.stop()
})

describe('drill, before anything is started', () => {
  it.each([
    ['a jar', ['enrich'], 'the sinks inside a jar cannot be replaced'],
    ['a sink in another catalog', ['elsewhere.sql'], 'hive.shop.out is a table of another catalog or database'],
  ])('refuses %s: exit 6', async (_, args, why) => {
    const { code, stderr } = await cli.run(['drill', ...args, '--from', SAVEPOINT.slice('savepoints/'.length)])
    expect({ code, stderr }).toMatchObject({ code: 6, stderr: expect.stringContaining(why) })
  })

  it('finds a snapshot wanting that is not whole: exit 11, and a dated record of it', async () => {
    const { code, stdout } = await cli.run(['drill', 'sales', '--from', 'savepoint-a1b2c3-ffffffffffff', '--json'])
    expect(code).toBe(11)
    expect(JSON.parse(stdout)).toMatchObject({
      jobId: null,
      verdict: 'not-restorable',
      verified: false,
      claimMode: 'NO_CLAIM',
      warnings: [],
    })
    expect(await cli.journal()).toMatch(/"event":"judged","at":"20.*"verdict":"not-restorable"/)
  })

  it('a dry run says what would be drilled', async () => {
    const { code, stdout } = await cli.run(['drill', 'sales', '--from', 'savepoint-a1b2c3-0123456789ab', '-n'])
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(
        /^Would drill: insert-into_default_catalog\.default_database\.out from wasbs:.*\n {2}sinks replaced by blackholes: out \(kafka\)\n$/,
      ),
    })
  })

  it('has asked the gateway nothing', () => {
    expect(sqlGateway.asked).toEqual([])
  })
})
