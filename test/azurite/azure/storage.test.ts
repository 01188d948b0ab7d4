import { beforeEach, describe, expect, it } from 'vitest'
import type { AccountAccess } from '../../../src/lib/access.js'
import { createStorage } from '../../../src/lib/azure/storage.js'
import type { Blob, ContainerReader } from '../../../src/lib/ports.js'
import { Secret } from '../../../src/lib/secret.js'
import { EMULATOR_KEY, type FreshContainer, freshContainer } from '../../support/azurite.js'

const { signal } = new AbortController()
const NAMES = [
  'plain',
  'with space',
  'per%20cent',
  'per%cent',
  'ümlaut/日本',
  'a+b&c=d#e?f',
  'quote\'"',
  'deep/er/and/deeper',
  'x<y>&amp;z',
  'trailing.',
  '_$azuretmpfolder$/u',
]

const byText = (a: string, b: string) => (a < b ? -1 : 1)

let fresh: FreshContainer
let reader: ContainerReader

function storage(pageSize = 3, endpoint = fresh.endpoint) {
  const accessFor = (account: string): AccountAccess => ({
    account,
    endpoint,
    credential: { kind: 'key', key: new Secret(EMULATOR_KEY) },
    source: 'test',
  })
  return createStorage({ accessFor, pageSize, retryDelayInMs: 10 })
}

async function put(name: string, text = name, metadata: Record<string, string> = {}): Promise<string> {
  const answer = await fresh.client.getBlockBlobClient(name).upload(text, Buffer.byteLength(text), { metadata })
  return answer.etag ?? ''
}

async function listAll(prefix?: string): Promise<Blob[]> {
  const blobs: Blob[] = []
  for await (const page of reader.list(prefix === undefined ? { signal } : { prefix, signal })) blobs.push(...page.blobs)
  return blobs
}

beforeEach(async () => {
  fresh = await freshContainer()
  reader = await storage().container(fresh.accountHost, fresh.container)
})

describe('a container', () => {
  it('lists every name as it is, over several pages', async () => {
    for (const name of NAMES) await put(name)
    const blobs = await listAll()
    expect(blobs.map((blob) => blob.name).sort(byText)).toEqual([...NAMES].sort(byText))
    expect(new Set(blobs.map((blob) => blob.etag)).size).toBe(NAMES.length)
    expect(blobs.find((blob) => blob.name === 'ümlaut/日本')?.sizeBytes).toBe(Buffer.byteLength('ümlaut/日本'))
  })

  it('lists only below a prefix, with the time of the service', async () => {
    await put('chk-1/a')
    await put('chk-10/a')
    expect((await listAll('chk-1/')).map((blob) => blob.name)).toEqual(['chk-1/a'])
    for await (const page of reader.list({ signal })) expect(Math.abs(page.serverTimeMs - Date.now())).toBeLessThan(60_000)
  })

  it('is empty without being an error, and an error without being there', async () => {
    expect(await listAll()).toEqual([])
    expect(await reader.exists({ signal })).toBe(true)
    const missing = await storage().container(fresh.accountHost, 'no-such-container')
    expect(await missing.exists({ signal })).toBe(false)
    await expect(missing.read({ name: 'x', signal })).rejects.toMatchObject({ code: 'CONTAINER_NOT_FOUND', exitCode: 5 })
    await expect(missing.stat({ name: 'x', signal })).rejects.toMatchObject({ code: 'CONTAINER_NOT_FOUND' })
    await expect(missing.list({ signal })[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'CONTAINER_NOT_FOUND' })
  })

  it('reads every name, in the version that was listed', async () => {
    for (const name of NAMES) await put(name)
    for (const blob of await listAll()) {
      const content = await reader.read({ name: blob.name, ifMatch: blob.etag, signal })
      expect(content).toEqual({ state: 'read', bytes: Buffer.from(blob.name), etag: blob.etag, lastModifiedMs: blob.lastModifiedMs })
      expect(await reader.stat({ name: blob.name, signal })).toEqual(blob)
    }
  })

  it('reads an empty blob and one of several megabytes', async () => {
    await put('empty', '')
    await put('large', 'x'.repeat(9_000_000))
    expect(await reader.read({ name: 'empty', signal })).toMatchObject({ state: 'read', bytes: Buffer.alloc(0) })
    const large = await reader.read({ name: 'large', signal })
    expect(large.state === 'read' && large.bytes.length).toBe(9_000_000)
  })

  it('tells a blob that was changed or has gone since', async () => {
    const etag = await put('a', 'one')
    await put('a', 'two')
    expect(await reader.read({ name: 'a', ifMatch: etag, signal })).toEqual({ state: 'changed' })
    await fresh.client.deleteBlob('a')
    expect(await reader.read({ name: 'a', signal })).toEqual({ state: 'gone' })
    expect(await reader.stat({ name: 'a', signal })).toBeNull()
  })

  it('knows the marks of wasb in listings and in properties', async () => {
    await put('dir', '', { hdi_isfolder: 'true' })
    await put('old', '', { asv_isfolder: 'true' })
    await put('link', '', { hdi_tmpupload: '_%24azuretmpfolder%24%2Fx' })
    await put('file', 'x', { hdi_permission: '{}' })
    const marks = (blob: Blob | null) => blob && [blob.isDirectory, blob.isUploading]
    const expected = { dir: [true, false], old: [true, false], link: [false, true], file: [false, false] }
    expect(Object.fromEntries((await listAll()).map((blob) => [blob.name, marks(blob)]))).toEqual(expected)
    for (const [name, value] of Object.entries(expected)) expect(marks(await reader.stat({ name, signal }))).toEqual(value)
  })

  it('says whether soft delete is on', async () => {
    expect(await reader.protection({ signal })).toEqual({
      softDeleteDays: expect.toSatisfy((days: unknown) => days === null || typeof days === 'number'),
    })
  })
})

