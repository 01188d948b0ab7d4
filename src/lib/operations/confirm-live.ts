import { refusedError } from '../errors.js'
import type { ContainerReader } from '../ports.js'
import { isInventoried } from '../state/inventoried.js'
import type { KeyId } from '../state/key-table.js'
import { type Location, locationKey } from '../state/location.js'
import type { CleanupPlan, PlannedDelete } from '../state/plan.js'
import type { StoredBlob, Survey } from '../state/survey.js'
import { mapConcurrently } from './concurrently.js'

export interface ConfirmLiveInput {
  plan: CleanupPlan
  survey: Survey
  /** They list live. */
  readers: ContainerReader[]
  signal: AbortSignal
}

/** A page shows as many blobs as fit into it, for one request; below this share of a directory single questions are fewer. */
const BLOBS_A_QUESTION = 50
const IN_FLIGHT = 16

/**
 * Holds a plan that was made from an inventory against what is live: what goes must be there with the ETag that the inventory says, else it
 * is left out; what a snapshot that stays needs must be there, else another snapshot must not be expired for it, and the run is refused.
 */
export async function confirmLive(input: ConfirmLiveInput): Promise<{ plan: CleanupPlan; leftOut: number }> {
  const { plan, survey } = input
  const planned = plan.deletes.map(({ blob }) => blob).filter(({ name }) => isInventoried(name))
  const needed = neededBlobs(plan, survey)
  const etags = await liveEtags(input, [...planned, ...needed])
  const lost = needed.find((blob) => !etags.has(locationKey(blob)))
  if (lost !== undefined)
    throw refusedError(
      'INVENTORY_FILE_LOST',
      `Nothing was deleted: ${lost.name} is in the inventory, a snapshot that stays needs it, and it is gone.`,
      'Look with flinkops verify, or clean up without --inventory.',
    )
  const isThere = ({ blob }: PlannedDelete) => !isInventoried(blob.name) || etags.get(locationKey(blob)) === blob.etag
  const deletes = plan.deletes.filter(isThere)
  const totals = { blobs: deletes.length, bytes: deletes.reduce((sum, one) => sum + one.blob.sizeBytes, 0) }
  return { plan: { ...plan, deletes, totals }, leftOut: plan.deletes.length - deletes.length }
}

/** Inventoried files of the snapshots that stay, where others go because of them. */
function neededBlobs({ decisions }: CleanupPlan, { blobs, stored }: Survey): StoredBlob[] {
  if (decisions.every(({ verdict }) => verdict === 'keep')) return []
  const ids = new Set<KeyId>()
  for (const { snapshot, verdict } of decisions) if (verdict === 'keep') for (const id of snapshot.references) ids.add(id)
  return [...ids].filter((id) => stored.has(id)).flatMap((id) => (isInventoried(nameOf(blobs.keys.keyOf(id))) ? [blobs.blobOf(id)] : []))
}

/** A key is account, container and name. */
function nameOf(key: string): string {
  return key.split('/').slice(2).join('/')
}

async function liveEtags(input: ConfirmLiveInput, wanted: StoredBlob[]): Promise<Map<string, string>> {
  const sizes = directorySizes(input.survey)
  const etags = new Map<string, string>()
  const single: StoredBlob[] = []
  for (const [key, { directory, blobs }] of byDirectory(wanted)) {
    const isFew = blobs.size * BLOBS_A_QUESTION < (sizes.get(key) ?? 0)
    if (isFew) single.push(...blobs.values())
    else await listInto(etags, input, directory, blobs)
  }
  await mapConcurrently(single, IN_FLIGHT, async (blob) => {
    const found = await readerOf(input, blob)?.stat({ name: blob.name, signal: input.signal })
    if (found) etags.set(locationKey(blob), found.etag)
  })
  return etags
}

async function listInto(etags: Map<string, string>, input: ConfirmLiveInput, directory: Location, wanted: Map<string, StoredBlob>) {
  const reader = readerOf(input, directory)
  if (reader === undefined) return
  for await (const page of reader.list({ prefix: `${directory.name}/`, signal: input.signal })) {
    for (const { name, etag } of page.blobs) {
      const key = locationKey({ ...directory, name })
      if (wanted.has(key)) etags.set(key, etag)
    }
  }
}

function readerOf({ readers }: ConfirmLiveInput, { account, container }: Location): ContainerReader | undefined {
  return readers.find((one) => one.account === account && one.container === container)
}

function byDirectory(blobs: StoredBlob[]): Map<string, { directory: Location; blobs: Map<string, StoredBlob> }> {
  const directories = new Map<string, { directory: Location; blobs: Map<string, StoredBlob> }>()
  for (const blob of blobs) {
    const { account, container, name } = blob
    const directory = { account, container, name: name.slice(0, name.lastIndexOf('/')) }
    const key = locationKey(directory)
    const group = directories.get(key) ?? { directory, blobs: new Map<string, StoredBlob>() }
    group.blobs.set(locationKey(blob), blob)
    directories.set(key, group)
  }
  return directories
}

/** How many blobs the inventory shows in each directory. */
function directorySizes({ blobs, stored, loose }: Survey): Map<string, number> {
  const counts: number[] = []
  for (const set of [stored, loose]) {
    for (const id of set.ids()) {
      const directory = blobs.keys.directoryOf(id)
      counts[directory] = (counts[directory] ?? 0) + 1
    }
  }
  return new Map(counts.map((count, directory) => [locationKey(blobs.directoryAt(directory)), count]))
}
