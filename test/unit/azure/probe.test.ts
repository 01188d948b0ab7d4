import type { IncomingMessage } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { RIGHTS } from '../../../src/lib/ports-probe.js'
import {
  ACCOUNT,
  type Answer,
  answer,
  BLOB_HEADERS,
  CONTAINER,
  listing,
  refusal,
  type ScriptedServer,
  scriptedServer,
} from './scripted-server.js'

type Step = 'list' | 'write' | 'read' | 'acquire' | 'release' | 'delete'

const GRANTED: Record<Step, Answer> = {
  list: listing([]),
  write: answer(201, BLOB_HEADERS),
  read: (request, response) => answer(200, BLOB_HEADERS, request.method === 'HEAD' ? '' : 'hello')(request, response),
  acquire: answer(201, { ...BLOB_HEADERS, 'x-ms-lease-id': 'x' }),
  release: answer(200, BLOB_HEADERS),
  delete: answer(202, { 'x-ms-delete-type-permanent': 'false' }),
}

const { signal } = new AbortController()
let server: ScriptedServer | undefined
afterEach(() => server?.close())

async function probe(answers: Partial<Record<Step, Answer>> = {}) {
  const script = { ...GRANTED, ...answers }
  server = await scriptedServer([(request, response) => script[stepOf(request)](request, response)])
  return server.storage.probe({ account: ACCOUNT, container: CONTAINER, signal })
}

function stepOf({ method, url = '', headers }: IncomingMessage): Step {
  if (url.includes('comp=list')) return 'list'
  if (url.includes('comp=lease')) return headers['x-ms-lease-action'] === 'acquire' ? 'acquire' : 'release'
  if (method === 'DELETE') return 'delete'
  return method === 'PUT' ? 'write' : 'read'
}

const states = (trial: Awaited<ReturnType<typeof probe>>) => RIGHTS.map((right) => trial.rights[right].state)

describe('trying the rights in a container', () => {
  it('touches one blob of its own below _flinkops/doctor/, and takes it away again', async () => {
    const trial = await probe()
    expect(states(trial)).toEqual(['allowed', 'allowed', 'allowed', 'allowed', 'allowed'])
    const touched = new Set(server?.requests.flatMap((one) => /flink\/(_flinkops\/doctor\/[0-9a-f-]{36})/.exec(one)?.[1] ?? []))
    expect(touched.size).toBe(1)
    expect(server?.requests.filter((one) => !one.includes('comp=list')).every((one) => one.includes([...touched][0] ?? '-'))).toBe(true)
    expect(server?.requests.at(-1)).toMatch(/^DELETE /)
  })

  it.each([
    ['list', { list: refusal(403, 'AuthorizationPermissionMismatch') }],
    ['read', { read: refusal(403, 'AuthorizationPermissionMismatch') }],
    ['write', { write: refusal(403, 'AuthorizationPermissionMismatch') }],
    ['lease', { acquire: refusal(403, 'AuthorizationPermissionMismatch') }],
    ['delete', { delete: refusal(403, 'AuthorizationPermissionMismatch') }],
  ] as const)('finds that %s alone is denied, and goes on with the others', async (right, answers) => {
    const trial = await probe(answers)
    expect(states(trial)).toEqual(RIGHTS.map((one) => (one === right ? 'denied' : 'allowed')))
    expect(trial.rights[right]).toMatchObject({ reason: expect.stringContaining('AuthorizationPermissionMismatch') })
    expect(trial.leftBehind !== null).toBe(right === 'delete')
  })

  it('takes "no such blob" for a right that is there: it is asked for before the blob is looked for', async () => {
    const gone = refusal(404, 'BlobNotFound')
    const trial = await probe({ write: refusal(403, 'AuthorizationPermissionMismatch'), read: gone, acquire: gone, delete: gone })
    expect(states(trial)).toEqual(['allowed', 'allowed', 'denied', 'allowed', 'allowed'])
    expect(trial).toMatchObject({ isVersioned: null, leftBehind: null })
  })

  it('calls what a policy forbids neither allowed nor denied', async () => {
    const trial = await probe({ delete: refusal(409, 'BlobImmutableDueToPolicy') })
    expect(trial.rights.delete).toMatchObject({ state: 'unknown', reason: expect.stringContaining('BlobImmutableDueToPolicy') })
    expect(trial.leftBehind).toMatch(/^_flinkops\/doctor\//)
  })

  it('writes nothing where the container is missing, or the account ails', async () => {
    expect(await probe({ list: refusal(404, 'ContainerNotFound') })).toMatchObject({ exists: false })
    expect(server?.requests).toHaveLength(1)
    await server?.close()
    const trial = await probe({ list: refusal(503, 'ServerBusy') })
    expect(new Set(states(trial))).toEqual(new Set(['unknown']))
    expect(server?.requests.every((one) => one.startsWith('GET '))).toBe(true)
  })

  it('passes an interrupt on', async () => {
    server = await scriptedServer([GRANTED.list])
    const reason = new Error('stopped')
    await expect(server.storage.probe({ account: ACCOUNT, container: CONTAINER, signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})

describe('what a trial shows of protection', () => {
  it.each([
    [{ 'x-ms-delete-type-permanent': 'true' }, true],
    [{ 'x-ms-delete-type-permanent': 'false' }, false],
    [{}, null],
  ])('a deletion answered with %j', async (headers: Record<string, string>, isDeletionPermanent) => {
    expect(await probe({ delete: answer(202, headers) })).toMatchObject({ isDeletionPermanent })
  })

  it('versioning, by the version id that a written blob gets', async () => {
    const versioned = answer(201, { ...BLOB_HEADERS, 'x-ms-version-id': '2026-11-22T12:00:00.0000000Z' })
    expect(await probe({ write: versioned })).toMatchObject({ isVersioned: true })
    await server?.close()
    expect(await probe()).toMatchObject({ isVersioned: false })
  })
})
