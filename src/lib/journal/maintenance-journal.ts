import { usageError } from '../errors.js'
import type { MaintenanceJournal } from '../ports-maintenance.js'
import { unreadable } from './failure.js'
import { namesIn, readOrNull, writeWhole } from './files.js'
import { holdFile } from './hold.js'
import { type StateFile, stateFile } from './trust.js'

const ID = /^[A-Za-z0-9][\w-]{0,99}$/

/** Manifests in a directory: `maintenance/<id>.json`. A lock that a dead process left is taken over, and told to `onProblem`. */
export function createMaintenanceJournal(options: { directory: string; onProblem?: (problem: Error) => void }): MaintenanceJournal {
  const { directory, onProblem } = options
  const fileIn = (name: string) => stateFile(directory, 'maintenance', name)

  function fileOf(id: string): StateFile {
    // An id may come from a file that was handed in: it must not lead elsewhere.
    if (!ID.test(id)) throw usageError('The id of a manifest has only letters, digits, dashes and underscores.')
    return fileIn(`${id}.json`)
  }

  return {
    pathOf: (id) => fileOf(id).path,
    hold: async (place) => holdFile(fileIn(`${(await import('./lease-id.js')).shortHash(place)}.lock`), onProblem),
    leaseId: async (place) => (await import('./lease-id.js')).leaseIdAt(fileIn('lease-id'), place),
    save: (id, manifest) => writeWhole(fileOf(id), `${JSON.stringify(manifest, null, 2)}\n`),
    load: async (id) => {
      const text = await readOrNull(fileOf(id))
      return text === null ? null : parse(fileOf(id).path, text)
    },
    ids: async () => {
      const names = await namesIn(stateFile(directory, 'maintenance'))
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
