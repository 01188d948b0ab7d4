import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { statePath } from '../../sandbox/emulator.js'
import { isSnapshotMetadata, parentOf } from '../../src/lib/state/layout.js'
import { type Location, locationKey, parseLocation } from '../../src/lib/state/location.js'
import { parseMetadata } from '../../src/lib/state/metadata/parse.js'
import { resolveReferences } from '../../src/lib/state/references.js'
import type { FireWorld } from './world.js'

/**
 * Files that a snapshot on storage names, that are not there, and that the journal says we deleted: whatever Flink itself or a kill took
 * away, these we did.
 */
export async function damageDone(world: FireWorld): Promise<string[]> {
  const deleted = await deletedKeys(world.journalDir)
  const names = new Set<string>()
  for await (const blob of world.storage.listBlobsFlat()) names.add(blob.name)
  const damage: string[] = []
  for (const name of names) {
    if (!isSnapshotMetadata(name)) continue
    const lost = (await filesNamedBy(world, name)).filter((file) => !names.has(file.name) && deleted.has(locationKey(file)))
    if (lost.length > 0) damage.push(`${name} names ${lost.length} files that we deleted, such as ${lost[0]?.name}`)
  }
  return damage
}

/** Keys that the journal calls deleted, over all runs. */
async function deletedKeys(journalDir: string): Promise<Set<string>> {
  const runs = await readdir(join(journalDir, 'runs')).catch(() => [])
  const texts = await Promise.all(runs.map((run) => readFile(join(journalDir, 'runs', run, 'progress.jsonl'), 'utf8').catch(() => '')))
  const lines = texts.flatMap((text) => text.split('\n')).filter((line) => line !== '')
  return new Set(
    lines
      .map((line) => JSON.parse(line) as { key: string; outcome: string })
      .flatMap((one) => (one.outcome === 'deleted' ? [one.key] : [])),
  )
}

async function filesNamedBy(world: FireWorld, name: string): Promise<Location[]> {
  const bytes = await world.storage.getBlobClient(name).downloadToBuffer()
  const parsed = parseMetadata(bytes)
  const directory = parseLocation(statePath(parentOf(name)))
  if (!parsed.ok || !directory.ok) return []
  const resolution = resolveReferences(parsed.metadata, directory.location)
  return resolution.ok ? resolution.resolved.map((one) => one.location) : []
}
