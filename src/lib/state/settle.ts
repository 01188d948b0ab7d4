import { parentOf } from './layout.js'
import { type Location, locationKey } from './location.js'
import type { Decision } from './retention.js'

/**
 * Takes back expiries that would touch what stays: a snapshot that is protected, or whose directory holds a file that a kept
 * snapshot needs (a claimed native savepoint). Taking one back keeps its references, which may protect others; so it runs until
 * nothing changes.
 */
export function settle(decisions: Decision[], protection: (directory: Location) => string | null): Decision[] {
  let settled = decisions.map((decision) => {
    const detail = decision.verdict === 'expire' ? protection(decision.snapshot.directory) : null
    return detail === null ? decision : keep(decision, detail)
  })
  for (;;) {
    const needed = neededDirectories(settled)
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
function neededDirectories(decisions: Decision[]): Map<string, string> {
  const needed = new Map<string, string>()
  for (const { snapshot, verdict } of decisions) {
    if (verdict !== 'keep') continue
    for (const key of snapshot.references) needed.set(parentOf(key), snapshot.directory.name)
    for (const key of snapshot.directories) needed.set(key, snapshot.directory.name)
  }
  return needed
}
