import { afterEach, describe, expect, it } from 'vitest'
import type { ContainerReader } from '../../../src/lib/ports.js'
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

const { signal } = new AbortController()
let server: ScriptedServer | undefined
afterEach(() => server?.close())

async function reader(...answers: Answer[]): Promise<ContainerReader> {
  server = await scriptedServer(answers)
  return server.storage.container(ACCOUNT, CONTAINER)
}

describe('read', () => {
  it('gives the bytes and the version', async () => {
    const content = await (await reader(answer(200, BLOB_HEADERS, 'hello'))).read({ name: 'a b/ü%20', ifMatch: '0x8D1', signal })
    expect(content).toEqual({
      state: 'read',
      bytes: Buffer.from('hello'),
      etag: '0x8D1',
      lastModifiedMs: Date.parse(BLOB_HEADERS['last-modified']),
    })
    expect(server?.requests).toEqual(['GET /devstoreaccount1/flink/a%20b/%C3%BC%2520'])
  })

  it.each<[string, Answer, string]>([
    ['a blob that is gone', refusal(404, 'BlobNotFound'), 'gone'],
    ['a blob that was changed', refusal(412, 'ConditionNotMet'), 'changed'],
  ])('tells %s', async (_, scripted, state) => {
    expect(await (await reader(scripted)).read({ name: 'x', ifMatch: '0x1', signal })).toEqual({ state })
  })

  it.each<[string, Answer, object]>([
    ['a bare 404, which a proxy gives too', answer(404), { code: 'STORAGE_ERROR' }],
    ['a container that is not there', refusal(404, 'ContainerNotFound'), { code: 'CONTAINER_NOT_FOUND', exitCode: 5 }],
    ['no right', refusal(403, 'AuthorizationPermissionMismatch'), { code: 'NOT_AUTHORISED', exitCode: 4 }],
    ['an archived blob', refusal(409, 'BlobArchived'), { code: 'BLOB_ARCHIVED', exitCode: 1 }],
    ['an answer without ETag', answer(200, { 'last-modified': BLOB_HEADERS['last-modified'] }, 'x'), { code: 'STORAGE_ANSWER_BROKEN' }],
  ])('throws at %s', async (_, scripted, expected) => {
    await expect((await reader(scripted)).read({ name: 'x', ifMatch: '0x1', signal })).rejects.toMatchObject(expected)
  })

  it('throws at a short read', async () => {
    const cut: Answer = (_, response) => {
      response.writeHead(200, { ...BLOB_HEADERS, 'content-length': '10' })
      response.write('hello')
      setTimeout(() => response.destroy(), 10)
    }
    await expect((await reader(cut)).read({ name: 'x', signal })).rejects.toMatchObject({ exitCode: 7 })
  })
})

describe('stat, exists, protection', () => {
  it('stat reads metadata whose case the service has lowered', async () => {
    const headers = { ...BLOB_HEADERS, 'x-ms-meta-hdi_isfolder': 'true' }
    expect(await (await reader(answer(200, headers))).stat({ name: 'x', signal })).toMatchObject({
      name: 'x',
      sizeBytes: 0,
      etag: '0x8D1',
      isDirectory: true,
    })
  })

  it('stat is null for what is not there, and only for that', async () => {
    expect(await (await reader(refusal(404, 'BlobNotFound'))).stat({ name: 'x', signal })).toBeNull()
    await expect((await reader(answer(404))).stat({ name: 'x', signal })).rejects.toMatchObject({ code: 'STORAGE_ERROR' })
  })

  it('exists asks by a listing of one', async () => {
    expect(await (await reader(listing([], 'more'))).exists({ signal })).toBe(true)
    expect(server?.requests).toEqual([expect.stringContaining('maxresults=1')])
    expect(await (await reader(refusal(404, 'ContainerNotFound'))).exists({ signal })).toBe(false)
    await expect((await reader(refusal(403, 'AuthorizationFailure'))).exists({ signal })).rejects.toMatchObject({ exitCode: 4 })
  })

  const policy = (inner: string) =>
    answer(
      200,
      {},
      `<?xml version="1.0"?><StorageServiceProperties><DeleteRetentionPolicy>${inner}</DeleteRetentionPolicy></StorageServiceProperties>`,
    )

  it.each<[string, Answer, number | null]>([
    ['soft delete on', policy('<Enabled>true</Enabled><Days>14</Days>'), 14],
    ['soft delete off', policy('<Enabled>false</Enabled>'), 0],
    ['no such policy', answer(200, {}, '<?xml version="1.0"?><StorageServiceProperties></StorageServiceProperties>'), null],
    ['a caller who may not ask', refusal(403, 'AuthorizationPermissionMismatch'), null],
  ])('protection: %s', async (_, scripted, softDeleteDays) => {
    expect(await (await reader(scripted)).protection({ signal })).toEqual({ softDeleteDays })
  })

  it('protection throws when it cannot be asked at all', async () => {
    await expect((await reader(refusal(503, 'ServerBusy'))).protection({ signal })).rejects.toMatchObject({ exitCode: 7 })
  })
})
