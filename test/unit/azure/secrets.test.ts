import { inspect } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import type { Credential } from '../../../src/lib/access.js'
import { createStorage } from '../../../src/lib/azure/storage.js'
import type { DeleteOutcome } from '../../../src/lib/ports-erase.js'
import { Secret } from '../../../src/lib/secret.js'
import {
  ACCOUNT,
  type Answer,
  answer,
  CONTAINER,
  MARKED_KEY,
  MARKED_SAS,
  refusal,
  type ScriptedServer,
  scriptedServer,
} from './scripted-server.js'

const { signal } = new AbortController()
let server: ScriptedServer | undefined
afterEach(() => server?.close())

const credentials: [string, Credential][] = [
  ['key', { kind: 'key', key: new Secret(MARKED_KEY) }],
  ['sas', { kind: 'sas', token: new Secret(MARKED_SAS) }],
]
const failures: [string, Answer][] = [
  ['403', refusal(403, 'AuthenticationFailed')],
  ['400', refusal(400, 'InvalidUri')],
  ['404', refusal(404, 'ContainerNotFound')],
  ['503', refusal(503, 'ServerBusy')],
  ['torn XML', answer(200, {}, '<a><b')],
  ['a cut connection', (_, response) => response.destroy()],
]
const cases = credentials.flatMap(([kind, credential]) => failures.map(([failure, scripted]) => ({ kind, credential, failure, scripted })))

/** Everything a careless logger could print. */
function everything(error: unknown): string {
  const own = error instanceof Error ? JSON.stringify(Object.getOwnPropertyNames(error).map((name) => Reflect.get(error, name))) : ''
  return inspect(error, { depth: 10, showHidden: true, getters: true }) + JSON.stringify(error) + own
}

/** What an eraser says instead of throwing. */
async function raised(outcomes: Promise<DeleteOutcome[]>): Promise<void> {
  for (const outcome of await outcomes) if (outcome.state === 'hopeless') throw outcome.error
}

describe('no error carries a credential, a header or a URL', () => {
  it.each(cases)('$kind, $failure', async ({ credential, scripted }) => {
    server = await scriptedServer([scripted], credential)
    const reader = await server.storage.container(ACCOUNT, CONTAINER)
    const eraser = await server.storage.eraser(ACCOUNT, CONTAINER)
    const attempts = [
      reader.exists({ signal }),
      reader.read({ name: 'x', signal }),
      reader.protection({ signal }),
      raised(eraser.delete({ blobs: [{ name: 'x', etag: '0x1' }], signal })),
      raised(eraser.delete({ blobs: ['x', 'y'].map((name) => ({ name, etag: '0x1' })), signal })),
      server.storage.acquire({ account: ACCOUNT, container: CONTAINER, runId: 'r', signal }),
    ]
    for (const result of await Promise.allSettled(attempts)) {
      if (result.status === 'fulfilled') continue
      expect(everything(result.reason)).not.toMatch(/MARKED|TUFSS0VE|sig=|authorization"?:|SharedKey/i)
    }
  })

  it('nor does one about a connection string, or about its own storage object', async () => {
    const credential: Credential = { kind: 'connectionString', value: new Secret(`AccountName=a;AccountKey=${MARKED_KEY}`) }
    const storage = createStorage({ accessFor: (account) => ({ account, endpoint: null, credential, source: 'test' }) })
    const error = await storage.container(ACCOUNT, CONTAINER).catch((thrown: unknown) => thrown)
    expect(everything([error, storage])).not.toContain(MARKED_KEY)
    expect(error).toMatchObject({ exitCode: 2 })
  })

  it('refuses an identity over plain http before it asks for a token', async () => {
    server = await scriptedServer([answer(200)], { kind: 'identity', which: 'default' })
    await expect(server.storage.container(ACCOUNT, CONTAINER)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('cannot be used over plain http'),
    })
    expect(server.requests).toEqual([])
  })
})
