import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ORDERS_ENRICH, SALES_PIPELINE } from '../../../sandbox/jobs.js'
import { drillScript } from '../../../src/lib/flink/drill-script.js'
import { checkSources } from '../../../src/lib/flink/drill-sources.js'
import type { DrillOrigin } from '../../../src/lib/flink/drill-statements.js'
import { splitScript } from '../../../src/lib/flink/script.js'
import { jobsOf } from '../../../src/lib/flink/script-jobs.js'

const HOLE = "WITH ('connector' = 'blackhole')"
const SRC = "CREATE TABLE src (id BIGINT, k INT) WITH ('connector' = 'datagen');"
const OUT = "CREATE TABLE out (k INT, n BIGINT) WITH ('connector' = 'kafka', 'topic' = 'out');"
const INSERT = 'INSERT INTO out SELECT k, COUNT(*) FROM src GROUP BY k;'

function captured(act: () => unknown): unknown {
  try {
    return act()
  } catch (error) {
    return error
  }
}

/** As a script that this job is not known to have been started from, on a cluster that keeps catalogs in memory. */
const UNKNOWN: DrillOrigin = { isOwnScript: false, catalogStore: null }

function drilled(script: string, origin = UNKNOWN) {
  const [job] = jobsOf(splitScript(script))
  return drillScript(job?.statements ?? [], 'sales', origin)
}

/** What became of each statement that is not as it was. */
function changes(script: string): string[] {
  const [job] = jobsOf(splitScript(script))
  const before = job?.statements.map((one) => one.text) ?? []
  return drilled(script).statements.flatMap(({ text }, at) => (text === before[at] ? [] : [text]))
}

describe('the sinks of a script as blackholes', () => {
  it.each([
    ['sales_pipeline', SALES_PIPELINE, 'sales_Totals'],
    ['orders_enrich', ORDERS_ENRICH, 'enriched'],
  ])('of %s: just its sink is another', (_, file, sink) => {
    const script = readFileSync(file, 'utf8')
    expect(changes(script.replaceAll("'blackhole'", "'kafka'"))).toEqual([
      expect.stringMatching(new RegExp(`^CREATE TABLE \`${sink}\` \\([^]*\\) WITH \\('connector' = 'blackhole'\\)$`)),
    ])
    expect(drilled(script).sources).toMatchObject([{ connector: 'datagen' }])
  })

  it('keeps columns, constraints, computed columns, watermarks, comments and partitions to the letter', () => {
    const head = [
      'CREATE TEMPORARY TABLE IF NOT EXISTS `default_catalog`.`default_database`.`out;put` (',
      "  `with` INT COMMENT 'a (comment', -- )\n  n BIGINT NOT NULL, total AS n * (1 + 2), ts TIMESTAMP(3), origin STRING METADATA FROM 'topic' VIRTUAL,",
      "  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, PRIMARY KEY (`with`) NOT ENFORCED",
      ") COMMENT 'all; of it' PARTITIONED BY (`with`) ",
    ].join('\n')
    const insert = 'INSERT INTO `out;put` PARTITION (`with` = 1) SELECT n, ts FROM src;'
    expect(changes(`${SRC} ${head}with ('connector' /* x */ = 'jdbc', 'url' = 'a)b', 'password' = 'it''s'); ${insert}`)).toEqual([
      `${head}${HOLE}`,
    ])
  })

  it('takes every sink of a statement set, each once, and leaves tables alone that are only read', () => {
    const set = `EXECUTE STATEMENT SET BEGIN INSERT INTO out SELECT k, 1 FROM src; INSERT INTO default_database.out SELECT k, 2 FROM src; INSERT INTO p SELECT k FROM src; END;`
    const { sinks } = drilled(`${SRC} ${OUT} CREATE TABLE p (k INT) WITH ('connector'='print'); ${set}`)
    expect(sinks).toEqual([
      { name: 'out', connector: 'kafka', keepsIds: false },
      { name: 'p', connector: 'print', keepsIds: true },
    ])
  })

  it('takes the older form of a statement set', () => {
    expect(changes(`${SRC} ${OUT} BEGIN STATEMENT SET; ${INSERT} END;`)).toHaveLength(1)
  })

  it('knows that a sink with a parallelism of its own moves the ids of others', () => {
    const out = OUT.replace("'kafka'", "'print', 'sink.parallelism' = '2'")
    expect(drilled(`${SRC} ${out} ${INSERT}`).sinks).toMatchObject([{ connector: 'print', keepsIds: false }])
  })

  it('changes nothing outside the WITH of a sink, whatever stands there', () => {
    const noise = fc.stringMatching(/^[a-z0-9 ()]{0,12}$/)
    fc.assert(
      fc.property(noise, noise, fc.constantFrom('kafka', 'jdbc', 'upsert-kafka'), (comment, value, connector) => {
        const sink = `CREATE TABLE out (k INT COMMENT '${comment}', n BIGINT) COMMENT '${value}' `
        const script = `/* ${comment} */ ${SRC} ${sink}WITH ('connector' = '${connector}', 'x' = '${value}'); -- ${value}\n${INSERT}`
        expect(changes(script)).toEqual([`${sink}${HOLE}`])
      }),
    )
  })
})

