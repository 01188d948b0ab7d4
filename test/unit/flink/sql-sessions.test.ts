import { afterEach, describe, expect, it } from 'vitest'
import { EXIT } from '../../../src/lib/errors.js'
import { splitScript } from '../../../src/lib/flink/script.js'
import { jobsOf } from '../../../src/lib/flink/script-jobs.js'
import { createSqlGateway } from '../../../src/lib/flink/sql.js'
import type { SharedSqlGateway } from '../../../src/lib/ports.js'
import { json, type Loopback, never, refuse, serve } from './loopback.js'

let server: Loopback
afterEach(() => server.close())

/** `fails`: how often a statement that begins so fails, and with which status. */
async function gateway(fails: { text: string; status: number; times: number } | null = null): Promise<SharedSqlGateway> {
  let sessions = 0
  let failures = 0
  const texts: string[] = []
  server = await serve((seen, response) => {
    if (seen.path === '/api_versions') return json(response, 200, { versions: ['V4'] })
    if (seen.method === 'POST' && seen.path === '/v4/sessions') return json(response, 200, { sessionHandle: `s-${++sessions}` })
    if (seen.method === 'DELETE') return json(response, 200, { status: 'CLOSED' })
    if (seen.path.endsWith('/statements')) {
      const text: string = JSON.parse(seen.body).statement
      if (fails !== null && text.startsWith(fails.text) && failures++ < fails.times)
        return refuse(response, fails.status, 'x.YException: No.')
      texts.push(text)
      return json(response, 200, { operationHandle: `o-${texts.length}` })
    }
    const text = texts[Number(/o-(\d+)/.exec(seen.path)?.[1]) - 1] ?? ''
    return json(response, 200, { resultType: 'EOS', isQueryResult: false, ...(/^(INSERT|END)/.test(text) && { jobID: 'a'.repeat(32) }) })
  })
  return createSqlGateway({ url: server.url, pollMs: 1, patienceMs: 0 }).share()
}

const SCRIPT = `CREATE CATALOG lake WITH ('type' = 'paimon');
USE CATALOG lake;
DROP TABLE IF EXISTS out1;
CREATE TABLE out1 (id BIGINT);
CALL sys.compact('out1'); CALL sys.compact('out1');
ADD JAR '/udf.jar';
SET 'pipeline.name' = 'orders';
INSERT INTO out1 SELECT 1;
SET 'pipeline.name' = 'customers';
CREATE TABLE out2 (id BIGINT);
INSERT INTO out2 SELECT 1;
SET 'pipeline.name' = 'stock';
BEGIN STATEMENT SET; INSERT INTO out3 SELECT 1; INSERT INTO out4 SELECT 1; END;
ALTER TABLE out1 SET ('a' = 'b');`

/** The jobs, as they are read anew for each job of a window. */
const jobs = (text = SCRIPT) => jobsOf(splitScript(text))

/** Starts the n-th job of the script, from a restore point of its own. */
function start(client: SharedSqlGateway, at: number, text = SCRIPT, origin = 'a'): Promise<string[]> {
  const job = jobs(text)[at]
  if (job === undefined) throw new Error('no such job')
  const restore = { path: `wasbs://c@a/${job.name}`, claimMode: 'NO_CLAIM', allowNonRestoredState: false } as const
  const { statements, own } = job
  return client.runScript({ statements, part: { origin, own }, restore, jobId: String(at).repeat(32), flinkVersion: '2.3.0' }, never())
}

const posts = () =>
  server.seen
    .filter(({ path }) => path.endsWith('/statements'))
    .map(({ path, body }) => ({
      session: path.split('/')[3],
      ...(JSON.parse(body) as { statement: string; executionConfig?: Record<string, string> }),
    }))
const texts = () => posts().map(({ statement }) => statement)
const everyOne = () => splitScript(SCRIPT).map(({ text }) => text)
const closed = () => server.seen.filter(({ method }) => method === 'DELETE').map(({ path }) => path)

