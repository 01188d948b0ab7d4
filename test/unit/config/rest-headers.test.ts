import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { headersBy, restHeaders } from '../../../src/lib/config/rest-headers.js'
import { createContext } from '../../../src/lib/context.js'
import { json, type Loopback, never, serve } from '../flink/loopback.js'

const ENV = { FLINK_REST_CLIENT_HEADERS: 'Authorization: Bearer MARKED' }

describe('the headers of FLINK_REST_CLIENT_HEADERS', () => {
  const to = (url: string, env: Record<string, string> = {}, jobManager = 'https://flink.corp/sales') => {
    const input = { headers: restHeaders(ENV), jobManager, sqlGateway: 'https://gateway.corp:8083', env }
    return headersBy(input)(url)
  }

  it.each([
    ['the JobManager that commands talk to', 'https://flink.corp/sales'],
    ['another cluster behind the same proxy: one origin', 'https://flink.corp/orders'],
    ['the SQL Gateway', 'https://gateway.corp:8083'],
  ])('go to %s', (_, url) => {
    const { headers, withheld } = to(url)
    expect(headers.get('Authorization')?.reveal()).toBe('Bearer MARKED')
    expect(withheld).toBeNull()
  })

  it.each([
    ['another host', 'https://other.corp'],
    ['another port of the host', 'https://flink.corp:8443/sales'],
    ['the host without TLS', 'http://flink.corp/sales'],
    ['a host whose name begins alike', 'https://flink.corp.evil.test/sales'],
    ['this machine, when it is not the one that was chosen', 'http://localhost:8081'],
  ])('do not go to %s, which is said', (_, url) => {
    const { headers, withheld } = to(url)
    expect(headers.size).toBe(0)
    expect(withheld).toMatch(/^\S+ is asked without FLINK_REST_CLIENT_HEADERS: they go to the JobManager that commands talk to/)
    expect(withheld).toContain('where FLINKOPS_HEADERS_TO names it')
    expect(withheld).not.toContain('MARKED')
  })

  it('go where FLINKOPS_HEADERS_TO says, as well', () => {
    const env = { FLINKOPS_HEADERS_TO: 'https://other.corp/  https://third.corp:8443' }
    expect(['https://other.corp/x', 'https://third.corp:8443', 'https://flink.corp/sales'].map((url) => to(url, env).headers.size)).toEqual(
      [1, 1, 1],
    )
    expect(() => to('https://other.corp', { FLINKOPS_HEADERS_TO: 'other.corp' })).toThrow(
      expect.objectContaining({ exitCode: 2, message: 'A URL of FLINKOPS_HEADERS_TO is not an http or https URL.' }),
    )
  })

  it.each([
    'http://flink.corp:8081',
    'http://10.0.0.7:8081',
    'http://127.0.0.1.evil.test',
    'http://localhost.evil.test',
    'http://0.0.0.0:8081',
  ])('do not go over http to another machine, also when it was chosen and named: %s', (url) => {
    const { headers, withheld } = to(url, { FLINKOPS_HEADERS_TO: url }, url)
    expect(headers.size).toBe(0)
    expect(withheld).toBe(
      `${url} is asked without FLINK_REST_CLIENT_HEADERS: over http, whoever is on the way reads them. Use https, or a port-forward to this machine.`,
    )
  })

  it.each(['http://localhost:8081', 'http://127.0.0.1:8081', 'http://127.9.9.9:8081', 'http://127.1:8081', 'http://[::1]:8081'])(
    'go over http to this machine: %s',
    (url) => {
      expect(to(url, {}, url)).toMatchObject({ withheld: null, headers: { size: 1 } })
    },
  )

  it('are not missed where none are set', () => {
    const none = headersBy({ headers: new Map(), jobManager: 'http://flink.corp', sqlGateway: null, env: {} })
    expect(none('http://flink.corp')).toEqual({ headers: new Map(), withheld: null })
    expect(none('http://other.corp').withheld).toBeNull()
  })
})

describe('what servers are sent', () => {
  let dir: string
  let servers: Loopback[]
  let problems: string[]

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'flinkops-headers-'))
    problems = []
    servers = await Promise.all(
      Array.from({ length: 3 }, () =>
        serve(({ headers }, response) => json(response, headers['authorization'] === undefined ? 401 : 200, { 'flink-version': '2.3.0' })),
      ),
    )
    for (const name of [
      'HTTP_PROXY',
      'http_proxy',
      'HTTPS_PROXY',
      'https_proxy',
      'FLINKOPS_HEADERS_TO',
      'FLINKOPS_JOBMANAGER',
      'FLINKOPS_SQL_GATEWAY',
    ])
      vi.stubEnv(name, undefined)
    vi.stubEnv('FLINK_REST_CLIENT_HEADERS', ENV.FLINK_REST_CLIENT_HEADERS)
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    await Promise.all(servers.map((server) => server.close()))
    await rm(dir, { recursive: true, force: true })
  })

  const seen = (at: number) => servers[at]?.seen.map(({ headers }) => headers['authorization'] ?? null)

  async function contextOf(jobManagers: (string | undefined)[], sqlGateway = servers[2]?.url) {
    const config = join(dir, 'flinkops.yaml')
    await writeFile(config, JSON.stringify({ contexts: { prod: { jobManagers, sqlGateway } } }))
    return createContext({
      flags: { config },
      signal: never(),
      onNotice: () => undefined,
      onProblem: ({ message }) => problems.push(message),
    })
  }

  it('only the JobManager that commands talk to and the gateway get the headers; of the others it is said', async () => {
    const context = await contextOf([servers[0]?.url, servers[1]?.url])
    await (await context.jobManager()).version(never())
    expect(problems).toEqual([])
    const [first, other] = await context.jobManagers()
    await first?.version(never())
    await expect(other?.version(never())).rejects.toMatchObject({
      code: 'NOT_AUTHORISED',
      suggestions: [expect.stringContaining(`${servers[1]?.url} is asked without FLINK_REST_CLIENT_HEADERS`)],
    })
    await (await context.sqlGateway()).runScript({ statements: [] } as never, never()).catch(() => undefined)
    expect([seen(0), seen(1), new Set(seen(2))]).toEqual([['Bearer MARKED'], [null], new Set(['Bearer MARKED'])])
    expect(problems).toEqual([expect.stringContaining(`${servers[1]?.url} is asked without`)])
    await context.jobManagers()
    expect(problems).toHaveLength(1)
  })

  it('a JobManager over http on another machine gets none, and being turned away says why', async () => {
    // On this machine this is the server, and by its name it is none of its own.
    const url = servers[0]?.url.replace('127.0.0.1', '0.0.0.0')
    const context = await contextOf([url])
    const why = `${url} is asked without FLINK_REST_CLIENT_HEADERS: over http, whoever is on the way reads them.`
    await expect((await context.jobManager()).version(never())).rejects.toMatchObject({
      exitCode: 4,
      suggestions: [expect.stringContaining(why)],
    })
    expect([seen(0), problems]).toEqual([[null], [expect.stringContaining(why)]])
  })

  it('a proxy is not asked for this machine, so that headers stay here', async () => {
    vi.stubEnv('HTTP_PROXY', servers[1]?.url)
    const context = await contextOf([servers[0]?.url])
    await (await context.jobManager()).version(never())
    expect([seen(0), seen(1)]).toEqual([['Bearer MARKED'], []])
  })
})
