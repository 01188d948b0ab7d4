import { getEventListeners } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { EXIT } from '../../../src/lib/errors.js'
import { createHttp, type HttpOptions } from '../../../src/lib/flink/http.js'
import { Secret } from '../../../src/lib/secret.js'
import { HANDLER, json, type Loopback, never, refuse, serve } from './loopback.js'

let server: Loopback | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
  vi.unstubAllEnvs()
})

function http(url: string, options: Partial<HttpOptions> = {}) {
  return createHttp({ url, server: 'JobManager', patienceMs: 0, ...options })
}

const get = (path = '/v1/overview') => ({ method: 'GET', path, signal: never() }) as const

describe('an answer', () => {
  it('of Flink comes through, error or not', async () => {
    server = await serve(({ path }, response) => (path === '/ok' ? json(response, 200, { a: 1 }) : refuse(response, 404, `${HANDLER}No.`)))
    expect(await http(server.url).send(get('/ok'))).toMatchObject({ status: 200, body: { a: 1 }, errors: [] })
    expect(await http(server.url).send(get('/no'))).toMatchObject({ status: 404, errors: [`${HANDLER}No.`] })
  })

  it.each([
    [401, 'text/html', '<html>', 'NOT_AUTHORISED', EXIT.notAuthorised, 'HTTP 401'],
    [403, 'application/json', '{"errors":["no"]}', 'NOT_AUTHORISED', EXIT.notAuthorised, 'HTTP 403'],
    [200, 'text/html', '<!DOCTYPE html><html>', 'UNREACHABLE', EXIT.unreachable, "HTML, not JSON: is this a proxy's login page?"],
    [404, 'text/html', '<html>', 'UNREACHABLE', EXIT.unreachable, 'HTML, not JSON'],
    [200, 'application/json', '{"cut', 'UNREACHABLE', EXIT.unreachable, 'neither JSON nor HTML'],
    [200, 'application/json', '', 'UNREACHABLE', EXIT.unreachable, 'neither JSON nor HTML'],
    [413, 'text/html', '<html>', 'UPLOAD_TOO_LARGE', EXIT.failedOnCluster, 'HTTP 413'],
    [504, 'text/html', '<html>', 'UNREACHABLE', EXIT.unreachable, 'a proxy cannot reach it'],
    [
      503,
      'application/json',
      '{"errors":["Service temporarily unavailable."]}',
      'UNREACHABLE',
      EXIT.unreachable,
      'Service temporarily unavailable.',
    ],
  ])('%d %s %j is %s', async (status, type, text, code, exitCode, message) => {
    server = await serve((_, response) => response.writeHead(status, { 'content-type': type }).end(text))
    await expect(http(server.url).send(get())).rejects.toMatchObject({ code, exitCode, message: expect.stringContaining(message) })
  })

  it('that redirects is reported, never followed, and its query is not shown', async () => {
    server = await serve((_, response) => response.writeHead(302, { location: 'https://login.example/x?state=MARK' }).end())
    const error = await http(server.url)
      .send(get())
      .catch((thrown: Error) => thrown)
    expect(error).toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringMatching(/redirects to https:\/\/login\.example \(HTTP 302\)$/),
    })
    expect(server.seen).toHaveLength(1)
  })
})

