import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { usageError } from '../errors.js'
import type { MaintenanceJournal } from '../ports-maintenance.js'
import { errorCode, unreadable } from './failure.js'
import { readOrNull, writeWhole } from './files.js'
import { holdFile } from './hold.js'

const ID = /^[A-Za-z0-9][\w-]{0,99}$/

/** Manifests in a directory: `maintenance/<id>.json`. */
export function createMaintenanceJournal({ directory }: { directory: string }): MaintenanceJournal {
  const manifests = join(directory, 'maintenance')

  function pathOf(id: string): string {
    // An id may come from a file that was handed in: it must not lead elsewhere.
    if (!ID.test(id)) throw usageError('The id of a manifest has only letters, digits, dashes and underscores.')
    return join(manifests, `${id}.json`)
  }

  return {
    pathOf,
    hold: async (place) => holdFile(join(manifests, `${(await import('./lease-id.js')).shortHash(place)}.lock`)),
    leaseId: async (place) => (await import('./lease-id.js')).leaseIdAt(join(manifests, 'lease-id'), place),
    save: (id, manifest) => writeWhole(pathOf(id), `${JSON.stringify(manifest, null, 2)}\n`),
    load: async (id) => {
      const text = await readOrNull(pathOf(id))
      return text === null ? null : parse(pathOf(id), text)
    },
    ids: async () => {
      const names = await namesIn(manifests)
      return names.flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : [])).filter((id) => ID.test(id))
    },
  }
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw unreadable(path, error)
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw unreadable(directory, error)
  }
}
