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
  const id = /content-id: *(\d+)/i.exec(part)?.[1]
  const { status, headers = {}, body } = lots.draw(faults.busyPartShare) ? busyPart(service) : deletePart(service, part)
  const bytes = body === undefined || Array.isArray(body) ? Buffer.alloc(0) : body
  const lines = [
    'Content-Type: application/http',
    ...(id === undefined ? [] : [`Content-ID: ${id}`]),
    '',
    `HTTP/1.1 ${status} ${status === 202 ? 'Accepted' : 'Failed'}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `x-ms-request-id: ${randomUUID()}`,
    'x-ms-version: 2026-04-06',
    ...(bytes.length === 0 ? [] : [`Content-Length: ${bytes.length}`]),
    'Server: Windows-Azure-Blob/1.0',
    '',
    bytes.toString('latin1'),
  ]
  return `${lines.join('\r\n')}\r\n`
}

function busyPart({ counters }: Service): Answer {
  counters.busyParts++
  return refused(503, 'ServerBusy')
}

function deletePart(service: Service, part: string): Answer {
  const path = /^DELETE (\S+) HTTP/m.exec(part)?.[1]
  if (path === undefined) return refused(400, 'InvalidInput')
  const start = `/${service.account}/${service.container}/`
  const pathname = path.split('?')[0] ?? ''
  if (!pathname.startsWith(start)) return refused(404, 'ContainerNotFound')
  return deleteBlob(service, { name: decodeURIComponent(pathname.slice(start.length)), headers: headersOf(part) })
}

function headersOf(part: string): IncomingHttpHeaders {
  const lines = part.slice(part.indexOf(' HTTP/')).matchAll(/^([\w-]+): *(.*?)\r?$/gm)
  return Object.fromEntries([...lines].map(([, name = '', value = '']) => [name.toLowerCase(), value]))
}
