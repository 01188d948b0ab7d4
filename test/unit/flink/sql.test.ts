import { afterEach, describe, expect, it } from 'vitest'
import { EXIT } from '../../../src/lib/errors.js'
import { splitScript } from '../../../src/lib/flink/script.js'
import { createSqlGateway } from '../../../src/lib/flink/sql.js'
import { crash, JOB, json, type Loopback, never, refuse, type Seen, serve } from './loopback.js'

let server: Loopback
afterEach(() => server.close())

interface Fake {
  versions?: string[]
  /** Answers the result of the statement, after one NOT_READY. */
  result?: (statement: string, response: Parameters<typeof json>[0]) => boolean
}

async function gateway({ versions = ['V1', 'V2', 'V3', 'V4'], result = () => false }: Fake = {}) {
  const statements: string[] = []
  const looks = new Map<string, number>()
  server = await serve((seen, response) => {
    if (seen.path === '/p/api_versions') return json(response, 200, { versions })
    if (seen.method === 'POST' && /^\/p\/v\d\/sessions$/.test(seen.path)) return json(response, 200, { sessionHandle: 's-1' })
    if (seen.method === 'DELETE') return json(response, 200, { status: 'CLOSED' })
    if (seen.path.endsWith('/statements')) {
      statements.push(JSON.parse(seen.body).statement)
      return json(response, 200, { operationHandle: `o-${statements.length}` })
    }
    return answerResult(seen, response)
  })

  function answerResult(seen: Seen, response: Parameters<typeof json>[0]) {
    const [, number = '', token = ''] = /operations\/o-(\d+)\/result\/(\d+)/.exec(seen.path) ?? []
    const text = statements[Number(number) - 1] ?? ''
    const look = (looks.get(number) ?? 0) + 1
    looks.set(number, look)
    const uri = (next: string) => seen.path.replace('/p/', '/').replace(/result\/\d+/, `result/${next}`)
    if (look === 1) return json(response, 200, { resultType: 'NOT_READY', nextResultUri: uri('0') })
    if (result(text, response)) return undefined
    if (token === '0') return json(response, 200, { resultType: 'PAYLOAD', isQueryResult: false, ...jobOf(text), nextResultUri: uri('1') })
    return json(response, 200, { resultType: 'EOS', isQueryResult: false })
  }
  return createSqlGateway({ url: `${server.url}/p`, pollMs: 1, patienceMs: 0 })
}

const jobOf = (text: string) => (/^(?:INSERT|END|EXECUTE)/.test(text) ? { jobID: JOB } : {})
const posted = (): { statement: string; executionConfig?: unknown }[] =>
  server.seen.filter(({ path }) => path.endsWith('/statements')).map(({ body }) => JSON.parse(body))
const isClosed = (seen: Seen[]) => seen.some(({ method, path }) => method === 'DELETE' && path.endsWith('/sessions/s-1'))
const restore = { path: 'wasbs://c@a/s', claimMode: 'NO_CLAIM', allowNonRestoredState: false } as const

