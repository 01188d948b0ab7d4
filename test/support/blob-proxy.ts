import { request as ask, createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BATCH_TYPE, batchAnswer, deletePart, type PartAnswer, partsOf } from './blob-batch.js'

export interface BlobRequest {
  method: string
  /** Name of the blob; '' for a request of the container or the account. */
  name: string
  query: URLSearchParams
  kind: 'list' | 'read' | 'write' | 'delete' | 'lease' | 'undelete' | 'properties' | 'other'
  /** How many of its kind came before. */
  before: number
  /** How many of any kind came before. */
  at: number
}

/**
 * `pass`: on to the emulator. `drop`: the connection breaks before, `lose`: after the emulator did it. Else an answer of its own. Each part
 * of a batch is a delete, counted and decided over by itself: at a `drop` those after it are not done, at a `lose` all of them are.
 */
export type Verdict = 'pass' | 'drop' | 'lose' | { status: number; code?: string; body?: string } | { rewrite: (body: string) => string }

export const PASS: Verdict = 'pass'

export interface BlobProxy {
  /** Base URL of the account, as `storage.<host>.endpoint` takes it. */
  endpoint: string
  /** Everything that came, in order. */
  requests: BlobRequest[]
  /** Decides over each request from now on. */
  decide(by: (request: BlobRequest) => Verdict | Promise<Verdict>): void
  stop(): Promise<void>
}

export interface BlobProxyOptions {
  /** When a blob was last modified, as listings and reads tell it; the emulator's own word when absent or `null`. */
  modifiedMs?: (name: string) => number | null
}

