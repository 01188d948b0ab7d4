import type { IncomingHttpHeaders } from 'node:http'

/** A request to the container or to a blob in it. */
export interface Request {
  method: string
  /** Decoded name of the blob; '' for the container. */
  name: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: Buffer
}

export interface Answer {
  status: number
  headers?: Record<string, string>
  body?: Buffer | Buffer[]
  /** The connection is cut instead of an answer. */
  isDropped?: boolean
}

/** A refusal, its code in header and body as the service has it. */
export function refused(status: number, code: string, headers: Record<string, string> = {}): Answer {
  const body = Buffer.from(`\ufeff<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${code}.</Message></Error>`)
  return { status, headers: { 'content-type': 'application/xml', 'x-ms-error-code': code, ...headers }, body }
}

export function header(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name]
  return typeof value === 'string' ? value : ''
}
