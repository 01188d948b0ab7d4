import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
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

  const dry = (script: string) => cli.run(['drill', script, '--from', 'savepoint-a1b2c3-0123456789ab', '-n'])
  const INSERT = 'INSERT INTO out SELECT k FROM src;'

  it('refuses code from elsewhere, unless the job itself was started from this very script: exit 6', async () => {
    const script = (rest = '') => `SET 'pipeline.name' = 'fetching';\nADD JAR 'https://jars.test/x.jar';\n${TABLES}${INSERT}${rest}\n`
    await writeFile(join(cli.dir, 'fetching.sql'), script())
    const refused = await dry('fetching.sql')
    expect(refused).toMatchObject({ code: 6, stderr: expect.stringContaining('it has an ADD JAR from elsewhere') })
    expect(refused.stderr).toContain('(line 2)')
    const sha256 = createHash('sha256').update(script()).digest('hex')
    const started = { jobId: SALES, name: 'fetching', kind: 'script', path: '/elsewhere.sql', sha256, startedAtMs: 1 }
    const directory = join(cli.dir, 'state', 'flinkops')
    await mkdir(directory, { recursive: true, mode: 0o700 })
    await writeFile(join(directory, 'started.jsonl'), `${JSON.stringify(started)}\n`, { mode: 0o600 })
    expect((await dry('fetching.sql')).code).toBe(0)
    await writeFile(join(cli.dir, 'fetching.sql'), script(' -- changed'))
    expect((await dry('fetching.sql')).code).toBe(6)
  })

  it('refuses a catalog where the cluster keeps them for others: exit 6', async () => {
    const catalog = "CREATE CATALOG lake WITH ('type' = 'paimon');"
    await writeFile(join(cli.dir, 'lake.sql'), `${catalog}\n${TABLES}${INSERT}\n`)
    expect((await dry('lake.sql')).code).toBe(0)
    jobManager.script({ 'GET /v1/jobmanager/config': { body: [{ key: 'table.catalog-store.kind', value: 'file' }] } })
    const { code, stderr } = await dry('lake.sql')
    jobManager.script(cluster({ jobs: [{ jobId: SALES, name: 'sales' }] }))
    expect({ code, stderr }).toMatchObject({ code: 6, stderr: expect.stringContaining('CREATE CATALOG, which lasts here') })
  })

  it('has asked the gateway nothing', () => {
    expect(sqlGateway.asked).toEqual([])
  })
})
