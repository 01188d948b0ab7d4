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

/** The body of a Blob Batch: one DELETE a blob, bound to its ETag, numbered by Content-ID. A part must not have `x-ms-version`. */
export function batchBody(input: BatchInput): string {
  const { boundary, blobs } = input
  const head = `--${boundary}${NEWLINE}Content-Type: application/http${NEWLINE}Content-Transfer-Encoding: binary${NEWLINE}Content-ID: `
  const parts = blobs.map((blob, id) => `${head}${id}${NEWLINE}${NEWLINE}${part(input, blob)}${NEWLINE}`)
  return `${parts.join('')}--${boundary}--${NEWLINE}`
}

function part({ containerPath, sas, date, auth }: BatchInput, { name, etag }: BlobVersion): string {
  const path = `${containerPath}/${encodedName(name)}`
  const ifMatch = quoted(etag)
  const lines = [`DELETE ${path}${sas} HTTP/1.1`, 'Accept: application/xml', `If-Match: ${ifMatch}`]
  switch (auth.kind) {
    case 'key':
      lines.push(`x-ms-date: ${date}`)
      lines.push(`Authorization: ${deleteAuthorization(auth.signer, { path, ifMatch, date })}`)
      break
    case 'bearer':
      lines.push(`Authorization: Bearer ${auth.token}`)
      break
    case 'anonymous':
      break
  }
  return lines.join(NEWLINE) + NEWLINE
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
