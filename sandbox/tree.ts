import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ContainerClient } from '@azure/storage-blob'
import { createContainer } from './emulator.js'

export interface RecordedBlob {
  name: string
  size: number
  metadata: Record<string, string>
}

export interface LoadTreeOptions {
  /** Has to be the recorded one, for the paths inside `_metadata` name it; `truth.json` says it when absent. */
  containerName?: string
  /** `listing-2.jsonl` is the same tree a little later. */
  listing?: string
}

export interface LoadedTree {
  container: string
  client: ContainerClient
  blobs: number
  bytes: number
}

const AT_ONCE = 16

/** Loads a recorded state tree into an emulator: `_metadata` as it was, every other blob as zero bytes of the recorded size. */
export async function loadTree(treeDir: string, endpoint: string, options: LoadTreeOptions = {}): Promise<LoadedTree> {
  const container = options.containerName ?? (await recordedContainer(treeDir))
  const client = await createContainer(endpoint, container)
  const blobs = parseListing(await readFile(join(treeDir, options.listing ?? 'listing.jsonl'), 'utf8'))
  const waiting = blobs.filter((blob) => !isMetadata(blob))
  const uploader = async () => {
    for (let blob = waiting.pop(); blob !== undefined; blob = waiting.pop()) await upload(client, treeDir, blob)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, uploader))
  // As Flink does: last, and one checkpoint after the other. The order of their times says which is the newest.
  for (const blob of blobs.filter(isMetadata).toSorted(byNumber)) await upload(client, treeDir, blob)
  return { container, client, blobs: blobs.length, bytes: blobs.reduce((sum, blob) => sum + blob.size, 0) }
}

/** Reads a recorded listing: one JSON object a line. */
export function parseListing(text: string): RecordedBlob[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RecordedBlob)
}

function isMetadata({ name }: RecordedBlob): boolean {
  return name.endsWith('/_metadata')
}

function byNumber(a: RecordedBlob, b: RecordedBlob): number {
  return a.name.localeCompare(b.name, 'en', { numeric: true })
}

async function upload(client: ContainerClient, treeDir: string, { name, size, metadata }: RecordedBlob): Promise<void> {
  const recorded = join(treeDir, 'blobs', encodeURIComponent(name))
  const body = existsSync(recorded) ? await readFile(recorded) : Buffer.alloc(size)
  await client.getBlockBlobClient(name).upload(body, body.length, { metadata })
}

async function recordedContainer(treeDir: string): Promise<string> {
  const truth = JSON.parse(await readFile(join(treeDir, 'truth.json'), 'utf8')) as { container: string }
  return truth.container
}
