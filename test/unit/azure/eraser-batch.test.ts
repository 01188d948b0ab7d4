import type { IncomingMessage } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import type { Credential } from '../../../src/lib/access.js'
import type { DeleteOutcome } from '../../../src/lib/ports-erase.js'
import { BATCH_TYPE, batchAnswer, type PartAnswer, partsOf } from '../../support/blob-batch.js'
import { ACCOUNT, type Answer, answer, BLOB_HEADERS, CONTAINER, refusal, type ScriptedServer, scriptedServer } from './scripted-server.js'

const BLOBS = ['a', 'b', 'c'].map((name) => ({ name: `dir/${name}`, etag: '0x8D1' }))
const POST = 'POST /devstoreaccount1/flink?restype=container&comp=batch'
const DELETED: DeleteOutcome = { state: 'deleted', permanent: true }

let server: ScriptedServer | undefined
afterEach(() => server?.close())

const deleted = (id: number): PartAnswer => ({ id: String(id), status: 202 })
const parts = (...answers: PartAnswer[]): Answer => answer(202, { 'content-type': BATCH_TYPE }, batchAnswer(answers))
const all = parts(deleted(0), deleted(1), deleted(2))
const lost: Answer = (_, response) => response.destroy()

async function open(answers: Answer[], credential?: Credential) {
  server = await scriptedServer(answers, credential)
  return server.storage.eraser(ACCOUNT, CONTAINER)
}

async function erase(...answers: Answer[]) {
  return (await open(answers)).delete({ blobs: BLOBS, signal: new AbortController().signal })
}

function bodyOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString()
    })
    request.on('end', () => resolve(body))
  })
}

describe('a batch', () => {
  it('is one request, each part bound to its ETag, and none takes snapshots along', async () => {
    const bodies: Promise<string>[] = []
    const outcomes = await erase((request, response) => {
      bodies.push(bodyOf(request))
      all(request, response)
    })
    const body = (await bodies[0]) ?? ''

    expect(outcomes).toEqual([DELETED, DELETED, DELETED])
    expect(server?.requests).toEqual([POST])
    expect(partsOf(body).map(({ name, etag }) => [name, etag])).toEqual(BLOBS.map(({ name, etag }) => [name, `"${etag}"`]))
    expect(body).not.toMatch(/x-ms-delete-snapshots|x-ms-version/i)
  })

  it('answers in the order of the blobs, whatever order its parts come in, each by its own', async () => {
    const outcomes = await erase(
      parts({ id: '2', status: 503, code: 'ServerBusy' }, { id: '0', status: 404, code: 'BlobNotFound' }, deleted(1)),
    )
    expect(outcomes).toEqual([{ state: 'gone' }, DELETED, { state: 'busy' }])
  })

  it('looks at what a 412 came from: gone, changed, or neither', async () => {
    const mismatch = (id: number): PartAnswer => ({ id: String(id), status: 412, code: 'ConditionNotMet' })
    const byName: Answer = (request, response) => {
      if (request.method === 'POST') return parts(mismatch(0), mismatch(1), mismatch(2))(request, response)
      if (request.url?.endsWith('/a')) return refusal(404, 'BlobNotFound')(request, response)
      answer(200, request.url?.endsWith('/b') ? { ...BLOB_HEADERS, etag: '"0x9"' } : BLOB_HEADERS)(request, response)
    }
    expect(await erase(byName)).toEqual([{ state: 'gone' }, { state: 'changed' }, { state: 'failed', code: 'ConditionNotMet' }])
  })

  it('says of a part without a right that going on is pointless, and tells of the others', async () => {
    const outcomes = await erase(parts(deleted(0), { id: '1', status: 403, code: 'AuthorizationPermissionMismatch' }, deleted(2)))
    const error = expect.objectContaining({ code: 'NOT_AUTHORISED', exitCode: 4, message: expect.stringContaining('delete dir/b') })
    expect(outcomes).toEqual([DELETED, { state: 'hopeless', error }, DELETED])
  })
})

describe('of a blob that the answer says nothing certain of', () => {
  const oneLacks =
    (rest: Answer): Answer =>
    (request, response) =>
      request.method === 'POST' ? parts(deleted(0), deleted(2))(request, response) : rest(request, response)

  it('a look says that it is gone', async () => {
    expect(await erase(oneLacks(refusal(404, 'BlobNotFound')))).toEqual([DELETED, { state: 'gone' }, DELETED])
    expect(server?.requests).toEqual([POST, 'HEAD /devstoreaccount1/flink/dir/b'])
  })

  it('a look says that it is another version', async () => {
    expect(await erase(oneLacks(answer(200, { ...BLOB_HEADERS, etag: '"0x9"' })))).toEqual([DELETED, { state: 'changed' }, DELETED])
  })

  it('a look says that it is still there, and then it is deleted by itself', async () => {
    const outcomes = await erase(
      oneLacks((request, response) => answer(request.method === 'HEAD' ? 200 : 202, BLOB_HEADERS)(request, response)),
    )
    expect(outcomes).toEqual([DELETED, { state: 'deleted', permanent: null }, DELETED])
    expect(server?.requests).toEqual([POST, 'HEAD /devstoreaccount1/flink/dir/b', 'DELETE /devstoreaccount1/flink/dir/b'])
  })

  it('nothing is said when no look can be had', async () => {
    const outcomes = await erase(oneLacks(refusal(403, 'AuthorizationFailure')))
    expect(outcomes.map(({ state }) => state)).toEqual(['deleted', 'hopeless', 'deleted'])
  })

  it.each<[string, Answer]>([
    ['a page of a proxy', answer(200, { 'content-type': 'text/html' }, '<html>202 Accepted</html>')],
    ['an empty answer', answer(202)],
    ['an answer that is cut off', answer(202, { 'content-type': BATCH_TYPE }, batchAnswer([deleted(0)]).slice(0, -30))],
  ])('so it is for all of them after %s', async (_, scripted) => {
    const outcomes = await erase((request, response) =>
      (request.method === 'POST' ? scripted : refusal(404, 'BlobNotFound'))(request, response),
    )
    expect(outcomes).toEqual([{ state: 'gone' }, { state: 'gone' }, { state: 'gone' }])
  })
})

