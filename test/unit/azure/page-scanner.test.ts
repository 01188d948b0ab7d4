import { createServer, type Server } from 'node:http'
import { BlobServiceClient } from '@azure/storage-blob'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toBlob } from '../../../src/lib/azure/blob.js'
import { PageScanner, type ScannedPage } from '../../../src/lib/azure/page-scanner.js'
import { CONTAINER } from './scripted-server.js'

const TIME = 'Fri, 20 Nov 2026 10:00:00 GMT'

/** Entries as the service writes them, in all that may differ. */
const anyName = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('&', '<', '>', '"', "'", ' ', '%', '%41', '+', '/', '&amp;', 'ü', '字', '😀', ']]>'),
    ),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((parts) => parts.join('').replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, 'c') || 'x')
const anyEntry = fc.record({
  name: anyName,
  sizeBytes: fc.nat({ max: 2 ** 50 }),
  etag: fc.integer({ min: 1, max: 2 ** 48 }).map((number) => `0x8D${number.toString(16).toUpperCase()}`),
  isEncoded: fc.boolean(),
  quotes: fc.boolean(),
  checksum: fc.boolean(),
  metadata: fc.constantFrom(
    '',
    '<Metadata />',
    '<Metadata><hdi_isfolder>true</hdi_isfolder></Metadata>',
    '<Metadata><Hdi_IsFolder>TRUE</Hdi_IsFolder><other>x&amp;y</other></Metadata>',
    '<Metadata><hdi_tmpupload>_%24azuretmpfolder%24%2Fx</hdi_tmpupload></Metadata><OrMetadata />',
  ),
})
type Entry = typeof anyEntry extends fc.Arbitrary<infer T> ? T : never

function entryXml({ name, sizeBytes, etag, isEncoded, quotes, checksum, metadata }: Entry): string {
  const escaped = name.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const text = quotes ? escaped.replaceAll('"', '&quot;').replaceAll("'", '&apos;') : escaped
  const nameXml = isEncoded ? `<Name Encoded="true">${encodeURIComponent(name)}</Name>` : `<Name>${text}</Name>`
  const md5 = checksum ? '<Content-MD5>Q2hlY2sgSW50ZWdyaXR5IQ==</Content-MD5>' : '<Content-MD5 />'
  return `<Blob>${nameXml}<Properties><Creation-Time>${TIME}</Creation-Time><Last-Modified>${TIME}</Last-Modified><Etag>${etag}</Etag><Content-Length>${sizeBytes}</Content-Length><Content-Type>a/b</Content-Type><Content-Encoding />${md5}<BlobType>BlockBlob</BlobType></Properties>${metadata}</Blob>`
}

function pageXml(entries: string, marker = ''): string {
  return `\ufeff<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="http://x/" ContainerName="${CONTAINER}"><Prefix>a&amp;b</Prefix><MaxResults>5000</MaxResults><Blobs>${entries}</Blobs>${marker === '' ? '<NextMarker />' : `<NextMarker>${marker}</NextMarker>`}</EnumerationResults>`
}

function scan(xml: string, pieces: number[] = []): ScannedPage {
  const bytes = Buffer.from(xml)
  const scanner = new PageScanner()
  let at = 0
  for (const piece of pieces) {
    if (at >= bytes.length) break
    scanner.push(bytes.subarray(at, at + piece))
    at += piece
  }
  if (at < bytes.length) scanner.push(bytes.subarray(at))
  return scanner.end()
}

let body = ''
let server: Server
let client: BlobServiceClient
beforeAll(async () => {
  server = createServer((_, response) => response.writeHead(200, { 'content-type': 'application/xml' }).end(body))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  client = new BlobServiceClient(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/devstoreaccount1`)
})
afterAll(() => void server.close())

describe('a page', () => {
  it('is read as the SDK reads it, whatever the names are and however the answer is cut', async () => {
    const property = fc.asyncProperty(
      fc.array(anyEntry, { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 700 }), { maxLength: 40 }),
      fc.constantFrom('', '2!abc', 'm&amp;1'),
      async (entries, pieces, marker) => {
        body = pageXml(entries.map(entryXml).join(''), marker)
        const pages = client.getContainerClient(CONTAINER).listBlobsFlat({ includeMetadata: true }).byPage()
        const { value: page } = await pages.next()
        const expected = page.segment.blobItems.map((item: { name: string; properties: object; metadata: Record<string, string> }) =>
          toBlob(item.name, item.properties, item.metadata),
        )
        const scanned = scan(body, pieces)
        expect(scanned.blobs).toEqual(expected)
        expect(scanned.blobs.map((blob) => blob.name)).toEqual(entries.map((entry) => entry.name))
        expect(scanned.marker ?? '').toBe(page.continuationToken ?? '')
      },
    )
    await fc.assert(property, { numRuns: 60 })
  })

  it('tells directories from blobs, and shows a hierarchical namespace', () => {
    const directories = '<BlobPrefix><Name>a&amp;b/</Name></BlobPrefix><BlobPrefix><Name Encoded="true">%01/</Name></BlobPrefix>'
    expect(scan(pageXml(directories))).toMatchObject({ directories: ['a&b/', '\u0001/'], blobs: [], isHierarchical: false })
    const withProperties = '<BlobPrefix><Name>a/</Name><Properties><Etag>0x1</Etag></Properties></BlobPrefix>'
    expect(scan(pageXml(withProperties)).isHierarchical).toBe(true)
  })

  it('may be empty', () => {
    expect(scan(pageXml('').replace('<Blobs></Blobs>', '<Blobs />'))).toMatchObject({ blobs: [], marker: undefined })
  })

  const whole = pageXml(
    [0, 1, 2]
      .map((n) => entryXml({ name: `n${n}`, sizeBytes: n, etag: '0x8D1', isEncoded: false, quotes: false, checksum: false, metadata: '' }))
      .join(''),
    'm',
  )

  it('is an error wherever it is cut off', () => {
    for (let length = 0; length < Buffer.byteLength(whole); length++) {
      const scanner = new PageScanner()
      scanner.push(Buffer.from(whole).subarray(0, length))
      expect(() => scanner.end(), `cut at ${length}`).toThrow(/incomplete|not a listing/)
    }
  })

  it.each([
    ['an unknown entry', whole.replace('<Blob><Name>n1', '<Blub></Blub><Blob><Name>n1')],
    ['text between entries', whole.replace('</Blob><Blob>', '</Blob>x<Blob>')],
    ['a missing end tag', whole.replace('</Etag>', '')],
    ['an unknown entity', whole.replace('n1', '&nbsp;')],
    ['a bare ampersand', whole.replace('n1', 'a & b')],
    ['a badly encoded name', whole.replace('<Name>n1', '<Name Encoded="true">%E0')],
    ['a size that is none', whole.replace('<Content-Length>1<', '<Content-Length>x<')],
    ['no marker at all', whole.replace('<NextMarker>m</NextMarker>', '')],
    ['something after the end', `${whole}<x/>`],
    ['another root', whole.replaceAll('EnumerationResults', 'Other')],
  ])('with %s is an error, and not an entry less', (_, xml) => {
    expect(() => scan(xml)).toThrow()
  })
})
