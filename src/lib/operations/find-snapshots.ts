import type { Blob, ContainerReader } from '../ports.js'
import { isSnapshotMetadata, placeOf } from '../state/layout.js'
import { mapConcurrently } from './concurrently.js'

/** Beyond so many directories a look costs more than it saves. */
const MOST_LEVELS = 5000
const IN_FLIGHT = 16

/** Told of each page of a look, with the service's clock. */
export type OnFound = (blobs: Blob[], serverTimeMs: number) => void

/**
 * Goes down the directories to where checkpoints and savepoints lie, past those that hold nothing but state files: a small part of a
 * container. A guess, quickly made: what lies at odd places is not found, so that a whole listing has to have the last word.
 */
export async function findSnapshots(reader: ContainerReader, signal: AbortSignal, onFound: OnFound): Promise<void> {
  let left = MOST_LEVELS
  for (let prefixes = ['']; prefixes.length > 0; left -= prefixes.length) {
    const found = await mapConcurrently(prefixes, IN_FLIGHT, (prefix) => lookInto(reader, prefix, { signal, onFound }))
    prefixes = found.flat().slice(0, Math.max(0, left))
  }
}

/** One level: reads its snapshots' `_metadata`, and answers the directories to look into next. */
async function lookInto(reader: ContainerReader, prefix: string, options: { signal: AbortSignal; onFound: OnFound }): Promise<string[]> {
  const { signal, onFound } = options
  // The service may tell of a directory on two pages.
  const next = new Set<string>()
  const snapshots = new Set<string>()
  for await (const { blobs, directories, serverTimeMs } of reader.level({ prefix, signal })) {
    onFound(metadataIn(blobs), serverTimeMs)
    for (const directory of directories) {
      const kind = kindOf(directory)
      if (kind === 'unknown') next.add(directory)
      else if (kind !== 'files') snapshots.add(`${prefix}${kind}`)
    }
    if (directories.length === 0) break
  }
  for (const start of snapshots)
    for await (const { blobs, serverTimeMs } of reader.list({ prefix: start, signal })) onFound(metadataIn(blobs), serverTimeMs)
  return [...next]
}

function metadataIn(blobs: Blob[]): Blob[] {
  return blobs.filter((blob) => !blob.isDirectory && isSnapshotMetadata(blob.name))
}

/** What all snapshots beside this one begin with; or that it holds but state files; or nothing known. */
function kindOf(directory: string): 'chk-' | 'savepoint-' | 'files' | 'unknown' {
  switch (placeOf(`${directory}file`).area) {
    case 'checkpoint':
      return 'chk-'
    case 'savepoint':
      return 'savepoint-'
    case 'other':
      return directory === '_flinkops/' ? 'files' : 'unknown'
    default:
      return 'files'
  }
}
