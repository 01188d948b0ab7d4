import type { ArchivedJob, Blob, StorageReader } from '../ports.js'
import { parseLocation } from '../state/location.js'
import { mapBySize } from './concurrently.js'

export interface ReadHistoryInput {
  /** The history directory, for example `wasbs://flink@acct.blob.core.windows.net/history`. */
  directory: string
  storage: StorageReader
  /** Which blobs below it are archives of jobs, by the name relative to it (both layouts). */
  isArchive: (relativeName: string) => boolean
  parse: (bytes: Uint8Array) => ArchivedJob | null
  signal: AbortSignal
}

/** Every job that the history directory proves ended. An archive that cannot be parsed, or is too large to be read, proves
 * nothing and is left out. */
export async function readHistory(input: ReadHistoryInput): Promise<ArchivedJob[]> {
  const parsed = parseLocation(input.directory)
  if (!parsed.ok) return []
  const { account, container, name } = parsed.location
  const reader = await input.storage.container(account, container)
  const blobs: Blob[] = []
  for await (const page of reader.list({ prefix: `${name}/`, signal: input.signal })) {
    for (const blob of page.blobs) {
      if (!blob.isDirectory && blob.sizeBytes > 0 && input.isArchive(blob.name.slice(name.length + 1))) blobs.push(blob)
    }
  }
  const archives = await mapBySize(blobs, { atOnce: 8, sizeOf: (blob) => blob.sizeBytes }, async (blob) => {
    const content = await reader.read({ name: blob.name, signal: input.signal })
    return content.state === 'read' ? input.parse(content.bytes) : null
  })
  return archives.filter((archive) => archive !== null)
}