describe('a script', () => {
  const script = "SET 'pipeline.name' = 'x';\nCREATE TABLE a (b INT);\nINSERT INTO a SELECT 1;"

  it('runs in one session of the newest common version, which is closed', async () => {
    const client = await gateway()
    expect(await client.runScript({ statements: splitScript(script), flinkVersion: '2.3.0' }, never())).toEqual([JOB])
    expect(posted()).toEqual([
      { statement: "SET 'pipeline.name' = 'x'" },
      { statement: 'CREATE TABLE a (b INT)' },
      { statement: 'INSERT INTO a SELECT 1', executionConfig: { 'table.dml-sync': 'false' } },
    ])
    expect(server.seen.find(({ path }) => path === '/p/v4/sessions')?.body).toBe('{}')
    expect(isClosed(server.seen)).toBe(true)
    expect(server.seen.some(({ method, path }) => method === 'GET' && path.endsWith('/sessions/s-1'))).toBe(false)
  })

  it.each([
    ["CREATE CATALOG lake WITH ('type' = 'paimon');", true, '{"properties":{"table.catalog-store.kind":"generic_in_memory"}}'],
    ["CREATE CATALOG lake WITH ('type' = 'paimon');", false, '{}'],
    ['', true, '{}'],
  ])('that is watched apart keeps its catalogs to itself: %j (%s)', async (before, isApart, body) => {
    const client = await gateway()
    const isolation = { name: 'drill of x', checkpointDirectory: 'wasbs://c@a/d', checkpointIntervalMs: 5000 }
    const statements = splitScript(`${before} INSERT INTO a SELECT 1`)
    await client.runScript({ statements, flinkVersion: '2.3.0', ...(isApart && { isolation }) }, never())
    expect(server.seen.find(({ path }) => path === '/p/v4/sessions')?.body).toBe(body)
  })

  it.each([
    [['V1'], 'v1'],
    [['V1', 'V2'], 'v2'],
    [['V1', 'V2', 'V3'], 'v3'],
    [['V4', 'V5'], 'v4'],
  ])('speaks to a gateway of %j as %s', async (versions, version) => {
    const client = await gateway({ versions })
    await client.runScript({ statements: splitScript('SELECT 1'), flinkVersion: '1.16.0' }, never())
    expect(server.seen.some(({ path }) => path === `/p/${version}/sessions`)).toBe(true)
  })

  it('gives no statement to a gateway it does not understand', async () => {
    const client = await gateway({ versions: ['V9'] })
    await expect(client.runScript({ statements: splitScript('SELECT 1'), flinkVersion: '9.0' }, never())).rejects.toMatchObject({
      exitCode: EXIT.unreachable,
    })
  })

  it.each([
    ['1.19.1', 'execution.savepoint.path'],
    ['1.20.0', 'execution.state-recovery.path'],
  ])('restores on %s by %s, on the job alone', async (flinkVersion, key) => {
    const client = await gateway()
    await client.runScript({ statements: splitScript(script), restore, flinkVersion }, never())
    expect(posted().map(({ executionConfig }) => executionConfig)).toEqual([
      undefined,
      undefined,
      expect.objectContaining({ [key]: 'wasbs://c@a/s' }),
    ])
  })

  it('gives the chosen job id to the statement that starts the job, with or without a restore', async () => {
    const client = await gateway()
    const jobId = 'c'.repeat(32)
    await client.runScript({ statements: splitScript(script), jobId, flinkVersion: '2.3.0' }, never())
    await client.runScript({ statements: splitScript(script), jobId, restore, flinkVersion: '2.3.0' }, never())
    const configs = posted().map(({ executionConfig }) => executionConfig)
    expect(configs).toEqual([
      undefined,
      undefined,
      { '$internal.pipeline.job-id': jobId, 'table.dml-sync': 'false' },
      undefined,
      undefined,
      expect.objectContaining({ '$internal.pipeline.job-id': jobId, 'execution.state-recovery.path': 'wasbs://c@a/s' }),
    ])
  })

  it('tells the job at once, and says so when a statement behind it fails', async () => {
    const started: string[] = []
    const client = await gateway({
      result: (text, response) => {
        if (!text.startsWith('SHOW')) return false
        crash(response, 'a.XException: No such thing.')
        return true
      },
    })
    const statements = splitScript(`${script}\nSHOW THINGS;`)
    const run = client.runScript({ statements, flinkVersion: '2.3.0', onStarted: async (jobId) => void started.push(jobId) }, never())
    await expect(run).rejects.toMatchObject({
      code: 'SQL_FAILED_AFTER_START',
      exitCode: EXIT.failedOnCluster,
      message: expect.stringContaining(`Before it, the script started job ${JOB}, which goes on.`),
    })
    expect(started).toEqual([JOB])
  })

  it('restores a BEGIN STATEMENT SET at its END', async () => {
    const client = await gateway({
      result: (text, response) => {
        if (!text.startsWith('INSERT')) return false
        json(response, 200, { resultType: 'EOS', isQueryResult: false })
        return true
      },
    })
    const set = 'BEGIN STATEMENT SET; INSERT INTO a SELECT 1; INSERT INTO b SELECT 1; END;'
    expect(await client.runScript({ statements: splitScript(set), restore, flinkVersion: '2.0.0' }, never())).toEqual([JOB])
    expect(posted().flatMap(({ statement, executionConfig }) => (executionConfig ? [statement] : []))).toEqual(['END'])
  })

  it.each([
    ['SELECT 1', /starts no job/],
    ['INSERT INTO a SELECT 1;\nINSERT INTO b SELECT 1;', /starts 2 jobs \(lines 1, 2\)/],
  ])('that cannot be restored as one is refused before anything is asked: %s', async (text, message) => {
    const client = await gateway()
    await expect(client.runScript({ statements: splitScript(text), restore, flinkVersion: '2.0.0' }, never())).rejects.toThrow(message)
    expect(server.seen).toEqual([])
  })

  it('stops at the statement that fails, names its line, and closes the session', async () => {
    const client = await gateway({
      result: (text, response) => {
        if (!text.startsWith('CREATE')) return false
        crash(
          response,
          'a.SqlGatewayException: Failed to fetchResults.\nCaused by: b.TableAlreadyExistException: Table a already exists.\n\tat c.D.e(D.java:1)',
        )
        return true
      },
    })
    await expect(client.runScript({ statements: splitScript(script), flinkVersion: '2.3.0' }, never())).rejects.toMatchObject({
      code: 'SQL_FAILED',
      exitCode: EXIT.failedOnCluster,
      message: 'The statement at line 2 failed: Table a already exists.',
    })
    expect(posted()).toHaveLength(2)
    expect(isClosed(server.seen)).toBe(true)
  })

  it('that is interrupted closes its session too', async () => {
    const reason = new Error('interrupted')
    const controller = new AbortController()
    const client = await gateway({
      result: (_, response) => {
        controller.abort(reason)
        response.destroy()
        return true
      },
    })
    await expect(client.runScript({ statements: splitScript(script), flinkVersion: '2.3.0' }, controller.signal)).rejects.toBe(reason)
    expect(isClosed(server.seen)).toBe(true)
  })

  it('with an endless query goes on after its first page', async () => {
    const client = await gateway({
      result: (text, response) => {
        if (!text.startsWith('SELECT')) return false
        json(response, 200, { resultType: 'PAYLOAD', isQueryResult: true, jobID: 'f'.repeat(32), nextResultUri: '/x/result/1' })
        return true
      },
    })
    expect(await client.runScript({ statements: splitScript('SELECT 1; INSERT INTO a SELECT 1'), flinkVersion: '2.3.0' }, never())).toEqual(
      [JOB],
    )
    expect(server.seen.some(({ method, path }) => method === 'DELETE' && path.endsWith('/operations/o-1/close'))).toBe(true)
  })

  it.each(['SELECT 1', 'VALUES (1)', 'WITH x AS (SELECT 1) SELECT * FROM x', '(SELECT 1) UNION ALL (SELECT 2)', 'TABLE a', 'select 1'])(
    'has a query (%s) run under a name of its own, without a restore and without checkpoints that stay',
    async (query) => {
      const client = await gateway()
      const statements = splitScript(`SET 'pipeline.name' = 'x'; ${query}; INSERT INTO a SELECT 1`)
      await client.runScript({ statements, restore, jobId: JOB, flinkVersion: '2.3.0' }, never())
      expect(posted()[1]).toEqual({
        statement: query,
        executionConfig: {
          'pipeline.name': 'flinkops query of line 1',
          'execution.checkpointing.externalized-checkpoint-retention': 'DELETE_ON_CANCELLATION',
        },
      })
    },
  )

  it.each([
    "SET 'table.dml-sync' = 'true'; INSERT INTO a SELECT 1",
    "SET 'table.dml-sync' = 'true'; EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 1; END",
    "SET 'table.dml-sync' = 'true'; BEGIN STATEMENT SET; INSERT INTO a SELECT 1; END",
    "SET 'table.dml-sync' = 'true'; EXECUTE PLAN '/plan.json'",
  ])('is never awaited by the gateway, which would cancel the job with the session: %s', async (text) => {
    const client = await gateway()
    await client.runScript({ statements: splitScript(text), flinkVersion: '2.3.0' }, never())
    expect(posted().at(-1)?.executionConfig).toEqual({ 'table.dml-sync': 'false' })
  })
})

it('a gateway without sessions is told from one that is gone', async () => {
  server = await serve(({ path }, response) =>
    path === '/api_versions' ? json(response, 200, { versions: ['V2'] }) : refuse(response, 500, 'x.YException: Too many sessions open.'),
  )
  const run = createSqlGateway({ url: server.url, patienceMs: 0 }).runScript(
    { statements: splitScript('SELECT 1'), flinkVersion: '2.0.0' },
    never(),
  )
  await expect(run).rejects.toMatchObject({
    code: 'SQL_GATEWAY_ERROR',
    message: 'The SQL Gateway opened no session: Too many sessions open.',
  })
})
