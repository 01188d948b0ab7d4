import type { Inventory, ListedBlob, SnapshotDirectory } from './inventory.js'
import type { KeyId } from './key-table.js'
import { checkpointIdOf, parentOf, placeOf } from './layout.js'
import { type Location, locationKey } from './location.js'
import { NO_OPERATORS, type Operators } from './operators.js'
import { measure, type Snapshot } from './snapshot.js'
import type { Survey, Unreadable } from './survey.js'
import type { Uses } from './uses.js'

/** A `_metadata` that was read, and what came of it. `writing`: 0 bytes or a link blob. */
export type ReadMetadata =
  | { blob: ListedBlob; state: 'parsed'; uses: Uses; operators: Operators; checkpointId: number }
  | { blob: ListedBlob; state: 'writing' }
  | { blob: ListedBlob; state: 'unreadable'; problem: string }

export interface AssembleInput {
  inventory: Inventory
  read: Map<string, ReadMetadata>
  containers: Location[]
  serverTimeMs: number
  clockSkewMs: number
  isStable: boolean
}

/** Joins the last listing with what was read. Pure. */
export function assembleSurvey(input: AssembleInput): Survey {
  const { inventory } = input
  const snapshots: Snapshot[] = []
  const unreadable: Unreadable[] = []
  for (const [, one] of inKeyOrder(input.read)) {
    const directory = { account: one.blob.account, container: one.blob.container, name: parentOf(one.blob.name) }
    if (one.state === 'unreadable') unreadable.push({ directory, etag: one.blob.etag, problem: one.problem })
    snapshots.push(snapshotOf(one, directory, input))
  }
  const found = new Set(snapshots.map((one) => locationKey(one.directory)))
  for (const [key, directory] of inKeyOrder(inventory.directories)) if (!found.has(key)) snapshots.push(withoutMetadata(directory))
  return {
    containers: input.containers,
    serverTimeMs: input.serverTimeMs,
    clockSkewMs: input.clockSkewMs,
    snapshots,
    unreadable,
    blobs: inventory.blobs,
    stored: inventory.stored,
    loose: inventory.loose,
    markers: inventory.markers,
    others: inventory.others,
    occupied: inventory.occupied,
    trees: inventory.trees,
    stores: [...inventory.stores.values()],
    totals: inventory.totals,
    isStable: input.isStable,
    fingerprint: new Map([...inventory.metadata].map(([key, blob]) => [key, blob.etag])),
  }
}

/** Listing and reading run concurrently; the plan shall not depend on which answer came first. */
function inKeyOrder<T>(entries: Map<string, T>): [string, T][] {
  return [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1))
}

const NOTHING = { missing: 0, missingAbsolute: 0, exclusiveBytes: 0, sharedBytes: 0, references: [], directories: [], strays: [] }

function snapshotOf(one: ReadMetadata, directory: Location, input: AssembleInput): Snapshot {
  const base = {
    ...identity(directory),
    completedAtMs: one.blob.lastModifiedMs,
    etag: one.blob.etag,
    metadataBytes: one.blob.sizeBytes,
    operators: one.state === 'parsed' ? one.operators : NO_OPERATORS,
    ...(one.state === 'parsed' && { checkpointId: one.checkpointId }),
  }
  if (one.state === 'writing')
    return { ...base, ...NOTHING, completeness: 'writing', problem: 'its _metadata is empty or still being uploaded' }
  if (one.state === 'unreadable') return { ...base, ...NOTHING, completeness: 'unreadable', problem: one.problem }
  const surveyed = input.containers.map((container) => locationKey(container))
  const isSurveyed = (prefix: string) => surveyed.some((container) => prefix.startsWith(container))
  const { blobs, stored, uploading } = input.inventory
  const size = (id: KeyId) => (uploading.has(id) ? 0 : stored.has(id) ? blobs.sizeOf(id) : undefined)
  return { ...base, ...measure(one.uses, directory, size, isSurveyed) }
}

function identity(directory: Location): Pick<Snapshot, 'directory' | 'kind' | 'jobId' | 'checkpointId'> {
  const checkpointId = checkpointIdOf(directory.name)
  return { directory, kind: checkpointId === null ? 'savepoint' : 'checkpoint', jobId: placeOf(directory.name).jobId, checkpointId }
}

/** What the driver leaves of a checkpoint that is gone: a marker, and nothing below it. */
export const EMPTY_DIRECTORY = 'it is an empty directory'

function withoutMetadata(found: SnapshotDirectory): Snapshot {
  const { account, container, name, newestMs, bytes } = found
  return {
    ...identity({ account, container, name }),
    ...NOTHING,
    completedAtMs: newestMs,
    etag: null,
    metadataBytes: 0,
    operators: NO_OPERATORS,
    exclusiveBytes: bytes,
    completeness: 'incomplete',
    problem: found.blobs === 0 ? EMPTY_DIRECTORY : 'it has no _metadata',
  }
}
