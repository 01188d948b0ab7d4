import { BlobBatch, BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchBody, fitsBatch } from '../../../src/lib/azure/batch-request.js'
import type { BlobVersion } from '../../../src/lib/ports-erase.js'
import { MARKED_KEY, MARKED_SAS } from './scripted-server.js'

const ENDPOINT = 'http://127.0.0.1:10000/devstoreaccount1'
const SIGNER = new StorageSharedKeyCredential('devstoreaccount1', MARKED_KEY)

/** The body that the SDK's own batch would send, and the date and boundary in it. */
async function ofSdk(service: BlobServiceClient, blobs: BlobVersion[]) {
  const container = service.getContainerClient('flink')
  const batch = new BlobBatch()
  for (const { name, etag } of blobs) await batch.deleteBlob(container.getBlobClient(name), { conditions: { ifMatch: `"${etag}"` } })
  const body = batch.getHttpRequestBody()
  return {
    body,
    boundary: batch.getMultiPartContentType().split('=')[1] ?? '',
    dates: [...body.matchAll(/x-ms-date: (.*)\r\n/g)].map(([, date]) => date),
  }
}

const name = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom('chk-1', 'a b', 'per%20cent', '%', '#', '?', "'", '+', '\\', 'ü', '日本', '..a', '_$x$'),
    ),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((segments) => segments.join('/'))
const version = fc.record({ name, etag: fc.stringMatching(/^0x[0-9A-F]{6,15}$/) }).filter(fitsBatch)
const versions = fc.array(version, { minLength: 1, maxLength: 12 })

describe("the body of a batch is the SDK's own, byte for byte", () => {
  it('with a key: every path, condition and signature', async () => {
    const service = new BlobServiceClient(ENDPOINT, SIGNER)
    await fc.assert(
      fc.asyncProperty(versions, async (blobs) => {
        const { body, boundary, dates } = await ofSdk(service, blobs)
        // The clock may tick between two of its parts.
        fc.pre(new Set(dates).size === 1)
        const input = { boundary, blobs, date: dates[0] ?? '', sas: '', containerPath: '/devstoreaccount1/flink' }
        expect(batchBody({ ...input, auth: { kind: 'key', signer: SIGNER } })).toEqual(Buffer.from(body))
      }),
      { numRuns: 60 },
    )
  })

  it('with a SAS, which stands in each URL', async () => {
    const service = new BlobServiceClient(`${ENDPOINT}?${MARKED_SAS}`)
    await fc.assert(
      fc.asyncProperty(versions, async (blobs) => {
        const { body, boundary } = await ofSdk(service, blobs)
        const input = { boundary, blobs, date: '', sas: `?${MARKED_SAS}`, containerPath: '/devstoreaccount1/flink' }
        expect(batchBody({ ...input, auth: { kind: 'anonymous' } })).toEqual(Buffer.from(body))
      }),
      { numRuns: 40 },
    )
  })

  it('with an identity, but for the place of its token', async () => {
    const auth = { kind: 'bearer', token: 'TOKEN' } as const
    const body = batchBody({ boundary: 'b', containerPath: '/flink', sas: '', date: '', auth, blobs: [{ name: 'a/1', etag: '0x1' }] })
    expect(body.toString()).toContain(
      'DELETE /flink/a/1 HTTP/1.1\r\nAccept: application/xml\r\nIf-Match: "0x1"\r\nAuthorization: Bearer TOKEN\r\n\r\n--b--',
    )
  })
})

describe('a batch does not take', () => {
  it.each([
    ['a way through ..', 'a/../b', '0x1'],
    ['a way through .', './b', '0x1'],
    ['a way to ..', 'a/..', '0x1'],
    ['half a surrogate pair', 'a\ud800', '0x1'],
    ['no name', '', '0x1'],
    ['an ETag that would end its header', 'a', '0x1"\r\nx-ms-delete-snapshots: include'],
    ['no ETag', 'a', ''],
  ])('%s', (_, of, etag) => {
    expect(fitsBatch({ name: of, etag })).toBe(false)
  })
})

describe('a batch takes', () => {
  it.each(['a', 'a..b', '..a/.b', 'ü b', '日本/%', '_$x$/🦊'])('%s', (of) => {
    expect(fitsBatch({ name: of, etag: '0x1' })).toBe(true)
  })
})