describe('a batch as a whole', () => {
  it.each([500, 502, 503, 504, 408, 429])('answered %d is busy, all of it, and not sent again here', async (status) => {
    expect(await erase(refusal(status, 'ServerBusy'))).toEqual(BLOBS.map(() => ({ state: 'busy' })))
    expect(server?.requests).toEqual([POST])
  })

  it('answered with Retry-After says how long', async () => {
    expect(await erase(answer(503, { 'retry-after': '7' }))).toEqual(BLOBS.map(() => ({ state: 'busy', waitMs: 7000 })))
  })

  it('whose answer was lost is sent once more: what the first had deleted is gone', async () => {
    const gone = (id: number): PartAnswer => ({ id: String(id), status: 404, code: 'BlobNotFound' })
    expect(await erase(lost, parts(gone(0), gone(1), deleted(2)))).toEqual([{ state: 'gone' }, { state: 'gone' }, DELETED])
    expect(server?.requests).toEqual([POST, POST])
  })

  it('whose answer is lost twice is not known of', async () => {
    const error = expect.objectContaining({ code: 'STORAGE_UNREACHABLE', exitCode: 7 })
    expect(await erase(lost)).toEqual(BLOBS.map(() => ({ state: 'hopeless', error })))
    expect(server?.requests).toEqual([POST, POST])
  })

  it.each([
    ['without a right', refusal(403, 'AuthorizationFailure'), 'NOT_AUTHORISED'],
    ['without being known', refusal(401, 'NoAuthenticationInformation'), 'NOT_AUTHORISED'],
    ['without a container', refusal(404, 'ContainerNotFound'), 'CONTAINER_NOT_FOUND'],
  ])('%s is hopeless', async (_, scripted, code) => {
    const error = expect.objectContaining({ code })
    expect(await erase(scripted)).toEqual(BLOBS.map(() => ({ state: 'hopeless', error })))
  })

  it.each([
    [400, 'OperationNotSupportedOnHierarchicalNamespace'],
    [404, ''],
    [405, 'UnsupportedHttpVerb'],
    [409, 'BlobApiNotYetSupportedInHierarchicalNamespaceAccounts'],
    [501, 'NotImplemented'],
  ])('turned down with %d: one by one, from then on', async (status, code) => {
    const eraser = await open([(request, response) => (request.method === 'POST' ? refusal(status, code) : answer(202))(request, response)])
    const { signal } = new AbortController()
    expect(eraser.perRequest).toBe(256)
    expect(await eraser.delete({ blobs: BLOBS, signal })).toEqual(BLOBS.map(() => ({ state: 'deleted', permanent: null })))
    expect(eraser.perRequest).toBe(1)
    expect(server?.requests.toSorted()).toEqual([...BLOBS.map(({ name }) => `DELETE /devstoreaccount1/flink/${name}`), POST])
    await eraser.delete({ blobs: BLOBS.slice(0, 1), signal })
    expect(server?.requests.filter((one) => one === POST)).toHaveLength(1)
  })

  it('with a name that would lead elsewhere in a URL is not one: one by one', async () => {
    const eraser = await open([answer(202)])
    await eraser.delete({ blobs: [...BLOBS, { name: 'dir/../x', etag: '0x1' }], signal: new AbortController().signal })
    expect(server?.requests).not.toContain(POST)
    expect(eraser.perRequest).toBe(256)
  })
})

describe('a run that has to end', () => {
  it('still hears the answer to what was sent, and sends nothing more', async () => {
    const controller = new AbortController()
    const eraser = await open([
      (request, response) => {
        controller.abort(new Error('the lock was lost'))
        setTimeout(() => all(request, response), 50)
      },
    ])
    expect(await eraser.delete({ blobs: BLOBS, signal: controller.signal })).toEqual([DELETED, DELETED, DELETED])
    expect((await eraser.delete({ blobs: BLOBS, signal: controller.signal })).map(({ state }) => state)).toEqual(
      BLOBS.map(() => 'hopeless'),
    )
    expect(server?.requests).toEqual([POST])
  })

  it('does not send again what was lost', async () => {
    const controller = new AbortController()
    const eraser = await open([
      (_, response) => {
        controller.abort(new Error('the lock was lost'))
        setTimeout(() => response.destroy(), 20)
      },
    ])
    expect((await eraser.delete({ blobs: BLOBS, signal: controller.signal })).map(({ state }) => state)).toEqual(
      BLOBS.map(() => 'hopeless'),
    )
    expect(server?.requests).toEqual([POST])
  })
})