describe('delete', () => {
  it('removes just the version that was listed, whatever its name', async () => {
    for (const name of NAMES) await put(name)
    const eraser = await storage().eraser(fresh.accountHost, fresh.container)
    for (const blob of await listAll()) expect(await eraser.delete({ blobs: [blob], signal })).toMatchObject([{ state: 'deleted' }])
    expect(await listAll()).toEqual([])
  })

  it('leaves alone what was changed, has gone, is leased or has snapshots', async () => {
    const eraser = await storage().eraser(fresh.accountHost, fresh.container)
    const stale = await put('changed', 'one')
    await put('changed', 'two')
    expect(await eraser.delete({ blobs: [{ name: 'changed', etag: stale }], signal })).toEqual([{ state: 'changed' }])
    const gone = await put('gone')
    await fresh.client.deleteBlob('gone')
    expect(await eraser.delete({ blobs: [{ name: 'gone', etag: gone }], signal })).toEqual([{ state: 'gone' }])
    const leased = await put('leased')
    await fresh.client.getBlobClient('leased').getBlobLeaseClient().acquireLease(15)
    expect(await eraser.delete({ blobs: [{ name: 'leased', etag: leased }], signal })).toEqual([
      { state: 'failed', code: 'LeaseIdMissing' },
    ])
    const kept = await put('kept')
    await fresh.client.getBlobClient('kept').createSnapshot()
    expect(await eraser.delete({ blobs: [{ name: 'kept', etag: kept }], signal })).toEqual([{ state: 'failed', code: 'SnapshotsPresent' }])
    expect((await listAll()).map((blob) => blob.name)).toEqual(['changed', 'kept', 'leased'])
  })
})

