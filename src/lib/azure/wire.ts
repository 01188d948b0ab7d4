import type { PipelineRequest, PipelineResponse } from '@azure/core-rest-pipeline'
import type { ContainerClient } from '@azure/storage-blob'
import type { PartAuth } from './batch-request.js'

/** Old enough for every emulator, new enough for batches scoped to a container (2020-04-08). */
const SERVICE_VERSION = '2025-11-05'

/** The pipeline of the SDK's own clients (credential, proxy, TLS, logs), for a request that they are too slow at. Repeats nothing. */
export interface Wire {
  /** Encoded; with the account before it at an emulator. */
  containerPath: string
  /** The SAS as it stands in the container's URL, `?` and all; else empty. */
  sas: string
  /** How the parts of a batch are let in at this moment. */
  partAuth(signal: AbortSignal): Promise<PartAuth>
  /** Posts a batch to the container, once. Throws when there is no answer; any status is an answer. */
  postBatch(options: { contentType: string; body: Buffer; signal: AbortSignal }): Promise<PipelineResponse>
}

/** Opens a wire to the client's container, let in by the client's own credential. */
export async function openWire(client: ContainerClient): Promise<Wire> {
  const rest = await import('@azure/core-rest-pipeline')
  const sdk = await import('@azure/storage-blob')
  const { url, credential } = client

  /** The SDK gives its pipeline to subclasses. */
  class WireClient extends sdk.ContainerClient {
    send(request: PipelineRequest): Promise<PipelineResponse> {
      return this.storageClientContext.sendRequest(request)
    }
  }

  const wire = new WireClient(url, credential, { retryOptions: { maxTries: 1 }, userAgentOptions: { userAgentPrefix: 'flinkops' } })
  const { origin, protocol, pathname, search } = new URL(wire.url)
  return {
    containerPath: pathname,
    sas: search,
    partAuth: async (abortSignal) => {
      if (credential instanceof sdk.StorageSharedKeyCredential) return { kind: 'key', signer: credential }
      if (!('getToken' in credential)) return { kind: 'anonymous' }
      const token = await credential.getToken(sdk.StorageOAuthScopes, { abortSignal })
      return token === null ? { kind: 'anonymous' } : { kind: 'bearer', token: token.token }
    },
    postBatch: ({ contentType, body, signal }) => {
      const batchUrl = `${origin}${pathname}?restype=container&comp=batch${search.replace('?', '&')}`
      const headers = rest.createHttpHeaders({ 'content-type': contentType, accept: 'application/xml', 'x-ms-version': SERVICE_VERSION })
      const allowInsecureConnection = protocol === 'http:'
      const request = { url: batchUrl, method: 'POST', body, headers, abortSignal: signal, allowInsecureConnection } as const
      return wire.send(rest.createPipelineRequest(request))
    },
  }
}