describe('the jobs of one script', () => {
  it('share a session, in which each statement runs once and in order', async () => {
    const client = await gateway()
    for (const at of [0, 1, 2]) await start(client, at)

    expect(texts()).toEqual(everyOne())
    expect(new Set(posts().map(({ session }) => session))).toEqual(new Set(['s-1']))
    expect(closed()).toEqual([])
    await client.close()
    expect(closed()).toEqual(['/v4/sessions/s-1'])
  })

  it('have each a restore point and an id of its own, given to its statement alone', async () => {
    const client = await gateway()
    for (const at of [0, 1, 2]) await start(client, at)

    const own = posts().flatMap(({ statement, executionConfig }) => (executionConfig ? [[statement, executionConfig] as const] : []))
    expect(own.map(([statement]) => statement)).toEqual(['INSERT INTO out1 SELECT 1', 'INSERT INTO out2 SELECT 1', 'END'])
    expect(own.map(([, config]) => config['execution.state-recovery.path'])).toEqual(
      ['orders', 'customers', 'stock'].map((name) => `wasbs://c@a/${name}`),
    )
    expect(own.map(([, config]) => config['$internal.pipeline.job-id'])).toEqual(['0', '1', '2'].map((digit) => digit.repeat(32)))
  })

  it('run no statement twice when a later one comes first, and still see their own settings', async () => {
    const client = await gateway()
    await start(client, 1)
    await start(client, 0)

    const twice = texts().filter((text, at) => texts().indexOf(text) !== at && !text.startsWith('CALL'))
    expect(twice.every((text) => /^(?:SET|USE)\b/.test(text))).toBe(true)
    expect(texts().filter((text) => text.startsWith('CALL'))).toHaveLength(2)
    const last = texts().lastIndexOf('INSERT INTO out1 SELECT 1')
    expect(
      texts()
        .slice(0, last)
        .findLast((text) => /^(?:RE)?SET 'pipeline/.test(text)),
    ).toBe("SET 'pipeline.name' = 'orders'")
    expect(texts()).toContain('RESET')
  })

  it('are not those of another script, or of the same one with other values', async () => {
    const client = await gateway()
    await start(client, 0)
    await start(client, 0, SCRIPT, 'b')

    expect(new Set(posts().map(({ session }) => session))).toEqual(new Set(['s-1', 's-2']))
    await client.close()
    expect(closed()).toEqual(['/v4/sessions/s-1', '/v4/sessions/s-2'])
  })
})

describe('a statement that fails', () => {
  it('is the one to go on with: what is through is not run again', async () => {
    const client = await gateway({ text: 'CREATE TABLE out1', status: 500, times: 1 })
    await expect(start(client, 0)).rejects.toMatchObject({ exitCode: EXIT.failedOnCluster })
    await start(client, 0)

    expect(texts().filter((text) => text.startsWith('DROP'))).toHaveLength(1)
    expect(texts().filter((text) => text.startsWith('CREATE TABLE out1'))).toHaveLength(2)
  })

  it('because the gateway is away has the script begun anew, while no job of it can run', async () => {
    const client = await gateway({ text: 'CREATE TABLE out1', status: 502, times: 1 })
    await expect(start(client, 0)).rejects.toMatchObject({ exitCode: EXIT.unreachable })
    await start(client, 0)

    expect(texts().filter((text) => text.startsWith('DROP'))).toHaveLength(2)
  })

  it('behind or in the place of a job never has the script begun anew: that job may run', async () => {
    const client = await gateway({ text: 'INSERT INTO out1', status: 502, times: 1 })
    await expect(start(client, 0)).rejects.toMatchObject({ exitCode: EXIT.unreachable })
    await start(client, 0)
    await start(client, 1)

    expect(texts().filter((text) => text.startsWith('DROP'))).toHaveLength(1)
    expect(new Set(posts().map(({ session }) => session))).toEqual(new Set(['s-1']))
  })
})