describe('what is refused before anything is started: exit 6', () => {
  it.each([
    ['a table that the script does not create', `${SRC} ${INSERT}`, 'writes to out and does not create it'],
    ['a table of another catalog', `${SRC} INSERT INTO hive.shop.out SELECT k, 1 FROM src;`, 'hive.shop.out is a table of another catalog'],
    [
      'CREATE TABLE in another catalog',
      `${SRC} CREATE TABLE hive.d.x (k INT) WITH ('connector'='print'); ${OUT} ${INSERT}`,
      'another catalog',
    ],
    ['LIKE', `${SRC} CREATE TABLE out WITH ('topic' = 'x') LIKE src; ${INSERT}`, 'its schema from another table (LIKE)'],
    ['LIKE behind columns', `${SRC} CREATE TABLE out (n INT) WITH ('topic' = 'x') LIKE src (INCLUDING ALL); ${INSERT}`, '(LIKE)'],
    ['CREATE TABLE AS', `${SRC} CREATE TABLE out WITH ('connector' = 'kafka') AS SELECT k FROM src;`, 'creates and writes at once'],
    ['no WITH', `${SRC} CREATE TABLE out (k INT, n BIGINT); ${INSERT}`, 'it has no WITH of its own'],
    ['no columns', `${SRC} CREATE TABLE out WITH ('connector' = 'jdbc'); ${INSERT}`, 'it has no columns of its own'],
    ['a sink that is read, too', `${SRC} ${OUT} INSERT INTO out SELECT k, 1 FROM out;`, 'it also reads from its sink out'],
    [
      'a sink behind a view',
      `${SRC} ${OUT} CREATE VIEW v AS SELECT * FROM src JOIN \`out\` ON TRUE; ${INSERT}`,
      'also reads from its sink out',
    ],
    ['a hint at the sink', `${SRC} ${OUT} INSERT INTO out /*+ OPTIONS('connector'='print') */ SELECT k, 1 FROM src;`, 'has a hint'],
    [
      'written metadata',
      `${SRC} CREATE TABLE out (k INT, t TIMESTAMP(3) METADATA FROM 'timestamp') WITH ('connector'='kafka'); ${INSERT}`,
      'metadata',
    ],
    ['two of one name', `${SRC} ${OUT} DROP TABLE out; ${OUT} ${INSERT}`, 'creates out more than once'],
    ['USE', `USE CATALOG hive; ${SRC} ${OUT} ${INSERT}`, 'it has a USE CATALOG HIVE, of which it is not known'],
    ['ALTER', `${SRC} ${OUT} ALTER TABLE out SET ('topic' = 'y'); ${INSERT}`, 'it has a ALTER TABLE OUT'],
    ['OVERWRITE', `${SRC} ${OUT} INSERT OVERWRITE out SELECT k, 1 FROM src;`, 'it has a INSERT OVERWRITE OUT'],
    ['UPDATE', `${SRC} ${OUT} UPDATE out SET n = 1;`, 'it has a UPDATE OUT SET'],
    ['a compiled plan', `EXECUTE PLAN '/plans/sales.json';`, 'it has a EXECUTE PLAN'],
    ['CREATE DATABASE', `CREATE DATABASE d; ${SRC} ${OUT} ${INSERT}`, 'it has a CREATE DATABASE D'],
    ['another dialect', `SET 'table.sql-dialect' = 'hive'; ${SRC} ${OUT} ${INSERT}`, 'the SQL dialect hive'],
    ['batch mode', `SET 'execution.runtime-mode' = 'batch'; ${SRC} ${OUT} ${INSERT}`, 'batch mode'],
  ])('%s', (_, script, why) => {
    expect(captured(() => drilled(script))).toMatchObject({ code: 'NOT_DRILLABLE', exitCode: 6, message: expect.stringContaining(why) })
  })
})