describe('a lost connection', () => {
  it('refused is told at once, after a short patience', async () => {
    const gone = createServer()
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
    const { port } = gone.address() as AddressInfo
    await new Promise((resolve) => gone.close(resolve))
    const started = Date.now()
    await expect(http(`http://127.0.0.1:${port}`, { patienceMs: 500 }).send(get())).rejects.toMatchObject({
      code: 'UNREACHABLE',
      exitCode: EXIT.unreachable,
      message: `Cannot reach the JobManager at http://127.0.0.1:${port}: connection refused`,
    })
    expect(Date.now() - started).toBeLessThan(3000)
  })

  it('that breaks off is tried again, as are 503 and 502', async () => {
    let calls = 0
    server = await serve((_, response, request) => {
      calls++
      if (calls === 1) request.socket.destroy()
      else if (calls === 2) response.writeHead(503, { 'content-type': 'application/json' }).end('{"errors":["Not now."]}')
      else if (calls === 3) response.writeHead(502, { 'content-type': 'text/html' }).end('<html>')
      else json(response, 200, {})
    })
    expect(await http(server.url, { patienceMs: 10_000 }).send(get())).toMatchObject({ status: 200 })
    expect(calls).toBe(4)
  })

  it('that breaks off within the body is tried again', async () => {
    let calls = 0
    server = await serve((_, response) => {
      if (++calls > 1) return json(response, 200, { whole: true })
      response.writeHead(200, { 'content-length': '100' })
      response.write('{"cut', () => response.destroy())
    })
    expect(await http(server.url, { patienceMs: 5000 }).send(get())).toMatchObject({ body: { whole: true } })
  })

  it('a 500 of 1.15 while it starts is tried again, another 500 is not', async () => {
    let calls = 0
    server = await serve((_, response) =>
      refuse(response, 500, ++calls === 1 ? 'Discard message, the endpoint has not been started yet.' : 'Broken.'),
    )
    expect(await http(server.url, { patienceMs: 5000 }).send(get())).toMatchObject({ status: 500, errors: ['Broken.'] })
    expect(calls).toBe(2)
  })

  it('a POST is sent once unless it is repeatable', async () => {
    let calls = 0
    server = await serve((_, response, request) => {
      calls++
      if (calls > 1 && calls < 3) request.socket.destroy()
      else if (calls === 1) request.socket.destroy()
      else json(response, 202, {})
    })
    const post = { method: 'POST', path: '/x', body: {}, signal: never() } as const
    await expect(http(server.url, { patienceMs: 5000 }).send(post)).rejects.toMatchObject({ code: 'UNREACHABLE' })
    expect(calls).toBe(1)
    expect(await http(server.url, { patienceMs: 5000 }).send({ ...post, repeatable: true })).toMatchObject({ status: 202 })
    expect(calls).toBe(3)
  })
})

describe('time', () => {
  it('a server that never answers is given up after the deadline', async () => {
    server = await serve(() => undefined)
    await expect(http(server.url, { requestTimeoutMs: 100 }).send(get())).rejects.toMatchObject({
      exitCode: EXIT.unreachable,
      message: expect.stringContaining('no answer within 0.1 s'),
    })
  })

  it('an abort ends a request, and a pause between two', async () => {
    server = await serve((_, response) => refuse(response, 503, 'Not now.'))
    const reason = new Error('interrupted')
    const controller = new AbortController()
    const waiting = http(server.url, { patienceMs: 60_000 }).send({ ...get(), signal: controller.signal })
    setTimeout(() => controller.abort(reason), 300)
    await expect(waiting).rejects.toBe(reason)
    await server.close()

    server = await serve(() => undefined)
    const second = new AbortController()
    const hanging = http(server.url).send({ ...get(), signal: second.signal })
    setTimeout(() => second.abort(reason), 50)
    await expect(hanging).rejects.toBe(reason)
  })

  it("leaves no listeners behind on the caller's signal", async () => {
    server = await serve((_, response) => json(response, 200, {}))
    const { signal } = new AbortController()
    const client = http(server.url)
    for (let call = 0; call < 20; call++) await client.send({ ...get(), signal })
    expect(getEventListeners(signal, 'abort').length).toBeLessThan(3)
  })
})

describe('the way there', () => {
  it('keeps a path prefix, sends the extra headers, and shows no credentials of the URL', async () => {
    server = await serve((_, response) => json(response, 200, {}))
    const client = http(`${server.url.replace('//', '//us%40er:pa:ss@')}/flink/prod/`, {
      headers: new Map([['X-Token', new Secret('t0ken')]]),
    })
    await client.send(get())
    expect(client.url).toBe(`${server.url}/flink/prod`)
    expect(server.seen[0]).toMatchObject({ path: '/flink/prod/v1/overview' })
    expect(server.seen[0]?.headers).toMatchObject({
      'x-token': 't0ken',
      authorization: `Basic ${Buffer.from('us@er:pa:ss').toString('base64')}`,
    })
  })

  it.each(['localhost:8081', 'ftp://x', ''])('%j is no address', (url) => {
    expect(() => http(url)).toThrow(expect.objectContaining({ exitCode: EXIT.usage }))
  })

  it('goes through the proxy of the environment when asked to, except where NO_PROXY says', async () => {
    const target = await serve((_, response) => json(response, 200, { direct: true }))
    server = target
    const connects: string[] = []
    const proxy = createServer((socket) =>
      socket.once('data', (data) => {
        connects.push(data.toString().split('\r\n')[0] ?? '')
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n')
      }),
    )
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    vi.stubEnv('http_proxy', `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`)
    vi.stubEnv('no_proxy', '')
    await expect(http(target.url, { proxy: true }).send(get())).rejects.toMatchObject({ exitCode: expect.any(Number) })
    expect(connects).toHaveLength(1)
    vi.stubEnv('no_proxy', '127.0.0.1')
    expect(await http(target.url, { proxy: true }).send(get())).toMatchObject({ body: { direct: true } })
    await new Promise((resolve) => proxy.close(resolve))
  })
})
