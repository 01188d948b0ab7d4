import type { BlobVersion } from '../ports-erase.js'
import { quoted } from './blob.js'
import { deleteAuthorization, type KeySigner } from './signature.js'

/** How the parts of a batch are let in. Each is authorised on its own; a SAS stands in its URL, `anonymous` has nothing else. */
export type PartAuth = { kind: 'key'; signer: KeySigner } | { kind: 'bearer'; token: string } | { kind: 'anonymous' }

export interface BatchInput {
  boundary: string
  /** Of the container, encoded: `/flink`, or with the account before it at an emulator. */
  containerPath: string
  /** `?sv=…`, or empty. */
  sas: string
  /** `x-ms-date`. */
  date: string
  auth: PartAuth
  /** At most 256. */
  blobs: readonly BlobVersion[]
}

const NEWLINE = '\r\n'

/**
 * The body of a Blob Batch: one DELETE a blob, bound to its ETag, numbered by Content-ID. A part must not have `x-ms-version`. In bytes,
 * which are ASCII: the pipeline would measure a string, and the socket encode it, and each of them would go through all of it once more.
 */
export function batchBody({ boundary, containerPath, sas, date, auth, blobs }: BatchInput): Buffer {
  const letIn = authorization(auth, date)
  const head = `--${boundary}${NEWLINE}Content-Type: application/http${NEWLINE}Content-Transfer-Encoding: binary${NEWLINE}Content-ID: `
  let body = ''
  let id = 0
  for (const { name, etag } of blobs) {
    const path = `${containerPath}/${encodedName(name)}`
    const ifMatch = quoted(etag)
    body += `${head}${id++}${NEWLINE}${NEWLINE}DELETE ${path}${sas} HTTP/1.1${NEWLINE}Accept: application/xml${NEWLINE}`
    body += `If-Match: ${ifMatch}${NEWLINE}${letIn(path, ifMatch)}${NEWLINE}`
  }
  return Buffer.from(`${body}--${boundary}--${NEWLINE}`, 'latin1')
}

/** The header lines that let a part in. */
function authorization(auth: PartAuth, date: string): (path: string, ifMatch: string) => string {
  switch (auth.kind) {
    case 'key': {
      const { signer } = auth
      return (path, ifMatch) =>
        `x-ms-date: ${date}${NEWLINE}Authorization: ${deleteAuthorization(signer, { path, ifMatch, date })}${NEWLINE}`
    }
    case 'bearer':
      return () => `Authorization: Bearer ${auth.token}${NEWLINE}`
    case 'anonymous':
      return () => ''
  }
}

/** What stands in a URL as it is: all of Flink's own names. */
const PLAIN = /^[\w\-.!~*()/]*$/

/** As the SDK encodes names. */
function encodedName(name: string): string {
  if (PLAIN.test(name)) return name
  return name.split('/').map(encodeURIComponent).join('/').replaceAll("'", '%27')
}

/**
 * Whether the name can stand in a request line as it is. `.` and `..` on the way would make it another blob's, and half a surrogate pair
 * cannot be encoded at all. An ETag that would end the header never came from the service.
 */
export function fitsBatch({ name, etag }: BlobVersion): boolean {
  const isStraight = name !== '' && !/(^|\/)\.\.?(\/|$)/.test(name)
  return isStraight && isEncodable(name) && /^[\x21\x23-\x7e]+$/.test(etag)
}

function isEncodable(name: string): boolean {
  if (PLAIN.test(name)) return true
  try {
    encodeURIComponent(name)
    return true
  } catch {
    return false
  }
}