/** Stands before an emulator, counts, and does what a real account does on its bad days. Signatures do not cover the host, so they hold. */
export async function startBlobProxy(target: string, { modifiedMs }: BlobProxyOptions = {}): Promise<BlobProxy> {
  const requests: BlobRequest[] = []
  const leaveAll = () => PASS
  let decide: Parameters<BlobProxy['decide']>[0] = leaveAll
  const server = createServer((incoming, outgoing) => {
    outgoing.on('error', () => undefined)
    void bodyOf(incoming).then(async (body) => {
      if (isBatch(incoming)) {
        const parts = new Parts({ incoming, outgoing, body, target, dated: (text) => text }, requests)
        return decide === leaveAll ? parts.passOn() : parts.answer(decide)
      }
      const request = describeRequest(incoming, requests)
      requests.push(request)
      await answer(await decide(request), {
        incoming,
        outgoing,
        body,
        target,
        dated: dated(request, modifiedMs),
        modifiedMs: modifiedMs?.(request.name) ?? null,
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}${new URL(target).pathname}`,
    requests,
    decide: (by) => {
      decide = by
    },
    stop: () => stop(server),
  }
}

function describeRequest(incoming: IncomingMessage, before: BlobRequest[]): BlobRequest {
  const method = incoming.method ?? ''
  const url = new URL(incoming.url ?? '/', 'http://proxy')
  const name = decodeURIComponent(url.pathname.split('/').slice(3).join('/'))
  const kind = kindOf(method, url.searchParams)
  return { method, name, query: url.searchParams, kind, before: before.filter((one) => one.kind === kind).length, at: before.length }
}

function kindOf(method: string, query: URLSearchParams): BlobRequest['kind'] {
  const comp = query.get('comp')
  if (comp === 'list' || comp === 'lease' || comp === 'undelete' || comp === 'properties') return comp
  if (comp !== null) return 'other'
  return method === 'GET' ? 'read' : method === 'PUT' ? 'write' : method === 'DELETE' ? 'delete' : 'other'
}

function isBatch({ url = '' }: IncomingMessage): boolean {
  return /[?&]comp=batch(&|$)/.test(url)
}

/** A batch on its way through. */
class Parts {
  readonly #exchange: Exchange
  readonly #requests: BlobRequest[]

  constructor(exchange: Exchange, requests: BlobRequest[]) {
    this.#exchange = exchange
    this.#requests = requests
  }

  /** As it is, so that the emulator checks what was signed. */
  async passOn(): Promise<void> {
    for (const { name } of this.#parts()) this.#count(name)
    await answer(PASS, this.#exchange)
  }

  async answer(decide: Parameters<BlobProxy['decide']>[0]): Promise<void> {
    const { incoming, outgoing, target } = this.#exchange
    const containerUrl = `${target}/${(incoming.url ?? '').split('?')[0]?.split('/')[2]}`
    const answers: PartAnswer[] = []
    let isLost = false
    for (const part of this.#parts()) {
      const verdict = isLost ? PASS : await decide(this.#count(part.name))
      if (verdict === 'drop') return void outgoing.socket?.destroy()
      if (verdict === 'lose') isLost = true
      if (typeof verdict === 'object' && 'status' in verdict) answers.push({ id: part.id, status: verdict.status, code: verdict.code })
      else answers.push(await deletePart(containerUrl, part))
    }
    if (isLost) return void outgoing.socket?.destroy()
    outgoing.writeHead(202, { 'content-type': BATCH_TYPE }).end(batchAnswer(answers))
  }

  #parts() {
    return partsOf(this.#exchange.body.toString('utf8'))
  }

  #count(name: string): BlobRequest {
    const before = this.#requests.filter((one) => one.kind === 'delete').length
    const request = { method: 'DELETE', name, query: new URLSearchParams(), kind: 'delete', before, at: this.#requests.length } as const
    this.#requests.push(request)
    return request
  }
}

interface Exchange {
  incoming: IncomingMessage
  outgoing: ServerResponse
  body: Buffer
  target: string
  dated: (body: string) => string
  /** `null`: the emulator's own word. */
  modifiedMs?: number | null
}

async function answer(verdict: Verdict, exchange: Exchange): Promise<void> {
  const { outgoing, dated } = exchange
  if (verdict === 'drop') return void outgoing.socket?.destroy()
  if (typeof verdict === 'object' && 'status' in verdict) return refuse(outgoing, verdict)
  const passed = await passOn(exchange).catch(() => null)
  if (passed === null) return void outgoing.socket?.destroy()
  const { status, headers, body } = passed
  if (verdict === 'lose') return void outgoing.socket?.destroy()
  const isText = typeof verdict === 'object' || String(headers['content-type']).includes('xml')
  const text = isText ? dated(body.toString('utf8')) : null
  const sent = typeof verdict === 'object' ? Buffer.from(verdict.rewrite(text ?? '')) : text === null ? body : Buffer.from(text)
  const kept = headersFor(headers, exchange.modifiedMs ?? null)
  const isHead = exchange.incoming.method === 'HEAD'
  outgoing.writeHead(status, isHead ? kept : { ...kept, 'content-length': String(sent.length) }).end(isHead ? undefined : sent)
}

function headersFor({ 'transfer-encoding': _, ...told }: IncomingMessage['headers'], modifiedMs: number | null) {
  const isDated = modifiedMs !== null && told['last-modified'] !== undefined
  return isDated ? { ...told, 'last-modified': new Date(modifiedMs).toUTCString() } : told
}

function refuse(outgoing: ServerResponse, { status, code, body }: Extract<Verdict, { status: number }>): void {
  const text = body ?? `<?xml version="1.0"?><Error><Code>${code ?? ''}</Code><Message>scripted</Message></Error>`
  outgoing.writeHead(status, { 'content-type': 'application/xml', ...(code !== undefined && { 'x-ms-error-code': code }) }).end(text)
}

function passOn({ incoming, body, target }: Exchange): Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }> {
  const { hostname, port, host } = new URL(target)
  return new Promise((done, failed) => {
    const headers = { ...incoming.headers, host }
    // A connection of its own for each: one kept alive may be closed by the emulator just when it is used again.
    const asked = ask({ hostname, port, method: incoming.method, path: incoming.url, headers, agent: false }, (answer) => {
      void bodyOf(answer).then((bytes) => done({ status: answer.statusCode ?? 500, headers: answer.headers, body: bytes }), failed)
    })
    asked.on('error', failed).end(body)
  })
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function dated({ kind }: BlobRequest, modifiedMs: BlobProxyOptions['modifiedMs']): (body: string) => string {
  if (kind !== 'list' || modifiedMs === undefined) return (body) => body
  return (body) =>
    body.replaceAll(/<Name>([^<]*)<\/Name>.*?<Last-Modified>([^<]*)/gs, (entry, name: string, own: string) => {
      const ms = modifiedMs(name)
      return ms === null ? entry : `${entry.slice(0, -own.length)}${new Date(ms).toUTCString()}`
    })
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
