import { open, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { refusedError } from '../errors.js'
import type { ContentReader } from '../ports-content.js'
import type { Location } from '../state/location.js'

/** A file of an inventory, read in parts. */
export interface PartedFile {
  name: string
  sizeBytes: number
  read(offset: number, count: number): Promise<Uint8Array>
}

/** A file that was downloaded beside its manifest. */
export function localFile(manifest: string, file: { blob: string; sizeBytes: number }, signal: AbortSignal): PartedFile {
  const path = join(dirname(manifest), basename(file.blob))
  return {
    name: path,
    sizeBytes: file.sizeBytes,
    read: async (offset, count) => {
      signal.throwIfAborted()
      await checkSize(path, file.sizeBytes)
      const handle = await open(path)
      try {
        const { bytesRead, buffer } = await handle.read(Buffer.alloc(count), 0, count, offset)
        if (bytesRead !== count) throw wrongSize(path, `${bytesRead} of ${count} bytes could be read at ${offset}`)
        return buffer
      } finally {
        await handle.close()
      }
    },
  }
}

async function checkSize(path: string, sizeBytes: number): Promise<void> {
  const found = await stat(path).catch(() => null)
  if (found === null) throw refusedError('INVENTORY_FILE', `The inventory file ${path} is not there.`, 'Download it beside its manifest.')
  if (found.size !== sizeBytes) throw wrongSize(path, `it has ${found.size} bytes, the manifest says ${sizeBytes}`)
}

/** A file where the service put it. */
export function storedFile(input: { storage: ContentReader; location: Location; sizeBytes: number; signal: AbortSignal }): PartedFile {
  const { storage, location, sizeBytes, signal } = input
  let etag: string | undefined
  return {
    name: location.name,
    sizeBytes,
    read: async (offset, count) => {
      const part = await storage.readRange({ ...location, offset, count, signal, ...(etag !== undefined && { ifMatch: etag }) })
      if (part.state !== 'read') throw wrongSize(location.name, `it is ${part.state}`)
      etag = part.etag
      return part.bytes
    },
  }
}

function wrongSize(name: string, problem: string): Error {
  return refusedError('INVENTORY_FILE', `The inventory file ${name} cannot be used: ${problem}.`)
}
