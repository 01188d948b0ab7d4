import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { Secret } from '../../../src/lib/secret.js'
import { ACCOUNT, answer, CONTAINER, MARKED_KEY, MARKED_SAS, type ScriptedServer, scriptedServer } from './scripted-server.js'

const { signal } = new AbortController()
let server: ScriptedServer | undefined
afterEach(() => server?.close())

it.each([
  [301, { kind: 'key' as const, key: new Secret(MARKED_KEY) }],
  [302, { kind: 'sas' as const, token: new Secret(MARKED_SAS) }],
  [303, { kind: 'key' as const, key: new Secret(MARKED_KEY) }],
  [307, { kind: 'key' as const, key: new Secret(MARKED_KEY) }],
  [308, { kind: 'key' as const, key: new Secret(MARKED_KEY) }],
])('is not sent elsewhere by a service that answers %i', async (status, credential) => {
  const asked: string[] = []
  const stranger = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.end()
  })
  await new Promise<void>((done) => stranger.listen(0, '127.0.0.1', done))
  const location = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}/c/x`
  server = await scriptedServer([answer(status, { location })], credential)
  const reader = await server.storage.container(ACCOUNT, CONTAINER)
  const eraser = await server.storage.eraser(ACCOUNT, CONTAINER)
  const blobs = ['x', 'y'].map((name) => ({ name, etag: '0x1' }))
  await Promise.allSettled([
    reader.exists({ signal }),
    reader.stat({ name: 'x', signal }),
    reader.read({ name: 'x', signal }),
    reader.list({ signal })[Symbol.asyncIterator]().next(),
    eraser.delete({ blobs, signal }),
    server.storage.record({ account: ACCOUNT, container: CONTAINER, runId: 'r', file: 'plan.json', json: Buffer.from('{}'), signal }),
  ])
  await new Promise((done) => stranger.close(done))
  expect(server.requests.length).toBeGreaterThan(4)
  expect(asked).toEqual([])
})
