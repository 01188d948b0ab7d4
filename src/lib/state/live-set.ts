import { metadataKey } from './places.js'
import type { PlanInput } from './plan.js'

export interface LiveSet {
  /** 1 for each key of the survey's table that is needed. */
  keys: Uint8Array
  /** Directories (keys) that are needed as a whole. */
  directories: Set<string>
}

/** Everything that a snapshot which stays needs; one without `_metadata` stays too. */
export function liveSet(input: PlanInput): LiveSet {
  const { keys } = input.survey.blobs
  const live: LiveSet = { keys: new Uint8Array(keys.size), directories: new Set() }
  const expiring = new Set(input.decisions.filter((one) => one.verdict === 'expire').map((one) => one.snapshot))
  for (const snapshot of input.survey.snapshots) {
    if (expiring.has(snapshot)) continue
    for (const id of snapshot.references) live.keys[id] = 1
    for (const key of snapshot.directories) live.directories.add(key)
    const metadata = keys.find(metadataKey(snapshot.directory))
    if (metadata !== undefined) live.keys[metadata] = 1
  }
  return live
}
