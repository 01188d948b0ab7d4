import type { PipelineResponse } from '@azure/core-rest-pipeline'
import type { ContainerClient } from '@azure/storage-blob'
import type { PartAuth } from './batch-request.js'
import { authorization, type KeySigner } from './signature.js'

/** Old enough for every emulator, new enough for batches scoped to a container (2020-04-08). */
const SERVICE_VERSION = '2025-11-05'

/** The SDK's HTTP pipeline (proxy, TLS, logs, tracing), for requests that its clients are too slow at. */
export interface Wire {
  containerPath: string
  /** The SAS as it stands in the container's URL, `?` and all; else empty. */
  sas: string
  /** How requests are let in at this moment. */
  auth(signal: AbortSignal): Promise<PartAuth>
  /** One POST to the container, once. Throws when there is no answer; any status is an answer. */
  post(options: WirePost): Promise<PipelineResponse>
}

export interface WirePost {
  /** Of the request itself, in the order of the URL. */
  query: Record<string, string>
  contentType: string
  body: string
  auth: PartAuth
  date: string
  signal: AbortSignal
}

/** Opens a wire to what the client stands for, let in by the client's own credential. */
export async function openWire(client: ContainerClient): Promise<Wire> {
  const rest = await import('@azure/core-rest-pipeline')
  const { StorageOAuthScopes } = await import('@azure/storage-blob')
  const url = new URL(client.url)
  const pipeline = rest.createPipelineFromOptions({ userAgentOptions: { userAgentPrefix: 'flinkops' } })
  // Who sends knows better what may be repeated.
  pipeline.removePolicy({ phase: 'Retry' })
  const httpClient = rest.createDefaultHttpClient()

  async function auth(signal: AbortSignal): Promise<PartAuth> {
    const { credential } = client
    if (isKeySigner(credential)) return { kind: 'key', signer: credential }
    if (!('getToken' in credential)) return { kind: 'anonymous' }
    const token = await credential.getToken(StorageOAuthScopes, { abortSignal: signal })
    return token === null ? { kind: 'anonymous' } : { kind: 'bearer', token: token.token }
  }

  async function post({ query, contentType, body, auth: by, date, signal }: WirePost): Promise<PipelineResponse> {
    const parameters = new URLSearchParams(query).toString()
    const headers: Record<string, string> = { 'x-ms-date': date, 'x-ms-version': SERVICE_VERSION }
    const request = rest.createPipelineRequest({
      url: `${url.origin}${url.pathname}?${parameters}${url.search.replace('?', '&')}`,
      method: 'POST',
      body,
      headers: rest.createHttpHeaders({ ...headers, 'content-type': contentType, accept: 'application/xml' }),
      abortSignal: signal,
      allowInsecureConnection: url.protocol === 'http:',
    })
    headers['x-ms-client-request-id'] = request.requestId
    request.headers.set('x-ms-client-request-id', request.requestId)
    if (by.kind === 'bearer') request.headers.set('authorization', `Bearer ${by.token}`)
    if (by.kind === 'key') {
      const contentLength = Buffer.byteLength(body)
      const signed = { method: 'POST', path: url.pathname, contentLength, contentType, headers, query } as const
      request.headers.set('authorization', authorization(by.signer, signed))
    }
    return pipeline.sendRequest(httpClient, request)
  }

  return { containerPath: url.pathname, sas: url.search, auth, post }
}

function isKeySigner(credential: object): credential is KeySigner {
  return 'computeHMACSHA256' in credential && 'accountName' in credential
}
