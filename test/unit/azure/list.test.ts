import { afterEach, describe, expect, it } from 'vitest'
import type { BlobPage } from '../../../src/lib/ports.js'
import { Secret } from '../../../src/lib/secret.js'
import {
  ACCOUNT,
  type Answer,
  answer,
  blobXml,
  CONTAINER,
  listing,
  listingXml,
  MARKED_SAS,
  refusal,
  type ScriptedServer,
  scriptedServer,
} from './scripted-server.js'

let server: ScriptedServer | undefined
afterEach(() => server?.close())

async function list(answers: Answer[], signal = new AbortController().signal): Promise<BlobPage[]> {
  server = await scriptedServer(answers)
  const reader = await server.storage.container(ACCOUNT, CONTAINER)
  const pages: BlobPage[] = []
  for await (const page of reader.list({ prefix: 'a/', signal })) pages.push(page)
  return pages
}

const torn = `${listingXml([blobXml('a/1')]).slice(0, 200)}`

describe('a listing', () => {
  it('follows the marker through short and empty pages, and takes the time from the answer', async () => {
    const date = 'Fri, 20 Nov 2026 12:00:00 GMT'
    const pages = await list([answer(200, { date }, listingXml([blobXml('a/1')], 'm1')), listing([], 'm2'), listing([blobXml('a/2')])])
    expect(pages.map((page) => page.blobs.map((blob) => blob.name))).toEqual([['a/1'], [], ['a/2']])
    expect(pages[0]?.serverTimeMs).toBe(Date.parse(date))
    expect(pages[0]?.blobs[0]).toEqual({
      name: 'a/1',
      sizeBytes: 5,
      etag: '0x8D1',
      lastModifiedMs: Date.parse('Fri, 20 Nov 2026 10:00:00 GMT'),
      isDirectory: false,
      isUploading: false,
    })
    expect(server?.requests[1]).toContain('marker=m1')
    expect(server?.requests[0]).toMatch(/include=metadata/)
  })

  it('decodes names that XML cannot carry', async () => {
    const pages = await list([
      listing([blobXml('a/x').replace('<Name>', '<Name Encoded="true">').replace('a/x', 'a/%01%25'), blobXml('a/&lt;&amp;')]),
    ])
    expect(pages[0]?.blobs.map((blob) => blob.name)).toEqual(['a/\u0001%', 'a/<&'])
  })

  it('knows directory markers and uploads by metadata', async () => {
    const meta = (entries: string) => blobXml('a/x').replace('</Properties>', `</Properties><Metadata>${entries}</Metadata>`)
    const rows = [
      ['<hdi_isfolder>true</hdi_isfolder>', true, false],
      ['<asv_isfolder>true</asv_isfolder>', true, false],
      ['<Hdi_isfolder>True</Hdi_isfolder>', true, false],
      ['<hdi_isfolder>false</hdi_isfolder>', false, false],
      ['<hdi_tmpupload>_%24azuretmpfolder%24%2Fx</hdi_tmpupload>', false, true],
      ['<asv_tmpupload>x</asv_tmpupload>', false, true],
      ['<hdi_permission>{}</hdi_permission>', false, false],
    ] as const
    const [page] = await list([listing(rows.map(([xml]) => meta(xml)))])
    expect(page?.blobs.map((blob) => [blob.isDirectory, blob.isUploading])).toEqual(
      rows.map(([, directory, uploading]) => [directory, uploading]),
    )
  })

  it('goes on after a passing 503 and 500', async () => {
    const pages = await list([refusal(503, 'ServerBusy'), refusal(500, 'InternalError'), listing([blobXml('a/1')])])
    expect(pages.flatMap((page) => page.blobs)).toHaveLength(1)
  })
})

