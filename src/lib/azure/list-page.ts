import type { PipelineResponse } from '@azure/core-rest-pipeline'
import { brokenAnswer } from './errors.js'
import { PageScanner, type ScannedPage } from './page-scanner.js'
import { attemptOf, type ListTarget, request } from './target.js'
import { BrokenListing } from './xml-text.js'

/** The version that the SDK speaks. */
const SERVICE_VERSION = '2026-04-06'
/** An answer that breaks off is asked for again: seen with a busy account (azure-sdk-for-js#12672). */
const TRIES = 3

export interface PageRequest {
  prefix: string
  /** By levels: what lies in directories below the prefix is not listed, the directories are. */
  isLevel: boolean
  marker: string | undefined
  pageSize: number
  signal: AbortSignal
}

export interface ListedPage extends ScannedPage {
  serverTimeMs: number
  /** Whether the service was too busy at first. */
  wasBusy: boolean
}

/** One page of List Blobs with metadata. Whatever is not a whole and sound page is an error. */
export async function listPage(target: ListTarget, page: PageRequest): Promise<ListedPage> {
  const action = actionOf(page)
  for (let tries = 1; ; tries++) {
    const answer = await request(target, { action, signal: page.signal }, (abortSignal) => tryPage(target, page, abortSignal))
    if (!(answer instanceof BrokenListing)) return answer
    if (tries === TRIES) throw brokenAnswer(attemptOf(target, action), answer.problem)
  }
}

async function tryPage(target: ListTarget, page: PageRequest, abortSignal: AbortSignal): Promise<ListedPage | BrokenListing> {
  try {
    return await fetchPage(target, page, abortSignal)
  } catch (error) {
    if (error instanceof BrokenListing) return error
    throw error
  }
}

async function fetchPage(target: ListTarget, page: PageRequest, abortSignal: AbortSignal): Promise<ListedPage> {
  const { sender } = target
  const { createPipelineRequest } = await import('@azure/core-rest-pipeline')
  const asked = createPipelineRequest({
    url: urlOf(sender.url, page),
    abortSignal,
    allowInsecureConnection: sender.url.startsWith('http:'),
    streamResponseStatusCodes: new Set([200]),
  })
  asked.headers.set('x-ms-version', SERVICE_VERSION)
  asked.headers.set('accept', 'application/xml')
  const { response, tries } = await sender.send(asked)
  if (response.status !== 200) throw new Refusal(response)
  const serverTimeMs = Date.parse(response.headers.get('date') ?? '')
  const scanned = await scan(response)
  if (Number.isNaN(serverTimeMs)) throw new BrokenListing('it has no date')
  return { ...scanned, serverTimeMs, wasBusy: tries > 1 }
}

async function scan({ readableStreamBody }: PipelineResponse): Promise<ScannedPage> {
  const scanner = new PageScanner()
  for await (const chunk of whole(readableStreamBody ?? [])) scanner.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
  return scanner.end()
}

/** A stream that breaks off counts as an answer that does. */
async function* whole(stream: AsyncIterable<string | Buffer> | never[]): AsyncGenerator<string | Buffer> {
  try {
    yield* stream
  } catch (error) {
    if (error instanceof BrokenListing) throw error
    throw new BrokenListing('its XML is incomplete or is none')
  }
}

function urlOf(container: string, { prefix, isLevel, marker, pageSize }: PageRequest): string {
  const url = new URL(container)
  const query = new URLSearchParams(url.search)
  query.set('restype', 'container')
  query.set('comp', 'list')
  query.set('include', 'metadata')
  query.set('maxresults', String(pageSize))
  if (prefix !== '') query.set('prefix', prefix)
  if (isLevel) query.set('delimiter', '/')
  if (marker !== undefined) query.set('marker', marker)
  // The service takes a plus sign for itself, and a signature has to be as it was given.
  url.search = query.toString().replaceAll('+', '%20')
  return url.href
}

/** An answer with another status than 200, in the form of the SDK's errors. */
class Refusal extends Error {
  readonly statusCode: number
  readonly response: PipelineResponse

  constructor(response: PipelineResponse) {
    super(`HTTP ${response.status}`)
    this.statusCode = response.status
    this.response = response
  }
}

export function actionOf({ prefix }: Pick<PageRequest, 'prefix'>): string {
  return prefix === '' ? 'list blobs' : `list ${prefix}`
}
