import type { Blob, ContainerReader } from '../ports.js'
import { parentOf } from '../state/layout.js'
import { isBelow, type Location } from '../state/location.js'

/**
 * What a drill left in its directory, in the order in which it may go: files, then directory markers from the deepest, the directory's own
 * among them, and that of all drills when this one was the last.
 */
export async function findTraces(reader: ContainerReader, directory: Location, signal: AbortSignal): Promise<Blob[]> {
  const common = parentOf(directory.name)
  const below: Blob[] = []
  for await (const { blobs } of reader.list({ prefix: common, signal })) below.push(...blobs.filter(({ name }) => isBelow(name, common)))
  const own = below.filter(({ name }) => isBelow(name, directory.name))
  const isLast = below.every((blob) => own.includes(blob) || (blob.name === common && blob.isDirectory))
  return (isLast ? below : own).toSorted(inOrder)
}

function inOrder(a: Blob, b: Blob): number {
  return Number(a.isDirectory) - Number(b.isDirectory) || b.name.split('/').length - a.name.split('/').length
}
