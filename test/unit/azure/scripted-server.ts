import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AccountAccess, Credential } from '../../../src/lib/access.js'
import { createStorage } from '../../../src/lib/azure/storage.js'
import { Secret } from '../../../src/lib/secret.js'

export const ACCOUNT = 'acct.blob.core.windows.net'
export const CONTAINER = 'flink'
/** 64 bytes, as account keys are; recognisable in whatever it might leak into. */
export const MARKED_KEY = Buffer.from('MARKED-KEY-'.repeat(6)).toString('base64')
export const MARKED_SAS = 'sv=2025-01-01&sig=MARKEDSIGNATURE%3D'

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

export interface ScriptedServer {
  storage: ReturnType<typeof createStorage>
  endpoint: string
  /** `METHOD path?query` of each request so far. */
  requests: string[]
  close(): Promise<void>
}

/** A server that gives the answers in turn, the last one for ever, and a storage that talks to it. */
export async function scriptedServer(
  answers: Answer[],
  credential: Credential = { kind: 'key', key: new Secret(MARKED_KEY) },
): Promise<ScriptedServer> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    const answer = answers[Math.min(requests.length, answers.length - 1)]
    requests.push(`${request.method} ${request.url}`)
    request.resume()
    answer?.(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/devstoreaccount1`
  const accessFor = (account: string): AccountAccess => ({ account, endpoint, credential, source: 'test' })
  return {
    storage: createStorage({ accessFor, pageSize: 2, retryDelayInMs: 1 }),
    endpoint,
    requests,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** An answer as the service gives it. */
export function answer(status: number, headers: Record<string, string> = {}, body = ''): Answer {
  return (request, response) => {
    response.writeHead(status, { 'content-type': 'application/xml', 'content-length': String(Buffer.byteLength(body)), ...headers })
    response.end(request.method === 'HEAD' ? undefined : body)
  }
}

/** A refusal with its code in header and body. */
export function refusal(status: number, code: string): Answer {
  return answer(
    status,
    { 'x-ms-error-code': code },
    `<?xml version="1.0"?><Error><Code>${code}</Code><Message>MARKEDMESSAGE</Message></Error>`,
  )
}

export const BLOB_HEADERS = { etag: '"0x8D1"', 'last-modified': 'Fri, 20 Nov 2026 10:00:00 GMT', 'x-ms-blob-type': 'BlockBlob' }

export function blobXml(
  name: string,
  properties = '<Etag>0x8D1</Etag><Last-Modified>Fri, 20 Nov 2026 10:00:00 GMT</Last-Modified>',
): string {
  return `<Blob><Name>${name}</Name><Properties>${properties}<Content-Length>5</Content-Length><BlobType>BlockBlob</BlobType></Properties></Blob>`
}

export function listingXml(blobs: string[], marker = ''): string {
  return `<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="http://x/" ContainerName="${CONTAINER}"><Blobs>${blobs.join('')}</Blobs><NextMarker>${marker}</NextMarker></EnumerationResults>`
}

export function listing(blobs: string[], marker = ''): Answer {
  return answer(200, {}, listingXml(blobs, marker))
}