describe('a listing that could be incomplete is an error', () => {
  it.each<[string, Answer[], string, number, string]>([
    [
      'a repeated marker',
      [listing([blobXml('a/1')], 'm1'), listing([blobXml('a/2')], 'm1')],
      'STORAGE_ANSWER_BROKEN',
      7,
      'it repeats a continuation marker',
    ],
    [
      'markers in a ring',
      [listing([], 'm1'), listing([], 'm2'), listing([], 'm1')],
      'STORAGE_ANSWER_BROKEN',
      7,
      'it repeats a continuation marker',
    ],
    ['torn XML', [answer(200, {}, torn)], 'STORAGE_ANSWER_BROKEN', 7, 'its XML is incomplete'],
    [
      'torn XML on the second page',
      [listing([blobXml('a/1')], 'm1'), answer(200, {}, torn)],
      'STORAGE_ANSWER_BROKEN',
      7,
      'its XML is incomplete',
    ],
    ['an empty body', [answer(200)], 'STORAGE_ANSWER_BROKEN', 7, 'broken answer'],
    [
      "a proxy's page",
      [answer(200, { 'content-type': 'text/html' }, '<html><body>Please log in</body></html>')],
      'STORAGE_ANSWER_BROKEN',
      7,
      'broken answer',
    ],
    ['another XML', [answer(200, {}, '<?xml version="1.0"?><Other/>')], 'STORAGE_ANSWER_BROKEN', 7, 'broken answer'],
    [
      'an entry without ETag',
      [listing([blobXml('a/1', '<Last-Modified>Fri, 20 Nov 2026 10:00:00 GMT</Last-Modified>')])],
      'STORAGE_ANSWER_BROKEN',
      7,
      'an entry has no name, size, ETag or date',
    ],
    [
      'an entry without date',
      [listing([blobXml('a/1', '<Etag>0x1</Etag>')])],
      'STORAGE_ANSWER_BROKEN',
      7,
      'an entry has no name, size, ETag or date',
    ],
    ['a time that is none', [answer(200, { date: 'yesterday' }, listingXml([]))], 'STORAGE_ANSWER_BROKEN', 7, 'it has no date'],
    ['503 for ever', [refusal(503, 'ServerBusy')], 'STORAGE_BUSY', 7, 'answered 503 (ServerBusy)'],
    ['500 for ever', [refusal(500, 'OperationTimedOut')], 'STORAGE_BUSY', 7, 'answered 500 (OperationTimedOut)'],
    ['400', [refusal(400, 'OutOfRangeQueryParameterValue')], 'STORAGE_ERROR', 1, 'answered 400'],
    [
      'no container',
      [refusal(404, 'ContainerNotFound')],
      'CONTAINER_NOT_FOUND',
      5,
      'There is no container flink in acct.blob.core.windows.net.',
    ],
    ['a bare 404', [answer(404)], 'STORAGE_ERROR', 1, 'answered 404 (no error code)'],
    ['a cut connection', [(_, response) => response.destroy()], 'STORAGE_UNREACHABLE', 7, 'cannot be reached (ECONNRESET)'],
    [
      'a cut body',
      [
        (_, response) => {
          response.writeHead(200, { 'content-length': '5000' })
          response.write(torn)
          setTimeout(() => response.destroy(), 20)
        },
      ],
      'STORAGE_ANSWER_BROKEN',
      7,
      'its XML is incomplete',
    ],
  ])('%s', async (_, answers, code, exitCode, message) => {
    await expect(list(answers)).rejects.toMatchObject({ code, exitCode, message: expect.stringContaining(message) })
  })

  it('ends with the reason of the signal, at once', async () => {
    const controller = new AbortController()
    const reason = new Error('stopped by the user')
    setTimeout(() => controller.abort(reason), 100)
    const startedAt = Date.now()
    await expect(list([() => undefined], controller.signal)).rejects.toBe(reason)
    expect(Date.now() - startedAt).toBeLessThan(2000)
  })
})

const WRONG_KEY = 'The key is wrong: the account key from test may be of another account, or was renewed'

describe('who is not let in', () => {
  it('with a SAS hears what it may lack', async () => {
    server = await scriptedServer([refusal(403, 'AuthorizationFailure')], { kind: 'sas', token: new Secret(MARKED_SAS) })
    const reader = await server.storage.container(ACCOUNT, CONTAINER)
    await expect(reader.exists({ signal: new AbortController().signal })).rejects.toMatchObject({
      message: 'Not allowed to list blobs in acct.blob.core.windows.net/flink with the SAS from test (AuthorizationFailure).',
      suggestions: ['The SAS lacks read and list (rl), or the firewall of the account does not let this machine in.'],
    })
  })

  it.each([
    [403, 'AuthorizationPermissionMismatch', 'Assign the role Storage Blob Data Reader, or use a SAS with read and list (rl).'],
    [403, 'AuthenticationFailed', `${WRONG_KEY}, or the clock of this machine is off by more than 15 minutes.`],
    [403, 'AuthorizationFailure', `${WRONG_KEY}, or the firewall of the account does not let this machine in.`],
    [
      403,
      'KeyBasedAuthenticationNotPermitted',
      'The account takes no keys: set auth: identity and assign the role Storage Blob Data Reader.',
    ],
    [401, 'NoAuthenticationInformation', 'Assign the role Storage Blob Data Reader, or use a key or a SAS with read and list (rl).'],
    [409, 'PublicAccessNotPermitted', 'Assign the role Storage Blob Data Reader, or use a key or a SAS with read and list (rl).'],
    [404, 'ResourceNotFound', 'Assign the role Storage Blob Data Reader, or use a key or a SAS with read and list (rl).'],
  ])('%d %s', async (status, code, hint) => {
    const error = await list([refusal(status, code)]).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'NOT_AUTHORISED',
      exitCode: 4,
      message: `Not allowed to list a/ in acct.blob.core.windows.net/flink with the account key from test (${code}).`,
    })
    expect(error).toHaveProperty('suggestions', expect.arrayContaining([hint]))
  })
})
