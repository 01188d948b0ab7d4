import { FlinkopsError } from '../errors.js'
import { parseForeignJson } from '../foreign-json.js'
import type { ContainerReader } from '../ports.js'
import type { MaintenanceJournal } from '../ports-maintenance.js'
import { type Manifest, parseManifest } from '../state/manifest.js'
import { namedByWindows, type Windows } from '../state/windows.js'
import { mapConcurrently } from './concurrently.js'

export interface OpenWindowsInput {
  journal: MaintenanceJournal
  /** Containers that may hold copies of manifests of other machines. */
  readers: ContainerReader[]
  /** Ids of windows that a person has given up. */
  ignored: ReadonlySet<string>
  signal: AbortSignal
}

interface Copy {
  id: string
  /** `null`: it cannot be read. */
  manifest: Manifest | null
}

const FOLDER = '_flinkops/maintenance/'

/**
 * Looks for maintenance windows that are still open, on this machine and in the containers. Of a window that this machine has a manifest of
 * that one counts, whatever copies say: others write to the container, too.
 */
export async function openWindows(input: OpenWindowsInput): Promise<Windows> {
  const own = await ofMachine(input)
  const known = new Set(own.map(({ id }) => id))
  const others = (await ofContainers(input)).filter(({ id }) => !known.has(id))
  const all = [...own, ...others].filter(({ id }) => !input.ignored.has(id))
  const unreadable = new Set(all.flatMap(({ id, manifest }) => (manifest === null ? [id] : [])))
  return { named: namedByWindows(all.flatMap(({ manifest }) => manifest ?? [])), unreadable: [...unreadable] }
}

async function ofMachine({ journal }: OpenWindowsInput): Promise<Copy[]> {
  return mapConcurrently(await journal.ids(), 8, async (id) => ({ id, manifest: await loadOrNull(id, journal) }))
}

async function loadOrNull(id: string, journal: MaintenanceJournal): Promise<Manifest | null> {
  try {
    return parseManifest(await journal.load(id))
  } catch (error) {
    if (error instanceof FlinkopsError && error.code === 'JOURNAL_UNREADABLE') return null
    throw error
  }
}

async function ofContainers({ readers, signal }: OpenWindowsInput): Promise<Copy[]> {
  const copies: Copy[] = []
  for (const reader of readers) {
    const names = await namesIn(reader, signal)
    copies.push(...(await mapConcurrently(names, 8, (name) => read(name, reader, signal))).flatMap((copy) => copy ?? []))
  }
  return copies
}

async function namesIn(reader: ContainerReader, signal: AbortSignal): Promise<string[]> {
  const names: string[] = []
  for await (const { blobs } of reader.list({ prefix: FOLDER, signal })) {
    names.push(...blobs.flatMap(({ name }) => (name.endsWith('.json') ? [name] : [])))
  }
  return names
}

/** `null`: it has gone since it was listed. */
async function read(name: string, reader: ContainerReader, signal: AbortSignal): Promise<Copy | null> {
  const content = await reader.read({ name, signal })
  if (content.state === 'gone') return null
  const id = name.slice(FOLDER.length, -'.json'.length)
  return { id, manifest: content.state === 'read' ? parseText(Buffer.from(content.bytes).toString('utf8')) : null }
}

function parseText(text: string): Manifest | null {
  try {
    return parseManifest(parseForeignJson(text))
  } catch {
    return null
  }
}
