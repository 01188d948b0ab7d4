import { refusedError, usageError } from '../errors.js'
import type { InventoryManifest } from './manifest.js'

const DAY_MS = 86_400_000
/** A run is at most this old: what it lists gets rarer and dearer to check. */
const OLDEST_MS = 7 * DAY_MS

/** Refuses an inventory that does not list the whole of each container, or that is too old. */
export function checkCoverage(input: {
  source: string
  manifest: InventoryManifest
  containers: readonly { account: string; container: string }[]
  nowMs: number
}): void {
  const { source, manifest, containers, nowMs } = input
  for (const { account, container } of containers) {
    if (account !== manifest.account)
      throw usageError(`${source} is an inventory of ${manifest.account}, and ${container} lies on ${account}.`)
    const problem = gapIn(`${container}/`, manifest)
    if (problem !== null) throw usageError(`${source} does not list all of the container ${container}: ${problem}.`)
  }
  const ageMs = nowMs - manifest.startedAtMs
  if (ageMs > OLDEST_MS)
    throw refusedError(
      'INVENTORY_OLD',
      `The inventory run of ${source} began ${Math.floor(ageMs / DAY_MS)} days ago.`,
      'Take one of the last 7 days.',
    )
}

/** A prefix of a rule begins with the container's name, or is the beginning of one. */
function gapIn(root: string, { prefixes, excluded }: InventoryManifest): string | null {
  const wanted = prefixes.filter((prefix) => prefix !== '')
  if (wanted.length > 0 && wanted.length === prefixes.length && !wanted.some((prefix) => root.startsWith(prefix)))
    return `its rule lists ${wanted.join(', ')}`
  const cut = excluded.find((prefix) => prefix !== '' && (root.startsWith(prefix) || prefix.startsWith(root)))
  return cut === undefined ? null : `its rule leaves out ${cut}`
}
