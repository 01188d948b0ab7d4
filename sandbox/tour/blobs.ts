/** The tour's own look into storage. */
import { randomUUID } from 'node:crypto'
import type { ContainerClient } from '@azure/storage-blob'

/** Every blob below a prefix with its size; directory markers are left out. */
export async function blobsBelow(storage: ContainerClient, prefix: string): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  for await (const blob of storage.listBlobsFlat({ prefix, includeMetadata: true })) {
    if (blob.metadata?.['hdi_isfolder'] !== 'true') found.set(blob.name, blob.properties.contentLength ?? 0)
  }
  return found
}

/** Puts a file there as Flink names its state files; the blob's name. */
export async function plant(storage: ContainerClient, directory: string, sizeBytes: number): Promise<string> {
  const name = `${directory}/${randomUUID()}`
  await storage.getBlockBlobClient(name).upload(Buffer.alloc(sizeBytes, 1), sizeBytes)
  return name
}

/** The name in the container that a full path means. */
export function nameOf(path: string): string {
  return path.replace(/^\w+:\/\/[^/]+\//, '')
}
