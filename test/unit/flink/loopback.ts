import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Seen {
  method: string
  path: string
  headers: Record<string, string | string[] | undefined>
  body: string
}

export interface Loopback {
  url: string
  seen: Seen[]
  close(): Promise<void>
}

type Reply = (seen: Seen, response: ServerResponse, request: IncomingMessage) => void

/** A server on 127.0.0.1 that remembers what it was asked. */
export async function serve(reply: Reply): Promise<Loopback> {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const asked: Seen = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('latin1'),
      }
      seen.push(asked)
      reply(asked, response, request)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' }).end(JSON.stringify(body))
}

/** A Flink error as its handlers answer it. */
export function refuse(response: ServerResponse, status: number, ...errors: string[]): void {
  json(response, status, { errors })
}

export const HANDLER = 'org.apache.flink.runtime.rest.handler.RestHandlerException: '

/** Two-part body of an exception no handler foresaw. */
export function crash(response: ServerResponse, stack: string): void {
  refuse(response, 500, 'Internal server error.', `<Exception on server side:\n${stack}\n\nEnd of exception on server side>`)
}

export const never = (): AbortSignal => new AbortController().signal
export const JOB = '0123456789abcdef0123456789abcdef'
export const TRIGGER = 'cccccccccccccccccccccccccccccccc'