describe('what reaches beyond the script', () => {
  const whole = (statement: string) => `${statement}; ${SRC} ${OUT} ${INSERT}`
  const OWN: DrillOrigin = { isOwnScript: true, catalogStore: null }
  const refusal = (statement: string, origin = UNKNOWN) => captured(() => drilled(whole(statement), origin))
  const refused = (what: string) => ({ code: 'NOT_DRILLABLE', exitCode: 6, message: expect.stringMatching(new RegExp(`${what}.*line 1`)) })

  const FROM_ELSEWHERE: [string, string][] = [
    ["ADD JAR 'https://evil.test/x.jar'", 'ADD JAR from elsewhere'],
    ["add /* */ jar\n'HTTP://evil.test/x.jar'", 'ADD JAR from elsewhere'],
    ["ADD JAR 'ftp://evil.test/x.jar'", 'ADD JAR from elsewhere'],
    ["ADD JAR 'wasbs://c@evil.blob.core.windows.net/x.jar'", 'ADD JAR from elsewhere'],
    ["ADD JAR ' hdfs:///x.jar'", 'ADD JAR from elsewhere'],
    ["ADD JAR '//evil.test/x.jar'", 'ADD JAR from elsewhere'],
    ["ADD JAR 'file://evil.test/x.jar'", 'ADD JAR from elsewhere'],
    ["CREATE FUNCTION f AS 'a.F' USING JAR 'http://evil.test/x.jar'", 'CREATE FUNCTION ... USING JAR from elsewhere'],
    ["CREATE TEMPORARY FUNCTION f AS 'a.F' LANGUAGE JAVA USING JAR '/a.jar', JAR 's3://b/x.jar'", 'CREATE FUNCTION'],
    ["CREATE TEMPORARY SYSTEM FUNCTION f AS 'a.F' USING JAR 'https://evil.test/x.jar'", 'CREATE FUNCTION'],
    ["SET 'pipeline.jars' = 'https://evil.test/x.jar'", 'SET of pipeline.jars'],
    ["SET 'pipeline.classpaths' = 'https://evil.test/'", 'SET of pipeline.classpaths'],
    ["SET 'python.client.executable' = '/tmp/x'", 'SET of python.client.executable'],
  ]
  it.each(FROM_ELSEWHERE)('%s brings code, and is refused by name, without its address: exit 6', (statement, what) => {
    const error = refusal(statement)
    expect(error).toMatchObject(refused(what))
    expect(String(error)).not.toContain('evil')
  })

  it.each(FROM_ELSEWHERE)('%s is drilled where the job itself was started from this very script', (statement) => {
    expect(drilled(whole(statement), OWN).sinks).toHaveLength(1)
  })

  it.each([
    "ADD JAR '/opt/jars/x.jar'",
    "ADD JAR 'file:///opt/jars/x.jar'",
    "ADD JAR 'file:/opt/jars/x.jar'",
    "ADD JAR 'jars/x.jar'",
    "CREATE FUNCTION f AS 'a.F'",
    "CREATE TEMPORARY SYSTEM FUNCTION f AS 'https://evil.test' USING JAR '/opt/x.jar'",
    "SET 'parallelism.default' = '2'",
    'SET execution.checkpointing.interval = 10s',
    "SET 'execution.checkpointing.dir' = 'wasbs://c@a.blob.core.windows.net/x'",
    "SET 'table.exec.state.ttl' = 'rest.address'",
    "CREATE CATALOG lake WITH ('type' = 'paimon', 'warehouse' = 'abfss://wh@a.dfs.core.windows.net/')",
    "RESET 'rest.address'",
    'SET',
    'USE MODULES core',
  ])('%s is drilled', (statement) => {
    expect(drilled(whole(statement)).sinks).toHaveLength(1)
  })

  it.each([
    ['LOAD MODULE hive', 'LOAD MODULE'],
    ["LOAD MODULE x WITH ('a' = 'b')", 'LOAD MODULE'],
    ["SET 'rest.address' = 'evil.test'", 'SET of rest.address'],
    ['SET rest.port = 8081', 'SET of rest.port'],
    ["SET /* x */ 'rest.address' /* y */ = 'evil.test'", 'SET of rest.address'],
    ["set 'execution.target' = 'kubernetes-session'", 'SET of execution.target'],
    ["SET 'execution.attached' = 'true'", 'SET of execution.attached'],
    ["SET 'jobmanager.rpc.address' = 'evil.test'", 'SET of jobmanager.rpc.address'],
    ["SET 'kubernetes.cluster-id' = 'other'", 'SET of kubernetes.cluster-id'],
    ["SET 'yarn.application.id' = 'other'", 'SET of yarn.application.id'],
    ["SET 'high-availability' = 'zookeeper'", 'SET of high-availability'],
    ["SET 'high-availability.zookeeper.quorum' = 'evil.test'", 'SET of high-availability.zookeeper.quorum'],
    ["SET 'fs.azure.account.key' = 'x'", 'SET of fs.azure.account.key'],
    ["SET 's3.endpoint' = 'evil.test'", 'SET of s3.endpoint'],
    ["SET '$internal.pipeline.job-id' = 'x'", 'SET of \\$internal.pipeline.job-id'],
    ["SET 'table.catalog-store.kind' = 'file'", 'SET of table.catalog-store.kind'],
    ["SET = 'x'", 'SET that cannot be read'],
  ])('%s is refused whoever has it: exit 6', (statement, what) => {
    expect(refusal(statement, OWN)).toMatchObject(refused(what))
  })

  it('a catalog is refused where the cluster keeps them for others: exit 6', () => {
    const statement = "CREATE CATALOG IF NOT EXISTS lake WITH ('type' = 'paimon')"
    expect(refusal(statement, { isOwnScript: true, catalogStore: 'file' })).toMatchObject(
      refused('CREATE CATALOG, which lasts here .*file'),
    )
    expect(drilled(whole(statement), { isOwnScript: false, catalogStore: 'generic_in_memory' }).sinks).toHaveLength(1)
  })
})

describe('sources that a drill would read beside the job', () => {
  const sources = (connector: string) => [{ name: 'src', connector, keepsIds: false }]

  it('are refused where the job would suffer, unless allowed', () => {
    expect(captured(() => checkSources(sources('postgres-cdc'), [], 'sales'))).toMatchObject({
      exitCode: 6,
      message: 'The drill of sales would read from src (postgres-cdc) beside the job: a replication slot has one reader.',
    })
    expect(checkSources(sources('postgres-cdc'), ['postgres-cdc'], 'sales')).toEqual([])
  })

  it('are told of where the job’s lag is not to be trusted meanwhile', () => {
    expect(checkSources(sources('kafka'), [], 'sales')).toEqual([expect.stringContaining('commits its offsets to Kafka')])
    expect(checkSources(sources('datagen'), [], 'sales')).toEqual([])
  })
})
