import type { BlobPage, ContainerReader } from '../ports.js'
import type { BlobInventory, LevelReader } from '../ports-inventory.js'
import type { RunRecorder } from '../ports-record.js'
import { isInventoried } from '../state/inventoried.js'
import { listLive } from './list-live.js'
import { withCopies } from './with-copies.js'

/**
 * A container whose big directories are listed from an inventory, hours old, and everything else live: snapshots are as they are now, and
 * what the inventory adds are files that may since have gone.
 */
export function inventoryReader(reader: ContainerReader, inventory: BlobInventory, levels: LevelReader & RunRecorder): ContainerReader {
  const { account, container } = reader
  const mixed: ContainerReader = {
    ...reader,
    async *list({ prefix = '', signal }): AsyncGenerator<BlobPage> {
      if (prefix !== '') return yield* reader.list({ prefix, signal })
      let serverTimeMs = 0
      for await (const page of listLive({ levels, account, container, signal })) {
        serverTimeMs = page.serverTimeMs
        yield page
      }
      for await (const blobs of inventory.blobs({ account, container, signal })) {
        signal.throwIfAborted()
        // A file that was being written then is looked up where a snapshot names it.
        const files = blobs.filter(({ name, isDirectory, isUploading }) => isInventoried(name) && !isDirectory && !isUploading)
        yield { blobs: files, serverTimeMs }
      }
    },
  }
  return withCopies(mixed, levels)
}

/** A container of which only what an inventory does not stand in for is listed: all that a second look at the snapshots needs. */
export function snapshotReader(reader: ContainerReader, levels: LevelReader & RunRecorder): ContainerReader {
  const { account, container } = reader
  return withCopies({ ...reader, list: ({ signal }) => listLive({ levels, account, container, signal }) }, levels)
}
