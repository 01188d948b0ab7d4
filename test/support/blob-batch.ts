import { ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob'
import { EMULATOR_ACCOUNT, EMULATOR_KEY } from '../../sandbox/emulator.js'

/** One delete of a Blob Batch as it was asked for. */
export interface BatchPart {
  id: string
  /** Name of the blob. */
  name: string
  etag: string
}

/** What the service says to one of them. */
export interface PartAnswer {
  id: string
  status: number
  code?: string | undefined
}

const PART = /^Content-ID: (\d+)\r\n\r\nDELETE ([^ ?]+)\S* HTTP\/1\.1\r\n(?:.*\r\n)*?If-Match: (\S+)\r\n/gm

/** The deletes in the body of a batch, in their order. */
export function partsOf(body: string): BatchPart[] {
  return [...body.matchAll(PART)].map(([, id = '', path = '', etag = '']) => ({
    id,
    name: decodeURIComponent(path.split('/').slice(3).join('/')),
    etag,
  }))
}

/** Does one of them at the emulator by itself. */
export async function deletePart(containerUrl: string, { id, name, etag }: BatchPart): Promise<PartAnswer> {
  const container = new ContainerClient(containerUrl, new StorageSharedKeyCredential(EMULATOR_ACCOUNT, EMULATOR_KEY))
  try {
    await container.getBlobClient(name).delete({ conditions: { ifMatch: etag } })
    return { id, status: 202 }
  } catch (error) {
    const { statusCode = 500, code } = error as { statusCode?: number; code?: string }
    return { id, status: statusCode, code }
  }
}

const BOUNDARY = 'batchresponse_of-a-test'
export const BATCH_TYPE = `multipart/mixed; boundary=${BOUNDARY}`

/** The answer to a batch, as the service writes it. */
export function batchAnswer(answers: PartAnswer[]): string {
  const parts = answers.map(({ id, status, code }) => {
    const headers = status === 202 ? ['x-ms-delete-type-permanent: true'] : [`x-ms-error-code: ${code ?? ''}`]
    const lines = ['Content-Type: application/http', `Content-ID: ${id}`, '', `HTTP/1.1 ${status} Said`, ...headers, '', '']
    return `--${BOUNDARY}\r\n${lines.join('\r\n')}`
  })
  return `${parts.join('')}--${BOUNDARY}--`
}
