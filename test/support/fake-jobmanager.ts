import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  method: string
  /** Without the query. */
  path: string
  query: string
  headers: Record<string, string | string[] | undefined>
  body: string
}

/** A scripted answer; `drop` breaks the connection off instead, after the request was taken. */
export type Answer = { status?: number; body?: unknown; type?: string } | 'drop'
type Reply = Answer | ((asked: Asked) => Answer | Promise<Answer>)

/** `GET /v1/jobs/overview`; a `*` stands for one segment of the path. */
export type Routes = Record<string, Reply>

export interface FakeJobManager {
  url: string
  /** Everything it was asked, in order. */
  asked: Asked[]
  /** Adds or replaces routes. */
  script(routes: Routes): void
  stop(): Promise<void>
}

/** A JobManager, or a SQL Gateway, that answers as scripted: for what a real one will not do on demand. */
export async function startFakeJobManager(routes: Routes = {}): Promise<FakeJobManager> {
  const scripted = new Map(Object.entries(routes))
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    void read(request).then(async (one) => {
      asked.push(one)
      send(response, await answerOf(scripted, one))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    script: (more) => {
      for (const [route, reply] of Object.entries(more)) scripted.set(route, reply)
    },
    stop: () => stop(server),
  }
}

/** An address at which nobody listens. */
export async function deadUrl(): Promise<string> {
  const fake = await startFakeJobManager()
  await fake.stop()
  return fake.url
}

async function read(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const [path = '', query = ''] = (request.url ?? '').split('?')
  return { method: request.method ?? '', path, query, headers: request.headers, body: Buffer.concat(chunks).toString('utf8') }
}

async function answerOf(scripted: Map<string, Reply>, asked: Asked): Promise<Answer> {
  const wanted = `${asked.method} ${asked.path}`
  const reply = scripted.get(wanted) ?? [...scripted].find(([route]) => isMatch(route, wanted))?.[1]
  if (reply === undefined) return { status: 404, body: { errors: [`Not found: ${asked.path}`] } }
  return typeof reply === 'function' ? reply(asked) : reply
}

function isMatch(route: string, wanted: string): boolean {
  const segments = route.split('/')
  const own = wanted.split('/')
  return segments.length === own.length && segments.every((segment, at) => segment === '*' || segment === own[at])
}

function send(response: ServerResponse, answer: Answer): void {
  if (answer === 'drop') {
    response.socket?.destroy()
    return
  }
  const { status = 200, body, type = 'application/json; charset=UTF-8' } = answer
  response.writeHead(status, { 'content-type': type }).end(typeof body === 'string' ? body : JSON.stringify(body))
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