describe('a batch', () => {
  it('takes every name, and tells each part its own: deleted, changed, gone, leased, with snapshots', async () => {
    for (const name of NAMES) await put(name)
    const blobs = (await listAll()).map(({ name, etag }) => ({ name, etag }))
    const stale = await put('changed', 'one')
    await put('changed', 'two')
    const leased = await put('leased')
    await fresh.client.getBlobClient('leased').getBlobLeaseClient().acquireLease(15)
    const kept = await put('kept')
    await fresh.client.getBlobClient('kept').createSnapshot()
    const eraser = await storage().eraser(fresh.accountHost, fresh.container)
    const others = Object.entries({ changed: stale, gone: '0x1', leased, kept }).map(([name, etag]) => ({ name, etag }))
    const outcomes = await eraser.delete({ blobs: [...others, ...blobs], signal })

    expect(outcomes.slice(0, others.length)).toEqual([
      { state: 'changed' },
      { state: 'gone' },
      { state: 'failed', code: 'LeaseIdMissing' },
      { state: 'failed', code: 'SnapshotsPresent' },
    ])
    expect(new Set(outcomes.slice(others.length).map(({ state }) => state))).toEqual(new Set(['deleted']))
    expect((await listAll()).map(({ name }) => name)).toEqual(['changed', 'kept', 'leased'])
    expect(eraser.perRequest).toBe(256)
  })

  it('is let in by a container SAS', async () => {
    const { ContainerSASPermissions } = await import('@azure/storage-blob')
    const expiresOn = new Date(Date.now() + 600_000)
    const url = await fresh.client.generateSasUrl({ permissions: ContainerSASPermissions.parse('rld'), expiresOn })
    const token = new Secret(new URL(url).search.slice(1))
    const credential = { kind: 'sas', token } as const
    const bySas = createStorage({ accessFor: (account) => ({ account, endpoint: fresh.endpoint, credential, source: 'test' }) })
    const blobs = [
      { name: 'a b', etag: await put('a b') },
      { name: 'c#d', etag: await put('c#d') },
    ]
    const eraser = await bySas.eraser(fresh.accountHost, fresh.container)
    expect((await eraser.delete({ blobs, signal })).map(({ state }) => state)).toEqual(['deleted', 'deleted'])
    expect(eraser.perRequest).toBe(256)
  })
})

describe('credentials', () => {
  it('a wrong key is not authorised', async () => {
    const credential = { kind: 'key', key: new Secret(Buffer.alloc(64).toString('base64')) } as const
    const wrong = createStorage({ accessFor: (account) => ({ account, endpoint: fresh.endpoint, credential, source: 'test' }) })
    const { list } = await wrong.container(fresh.accountHost, fresh.container)
    await expect(list({ signal })[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'NOT_AUTHORISED', exitCode: 4 })
  })

  it('a container SAS may list and read, but not delete what it has no right to', async () => {
    const etag = await put('a', 'one')
    const { ContainerSASPermissions } = await import('@azure/storage-blob')
    const url = await fresh.client.generateSasUrl({
      permissions: ContainerSASPermissions.parse('rl'),
      expiresOn: new Date(Date.now() + 600_000),
    })
    const token = new Secret(new URL(url).search.slice(1))
    const limited = createStorage({
      accessFor: (account) => ({ account, endpoint: fresh.endpoint, credential: { kind: 'sas', token }, source: 'test' }),
    })
    const limitedReader = await limited.container(fresh.accountHost, fresh.container)
    expect(await limitedReader.exists({ signal })).toBe(true)
    expect(await limitedReader.read({ name: 'a', signal })).toMatchObject({ state: 'read' })
    expect(await limitedReader.protection({ signal })).toEqual({ softDeleteDays: null })
    const eraser = await limited.eraser(fresh.accountHost, fresh.container)
    const denied = { state: 'hopeless', error: expect.objectContaining({ code: 'NOT_AUTHORISED', exitCode: 4 }) }
    expect(await eraser.delete({ blobs: [{ name: 'a', etag }], signal })).toEqual([denied])
    expect(
      await eraser.delete({
        blobs: [
          { name: 'a', etag },
          { name: 'b', etag },
        ],
        signal,
      }),
    ).toEqual([denied, denied])
  })

  it('a connection string', async () => {
    const value = new Secret(
      `DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=${EMULATOR_KEY};BlobEndpoint=${fresh.endpoint};`,
    )
    const connected = createStorage({
      accessFor: (account) => ({ account, endpoint: null, credential: { kind: 'connectionString', value }, source: 'test' }),
    })
    expect(await (await connected.container(fresh.accountHost, fresh.container)).exists({ signal })).toBe(true)
  })

  it('nobody there', async () => {
    const closed = await storage(3, 'http://127.0.0.1:9/devstoreaccount1').container(fresh.accountHost, fresh.container)
    await expect(closed.exists({ signal })).rejects.toMatchObject({
      code: 'STORAGE_UNREACHABLE',
      exitCode: 7,
      message: expect.stringContaining('ECONNREFUSED'),
    })
  })
})
