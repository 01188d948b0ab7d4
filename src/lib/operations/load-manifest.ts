import { EXIT, FlinkopsError, notFoundError } from '../errors.js'
import { parseForeignJson } from '../foreign-json.js'
import type { StorageReader } from '../ports.js'
import type { MaintenanceJournal } from '../ports-maintenance.js'
import type { Location } from '../state/location.js'
import { type Manifest, newestManifest, parseManifest } from '../state/manifest.js'

/** Every manifest of this machine that can be read; the others' files. */
async function manifests(journal: MaintenanceJournal): Promise<{ read: Manifest[]; unreadable: string[] }> {
  const loaded = await Promise.all((await journal.ids()).map(async (id) => ({ id, manifest: parseManifest(await journal.load(id)) })))
  return {
    read: loaded.flatMap(({ manifest }) => manifest ?? []),
    unreadable: loaded.flatMap(({ id, manifest }) => (manifest === null ? [journal.pathOf(id)] : [])),
  }
}

/** The window that is open here, else the last one; `null` = none yet. One that cannot be read may be it, so that is an error. */
export async function lastManifest(journal: MaintenanceJournal, where: Parameters<typeof newestManifest>[1]): Promise<Manifest | null> {
  const { read, unreadable } = await manifests(journal)
  const [broken] = unreadable
  if (broken !== undefined) throw notAManifest(broken)
  return newestManifest(read, where)
}

export interface HandedIn {
  manifest: Manifest
  /** This machine has a manifest of that window, and what was handed in says that it is newer. */
  isOutdone: boolean
}

/** A manifest that was handed in, as one from elsewhere; where this machine has one of that window, its own: no copy is above that. */
export async function handedIn(text: string, from: string, journal: MaintenanceJournal): Promise<HandedIn> {
  const handed = parseManifest(parseJson(text))
  if (handed === null) throw notAManifest(from)
  const held = await journal.load(handed.id)
  if (held === null) return { manifest: { ...handed, isForeign: true }, isOutdone: false }
  const own = parseManifest(held)
  if (own === null) throw notAManifest(journal.pathOf(handed.id))
  return { manifest: own, isOutdone: handed.revision > own.revision }
}

/** The text of a manifest's copy beside the savepoints. */
export async function readCopy(location: Location, uri: string, storage: StorageReader, signal: AbortSignal): Promise<string> {
  const reader = await storage.container(location.account, location.container)
  const content = await reader.read({ name: location.name, signal })
  if (content.state === 'tooLarge') throw notAManifest(uri, content.problem)
  if (content.state !== 'read') throw notFoundError('MANIFEST_NOT_FOUND', `There is no manifest at ${uri}.`)
  return Buffer.from(content.bytes).toString('utf8')
}

function notAManifest(from: string, why?: string): FlinkopsError {
  return new FlinkopsError(`${from} is no manifest that can be read${why === undefined ? '' : `: ${why}`}.`, {
    code: 'MANIFEST_UNREADABLE',
    exitCode: EXIT.unexpected,
    suggestions: ['Its copy lies beside the savepoints: --manifest wasbs://.../_flinkops/maintenance/<id>.json; or move the file away.'],
  })
}

function parseJson(text: string): unknown {
  try {
    return parseForeignJson(text)
  } catch {
    return null
  }
}
