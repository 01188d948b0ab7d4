import type { PipelineRequest, PipelineResponse } from '@azure/core-rest-pipeline'
import type { BlobServiceClient, ContainerClient, StoragePipelineOptions } from '@azure/storage-blob'

/** Sends a request through the pipeline of the SDK's own client (credential, retries, proxy, logs), but takes the answer as it comes. */
export interface Sender {
  /** Of the container, with a SAS if there is one. */
  readonly url: string
  /** `tries`: how often it was sent, the service having been busy or ailing. */
  send(request: PipelineRequest): Promise<{ response: PipelineResponse; tries: number }>
}

const TRIES = 'flinkops-tries'

/** A sender for one container. The SDK gives its pipeline to subclasses. */
export async function senderOf(service: BlobServiceClient, container: string, options: StoragePipelineOptions): Promise<Sender> {
  const sdk = await import('@azure/storage-blob')
  const tries = new WeakMap<PipelineRequest, number>()

  class SendingClient extends sdk.ContainerClient implements Sender {
    constructor({ url, credential }: ContainerClient) {
      super(url, credential, options)
      const count = {
        name: TRIES,
        sendRequest: (request: PipelineRequest, next: (one: PipelineRequest) => Promise<PipelineResponse>) => {
          tries.set(request, (tries.get(request) ?? 0) + 1)
          return next(request)
        },
      }
      this.storageClientContext.pipeline.addPolicy(count, { afterPhase: 'Retry' })
    }

    async send(request: PipelineRequest) {
      const response = await this.storageClientContext.sendRequest(request)
      return { response, tries: tries.get(request) ?? 1 }
    }
  }

  return new SendingClient(service.getContainerClient(container))
}
