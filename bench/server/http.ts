import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { accountAnswer } from './account.js'
import { control } from './control.js'
import { type Answer, refused } from './messages.js'
import { route } from './route.js'
import type { Service } from './service.js'

/** Speaks for the service over HTTP; who listens decides where. */
export function httpServer(service: Service): Server {
  return createServer({ keepAliveTimeout: 120_000 }, (request, response) => void serve(service, request, response))
}

async function serve(to: Service, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of request) chunks.push(chunk)
    const answer = answerTo(to, request, Buffer.concat(chunks))
    if (to.faults.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, to.faults.latencyMs))
    send(request, response, answer)
  } catch (error) {
    console.error(error)
    response.destroy()
  }
}

function answerTo(to: Service, { method = '', url = '', headers }: IncomingMessage, body: Buffer): Answer {
  const { pathname, searchParams: query } = new URL(url, 'http://127.0.0.1')
  const [first = '', container = '', ...rest] = pathname.slice(1).split('/')
  if (first === '-') return control(to, method, container, body)
  if (first !== to.account) return refused(404, 'ResourceNotFound')
  const name = decodeURIComponent(rest.join('/'))
  if (container === '' && query.get('comp') !== 'batch') return accountAnswer(to, query)
  if (container !== '' && container !== to.container) return refused(404, 'ContainerNotFound')
  return route(to, { method, name, query, headers, body })
}

function send(request: IncomingMessage, response: ServerResponse, { status, headers = {}, body = [], isDropped = false }: Answer): void {
  if (isDropped) return void response.destroy()
  const parts = Array.isArray(body) ? body : [body]
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const id = request.headers['x-ms-client-request-id']
  response.writeHead(status, {
    server: 'Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0',
    'x-ms-request-id': '00000000-0000-0000-0000-000000000000',
    'x-ms-version': '2026-04-06',
    'content-length': String(length),
    ...(typeof id === 'string' && { 'x-ms-client-request-id': id }),
    ...headers,
  })
  if (request.method !== 'HEAD') for (const part of parts) response.write(part)
  response.end()
}
