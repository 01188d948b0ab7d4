/**
 * `npx tsx bench/server/main.ts --shape million --port 0`: Blob Storage of one account with one synthetic container, on loopback. Prints
 * one line of JSON with its endpoint and how many blobs there are. Signatures are not checked.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { parseArgs } from 'node:util'
import { accountAnswer } from './account.js'
import { Catalogue } from './catalogue.js'
import { control } from './control.js'
import { type Answer, refused } from './messages.js'
import { route } from './route.js'
import { createService, type Service } from './service.js'
import { shapeNamed } from './shape.js'
import { SnapshotBytes } from './snapshot-bytes.js'
import { Store } from './store.js'

const ACCOUNT = 'devstoreaccount1'
const CONTAINER = 'flink'

const { values } = parseArgs({
  options: {
    shape: { type: 'string', default: 'small' },
    port: { type: 'string', default: '0' },
    /** The account as paths in `_metadata` spell it. */
    host: { type: 'string', default: 'acct.blob.core.windows.net' },
  },
})
const shape = shapeNamed(values.shape)
const catalogue = new Catalogue(shape, Date.now())
const snapshots = new SnapshotBytes(shape, `wasbs://${CONTAINER}@${values.host}`)
const store = new Store(catalogue, (run) => snapshots.sizeOf(run))
const service = createService({ account: ACCOUNT, container: CONTAINER, store, snapshots })

const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => void serve(service, request, response))
server.listen(Number(values.port), '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  console.log(JSON.stringify({ endpoint: `http://127.0.0.1:${port}/${ACCOUNT}`, container: CONTAINER, blobs: store.size }))
})

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
