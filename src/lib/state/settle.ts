import type { KeyTable } from './key-table.js'
import { type Location, locationKey } from './location.js'
import type { Decision } from './retention.js'
import type { Snapshot } from './snapshot.js'

/**
 * Takes back expiries that would touch what stays: a snapshot that is protected, or whose directory holds a file that a kept
 * snapshot needs (a claimed native savepoint). Taking one back keeps its references, which may protect others; so it runs until
 * nothing changes.
 */
export function settle(decisions: Decision[], keys: KeyTable, protection: (directory: Location) => string | null): Decision[] {
  let settled = decisions.map((decision) => {
    const detail = decision.verdict === 'expire' ? protection(decision.snapshot.directory) : null
    return detail === null ? decision : keep(decision, detail)
  })
  const directories = new Map<Snapshot, string[]>()
  for (;;) {
    const needed = neededDirectories(settled, (snapshot) => {
      const known = directories.get(snapshot) ?? directoriesOf(snapshot, keys)
      directories.set(snapshot, known)
      return known
    })
    const next = settled.map((decision) => {
      const user = decision.verdict === 'expire' ? needed.get(locationKey(decision.snapshot.directory)) : undefined
      return user === undefined ? decision : keep(decision, `${user} needs files in it`)
    })
    if (next.every((decision, at) => decision === settled[at])) return next
    settled = next
  }
}

function keep(decision: Decision, detail: string): Decision {
  return { snapshot: decision.snapshot, verdict: 'keep', reasons: [{ reason: 'protected', detail }] }
}

/** Directories (keys) that hold a file some kept snapshot needs, each with the name of one such snapshot. */
function neededDirectories(decisions: Decision[], directoriesOf: (snapshot: Snapshot) => string[]): Map<string, string> {
  const needed = new Map<string, string>()
  for (const { snapshot, verdict } of decisions) {
    if (verdict !== 'keep') continue
    for (const key of directoriesOf(snapshot)) needed.set(key, snapshot.directory.name)
  }
  return needed
}

function directoriesOf(snapshot: Snapshot, keys: KeyTable): string[] {
  const directories = new Set<number>()
  for (const id of snapshot.references) directories.add(keys.directoryOf(id))
  return [...[...directories].map((directory) => keys.prefixOf(directory).slice(0, -1)), ...snapshot.directories]
}
