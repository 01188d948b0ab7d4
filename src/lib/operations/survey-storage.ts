import type { ContainerReader } from '../ports.js'
import { assembleSurvey, type ReadMetadata } from '../state/assemble-survey.js'
import { Inventory, type ListedBlob } from '../state/inventory.js'
import { isSnapshotMetadata, parentOf } from '../state/layout.js'
import { locationKey } from '../state/location.js'
import { parseMetadata } from '../state/metadata/parse.js'
import { resolveReferences, useOf } from '../state/references.js'
import type { Survey } from '../state/survey.js'
import { mapConcurrently } from './concurrently.js'

export interface SurveyInput {
  readers: ContainerReader[]
  signal: AbortSignal
  /** The local clock, only to tell its difference to the service's. */
  now: () => number
  /** Told after each page, for progress. */
  onBlobs?: (blobs: number) => void
}

const ATTEMPTS = 5
const READS_IN_FLIGHT = 16

/**
 * Lists, reads every `_metadata` bound to its ETag, and lists again until a listing shows just the set that was read: paged listings
 * are not atomic (chk-10 sorts before chk-9, so one pass can miss both), and a `_metadata` that changed or went between listing and
 * reading means a checkpoint was subsumed meanwhile. Ages count against the service's clock at the first listing.
 */
export async function surveyStorage(input: SurveyInput): Promise<Survey> {
  const read = new Map<string, ReadMetadata>()
  const first = await listMetadata(input)
  let listed = first.metadata
  let inventory = new Inventory(new Map())
  let isStable = false
  for (let attempt = 0; attempt < ATTEMPTS && !isStable; attempt++) {
    await readAll(input, listed, read)
    inventory = new Inventory(referencesOf(read.values()))
    await forEachBlob(input, (blob) => inventory.add(blob))
    listed = inventory.metadata
    isStable = isSame(listed, read)
  }
  const containers = input.readers.map(({ account, container }) => ({ account, container, name: '' }))
  return assembleSurvey({ inventory, read, containers, serverTimeMs: first.serverTimeMs, clockSkewMs: first.clockSkewMs, isStable })
}

export interface MetadataListing {
  /** Every `_metadata`, by key. */
  metadata: Map<string, ListedBlob>
  /** The service's clock at the first page. */
  serverTimeMs: number
  clockSkewMs: number
}

/** One listing of all containers that remembers nothing but `_metadata` blobs. */
export async function listMetadata(input: SurveyInput): Promise<MetadataListing> {
  const listing: MetadataListing = { metadata: new Map(), serverTimeMs: Number.POSITIVE_INFINITY, clockSkewMs: 0 }
  await forEachBlob(input, (blob, serverTimeMs) => {
    if (!blob.isDirectory && isSnapshotMetadata(blob.name)) listing.metadata.set(locationKey(blob), blob)
    if (serverTimeMs >= listing.serverTimeMs) return
    listing.serverTimeMs = serverTimeMs
    listing.clockSkewMs = input.now() - serverTimeMs
  })
  if (listing.serverTimeMs === Number.POSITIVE_INFINITY) listing.serverTimeMs = input.now()
  return listing
}

async function forEachBlob(input: SurveyInput, visit: (blob: ListedBlob, serverTimeMs: number) => void): Promise<void> {
  let blobs = 0
  for (const reader of input.readers) {
    for await (const page of reader.list({ signal: input.signal })) {
      for (const blob of page.blobs) visit({ ...blob, account: reader.account, container: reader.container }, page.serverTimeMs)
      blobs += page.blobs.length
      input.onBlobs?.(blobs)
    }
  }
}

/** Reads what is new; forgets what is gone or changed, so that the next listing decides. */
export async function readAll(input: SurveyInput, listed: Map<string, ListedBlob>, read: Map<string, ReadMetadata>): Promise<void> {
  for (const [key, before] of read) if (listed.get(key)?.etag !== before.blob.etag) read.delete(key)
  const fresh = [...listed].filter(([key]) => !read.has(key))
  const intern = interner()
  await mapConcurrently(fresh, READS_IN_FLIGHT, async ([key, blob]) => {
    const result = await readOne(input, blob, intern)
    if (result !== null) read.set(key, result)
  })
}

async function readOne(input: SurveyInput, blob: ListedBlob, intern: Intern): Promise<ReadMetadata | null> {
  if (blob.sizeBytes === 0 || blob.isUploading) return { blob, state: 'writing' }
  const reader = input.readers.find((one) => one.account === blob.account && one.container === blob.container)
  const content = await reader?.read({ name: blob.name, ifMatch: blob.etag, signal: input.signal })
  if (content === undefined || content.state !== 'read') return null
  return parseOne(blob, content.bytes, intern)
}

function parseOne(blob: ListedBlob, bytes: Uint8Array, intern: Intern): ReadMetadata {
  const parsed = parseMetadata(bytes)
  if (!parsed.ok) return { blob, state: 'unreadable', problem: parsed.problem.message }
  const [oddity] = parsed.metadata.oddities
  if (oddity !== undefined) return { blob, state: 'unreadable', problem: oddity }
  const resolution = resolveReferences(parsed.metadata, { ...blob, name: parentOf(blob.name) })
  if (!resolution.ok) return { blob, state: 'unreadable', problem: resolution.problem }
  const operatorNames = parsed.metadata.operators.flatMap((operator) => operator.name ?? [])
  return { blob, state: 'parsed', uses: resolution.resolved.map((one) => useOf(one, intern)), operatorNames }
}

type Intern = (key: string) => string

/** Snapshots of one job need mostly the same files: equal keys are kept once. */
function interner(): Intern {
  const kept = new Map<string, string>()
  return (key) => {
    const known = kept.get(key)
    if (known === undefined) kept.set(key, key)
    return known ?? key
  }
}

/** Keys of every file that the parsed snapshots need, each mapped to the text that stands for it. */
function referencesOf(read: Iterable<ReadMetadata>): Map<string, string> {
  const keys = new Map<string, string>()
  for (const one of read) if (one.state === 'parsed') for (const { key } of one.uses) if (!keys.has(key)) keys.set(key, key)
  return keys
}

function isSame(listed: Map<string, ListedBlob>, read: Map<string, ReadMetadata>): boolean {
  return listed.size === read.size && [...listed].every(([key, blob]) => read.get(key)?.blob.etag === blob.etag)
}
