import type { ContainerClient } from '@azure/storage-blob'
import { type BlobProxy, PASS, type Verdict } from './blob-proxy.js'

interface Kept {
  bytes: Buffer
  metadata: Record<string, string>
}

const POLICY = '<DeleteRetentionPolicy><Enabled>true</Enabled><Days>14</Days></DeleteRetentionPolicy>'

/** Lets the account behind a proxy keep deleted blobs, which the emulator cannot; `forget` makes it lose one for good. */
export function keepDeleted(proxy: BlobProxy, client: ContainerClient): { forget(name: string): void } {
  const kept = new Map<string, Kept>()
  proxy.decide(async ({ kind, name }): Promise<Verdict> => {
    if (kind === 'properties')
      return { status: 200, body: `<?xml version="1.0"?><StorageServiceProperties>${POLICY}</StorageServiceProperties>` }
    if (kind === 'delete') kept.set(name, await read(client, name))
    if (kind !== 'undelete') return PASS
    const blob = kept.get(name)
    if (blob === undefined) return { status: 404, code: 'BlobNotFound' }
    await client.getBlockBlobClient(name).upload(blob.bytes, blob.bytes.length, { metadata: blob.metadata })
    return { status: 200, body: '' }
  })
  return { forget: (name) => void kept.delete(name) }
}

async function read(client: ContainerClient, name: string): Promise<Kept> {
  const blob = client.getBlobClient(name)
  const { metadata = {}, contentLength = 0 } = await blob.getProperties()
  return { metadata, bytes: contentLength === 0 ? Buffer.alloc(0) : await blob.downloadToBuffer() }
}
