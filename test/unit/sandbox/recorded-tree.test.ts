import { readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { parseListing } from '../../../sandbox/tree.js'

const TREE = resolve(import.meta.dirname, '../../../sandbox/recorded-tree')

async function recordedBlobs() {
  return parseListing(await readFile(join(TREE, 'listing.jsonl'), 'utf8'))
}

test('the recorded tree holds the bytes of every _metadata, at the listed size', async () => {
  const metadata = (await recordedBlobs()).filter((blob) => /\/chk-\d+\/_metadata$/.test(blob.name))
  expect(metadata).toHaveLength(4)
  for (const { name, size } of metadata) {
    expect((await stat(join(TREE, 'blobs', encodeURIComponent(name)))).size).toBe(size)
  }
})

test('its listing and its truth agree', async () => {
  const names = (await recordedBlobs()).map((blob) => blob.name)
  const truth = JSON.parse(await readFile(join(TREE, 'truth.json'), 'utf8')) as Record<string, string[]>
  const told = ['referenced', 'unreferenced', 'metadata', 'directoryMarkers'].flatMap((part) => truth[part] ?? [])
  expect(told).toHaveLength(names.length)
  expect(new Set(told)).toEqual(new Set(names))
})
