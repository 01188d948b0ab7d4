import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { deleteBlob } from './blob-requests.js'
import { type Answer, header, type Request, refused } from './messages.js'
import type { Service } from './service.js'

const MOST_PARTS = 256
const MOST_BYTES = 4 * 1024 * 1024

/** Blob Batch: deletes only, each judged by itself. The answer says nothing of them; its parts do. */
export function batch(service: Service, { headers, body }: Request): Answer {
  if (service.faults.hierarchical) return refused(400, 'OperationNotSupportedOnHierarchicalNamespace')
  const boundary = /boundary="?([^";]+)"?/.exec(header(headers, 'content-type'))?.[1]
  if (boundary === undefined) return refused(400, 'InvalidHeaderValue')
  if (body.length > MOST_BYTES) return refused(413, 'RequestBodyTooLarge')
  const parts = body.toString('latin1').split(`--${boundary}`).slice(1, -1)
  if (parts.length === 0 || parts.length > MOST_PARTS) return refused(400, 'InvalidInput')
  const answerBoundary = `batchresponse_${randomUUID()}`
  const answers = parts.map((part) => partAnswer(service, part))
  const text = `${answers.map((answer) => `--${answerBoundary}\r\n${answer}`).join('')}--${answerBoundary}--`
  return { status: 202, headers: { 'content-type': `multipart/mixed; boundary=${answerBoundary}` }, body: Buffer.from(text, 'latin1') }
}

function partAnswer(service: Service, part: string): string {
  const { counters, lots, faults } = service
  counters.parts++
  const id = /\ncontent-id: *(\d+)/i.exec(part)?.[1]
  const { status, headers = {}, body } = lots.draw(faults.busyPartShare) ? busyPart(service) : deletePart(service, part)
  let lines = `Content-Type: application/http\r\n${id === undefined ? '' : `Content-ID: ${id}\r\n`}\r\n`
  lines += `HTTP/1.1 ${status} ${status === 202 ? 'Accepted' : 'Failed'}\r\n`
  for (const name in headers) lines += `${name}: ${headers[name]}\r\n`
  lines += `x-ms-request-id: ${requestId(counters.parts)}\r\nx-ms-version: 2026-04-06\r\n`
  if (body === undefined || Array.isArray(body)) return `${lines}Server: Windows-Azure-Blob/1.0\r\n\r\n\r\n`
  return `${lines}Content-Length: ${body.length}\r\nServer: Windows-Azure-Blob/1.0\r\n\r\n${body.toString('latin1')}\r\n`
}

/** As long as the service's. */
function requestId(number: number): string {
  return `4c0f2a6e-701e-00b3-5e6d-${number.toString(16).padStart(12, '0')}`
}

function busyPart({ counters }: Service): Answer {
  counters.busyParts++
  return refused(503, 'ServerBusy')
}

function deletePart(service: Service, part: string): Answer {
  const pathname = /\nDELETE ([^ ?]+)\S* HTTP/.exec(part)?.[1]
  if (pathname === undefined) return refused(400, 'InvalidInput')
  const start = `/${service.account}/${service.container}/`
  if (!pathname.startsWith(start)) return refused(404, 'ContainerNotFound')
  return deleteBlob(service, { name: decodeURIComponent(pathname.slice(start.length)), headers: headersOf(part) })
}

/** Those that a delete heeds. */
function headersOf(part: string): IncomingHttpHeaders {
  const ifMatch = /\nif-match: *(\S+)/i.exec(part)?.[1]
  const lease = /\nx-ms-lease-id: *(\S+)/i.exec(part)?.[1]
  return { ...(ifMatch !== undefined && { 'if-match': ifMatch }), ...(lease !== undefined && { 'x-ms-lease-id': lease }) }
}
