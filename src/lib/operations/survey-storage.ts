import { METADATA_BYTES } from '../bounds.js'
import type { Blob, ContainerReader } from '../ports.js'
import { assembleSurvey, type ReadMetadata } from '../state/assemble-survey.js'
import { Inventory, type ListedBlob } from '../state/inventory.js'
import { KeyTable } from '../state/key-table.js'
import { parentOf } from '../state/layout.js'
import { locationKey } from '../state/location.js'
import { parseMetadata } from '../state/metadata/parse.js'
import { OperatorsReader } from '../state/operators.js'
import type { Survey } from '../state/survey.js'
import { UseReader } from '../state/use-reader.js'
import { mapBySize, mapConcurrently } from './concurrently.js'
import { findSnapshots } from './find-snapshots.js'

export interface SurveyInput {
  readers: ContainerReader[]
  signal: AbortSignal
  /** The local clock, only to tell its difference to the service's. */
  now: () => number
  /** Told after each page, for progress. */
  onBlobs?: (blobs: number) => void
  /** The listing may be older than the snapshots: a file of theirs that it does not show is looked up before it counts as missing. */
  looksUp?: boolean
}

const ATTEMPTS = 5
const READS_IN_FLIGHT = 16

/**
 * Looks for snapshots, reads every `_metadata` bound to its ETag, and lists everything until a listing shows just the set that was read:
 * paged listings are not atomic (chk-10 sorts before chk-9, so one pass can miss both), and a `_metadata` that changed or went between
 * listing and reading means a checkpoint was subsumed meanwhile. As what is needed is known before the blobs are listed, once in most
 * cases, none has to be remembered just in case. Ages count against the service's clock at the first look.
 */
export async function surveyStorage(input: SurveyInput): Promise<Survey> {
  const keys = new KeyTable()
  const read = new Map<string, ReadMetadata>()
  const first = await lookForMetadata(input)
  let listed = first.metadata
  let inventory = new Inventory(keys, () => false)
  let isStable = false
  for (let attempt = 0; attempt < ATTEMPTS && !isStable; attempt++) {
    await readAll(input, listed, read, keys)
    const isReferenced = referencesOf(read.values(), keys)
    inventory = new Inventory(keys, (id) => isReferenced[id] === 1)
    await forEachBlob(input, (blob, container) => inventory.add(blob, container))
    if (input.looksUp) await lookUp(input, inventory, isReferenced, keys)
    listed = inventory.metadata
    isStable = isSame(listed, read)
  }
  const containers = input.readers.map(({ account, container }) => ({ account, container, name: '' }))
  return assembleSurvey({ inventory, read, containers, serverTimeMs: first.serverTimeMs, clockSkewMs: first.clockSkewMs, isStable })
}

interface MetadataListing {
  /** Every `_metadata`, by key. */
  metadata: Map<string, ListedBlob>
  /** The service's clock at the first page. */
  serverTimeMs: number
  clockSkewMs: number
}

async function lookForMetadata(input: SurveyInput): Promise<MetadataListing> {
  const listing = emptyListing()
  for (const reader of input.readers)
    await findSnapshots(reader, input.signal, (blobs, serverTimeMs) => {
      for (const blob of blobs) noteMetadata(listing, blob, reader)
      noteTime(listing, serverTimeMs, input)
    })
  return withTime(listing, input)
}

function emptyListing(): MetadataListing {
  return { metadata: new Map(), serverTimeMs: Number.POSITIVE_INFINITY, clockSkewMs: 0 }
}

function noteMetadata({ metadata }: MetadataListing, blob: Blob, { account, container }: ContainerReader): void {
  metadata.set(locationKey({ account, container, name: blob.name }), { ...blob, account, container })
}

function noteTime(listing: MetadataListing, serverTimeMs: number, input: SurveyInput): void {
  if (serverTimeMs >= listing.serverTimeMs) return
  listing.serverTimeMs = serverTimeMs
  listing.clockSkewMs = input.now() - serverTimeMs
}

function withTime(listing: MetadataListing, input: SurveyInput): MetadataListing {
  return listing.serverTimeMs === Number.POSITIVE_INFINITY ? { ...listing, serverTimeMs: input.now() } : listing
}

type Visit = (blob: Blob, reader: ContainerReader) => void

async function forEachBlob(input: SurveyInput, visit: Visit): Promise<void> {
  let blobs = 0
  for (const reader of input.readers) {
    for await (const page of reader.list({ signal: input.signal })) {
      for (const blob of page.blobs) visit(blob, reader)
      blobs += page.blobs.length
      input.onBlobs?.(blobs)
    }
  }
}

/** Reads what is new; forgets what is gone or changed, so that the next listing decides. Files become numbers of `keys`. */
async function readAll(
  input: SurveyInput,
  listed: Map<string, ListedBlob>,
  read: Map<string, ReadMetadata>,
  keys: KeyTable,
): Promise<void> {
  for (const [key, before] of read) if (listed.get(key)?.etag !== before.blob.etag) read.delete(key)
  const fresh = [...listed].filter(([key]) => !read.has(key))
  const reader = { uses: new UseReader(keys), operators: new OperatorsReader() }
  await mapBySize(fresh, { atOnce: READS_IN_FLIGHT, sizeOf: ([, blob]) => blob.sizeBytes }, async ([key, blob]) => {
    const result = await readOne(input, blob, reader)
    if (result !== null) read.set(key, result)
  })
}

interface Readers {
  uses: UseReader
  operators: OperatorsReader
}

async function readOne(input: SurveyInput, blob: ListedBlob, readers: Readers): Promise<ReadMetadata | null> {
  if (blob.sizeBytes === 0 || blob.isUploading) return { blob, state: 'writing' }
  const reader = input.readers.find((one) => one.account === blob.account && one.container === blob.container)
  const content = await reader?.read({ name: blob.name, ifMatch: blob.etag, most: METADATA_BYTES, signal: input.signal })
  if (content?.state === 'tooLarge') return { blob, state: 'unreadable', problem: content.problem }
  if (content === undefined || content.state !== 'read') return null
  return parseOne(blob, content.bytes, readers)
}

function parseOne(blob: ListedBlob, bytes: Uint8Array, readers: Readers): ReadMetadata {
  const parsed = parseMetadata(bytes)
  if (!parsed.ok) return { blob, state: 'unreadable', problem: parsed.problem.message }
  const [oddity] = parsed.metadata.oddities
  if (oddity !== undefined) return { blob, state: 'unreadable', problem: oddity }
  const found = readers.uses.read(parsed.metadata, { account: blob.account, container: blob.container, name: parentOf(blob.name) })
  if (!found.ok) return { blob, state: 'unreadable', problem: found.problem }
  const checkpointId = Number(parsed.metadata.checkpointId)
  return { blob, state: 'parsed', uses: found.uses, operators: readers.operators.read(parsed.metadata), checkpointId }
}

async function lookUp(input: SurveyInput, inventory: Inventory, isReferenced: Uint8Array, keys: KeyTable): Promise<void> {
  const unseen: number[] = []
  for (let id = 0; id < isReferenced.length; id++) if (isReferenced[id] === 1 && !inventory.stored.has(id)) unseen.push(id)
  await mapConcurrently(unseen, READS_IN_FLIGHT, async (id) => {
    const [account = '', container = '', ...parts] = keys.keyOf(id).split('/')
    const reader = input.readers.find((one) => one.account === account && one.container === container)
    const blob = await reader?.stat({ name: parts.join('/'), signal: input.signal })
    if (blob && reader && !blob.isDirectory) inventory.add(blob, reader)
  })
}

/** 1 for each key that a parsed snapshot needs, as a file or as a directory. */
function referencesOf(read: Iterable<ReadMetadata>, keys: KeyTable): Uint8Array {
  const parsed = [...read].flatMap((one) => (one.state === 'parsed' ? one.uses : []))
  const directories = parsed.flatMap((uses) => [...uses.directories].map((key) => keys.intern(key)))
  const isReferenced = new Uint8Array(keys.size)
  for (const id of directories) isReferenced[id] = 1
  for (const { ids } of parsed) for (const id of ids) isReferenced[id] = 1
  return isReferenced
}

function isSame(listed: Map<string, ListedBlob>, read: Map<string, ReadMetadata>): boolean {
  return listed.size === read.size && [...listed].every(([key, blob]) => read.get(key)?.blob.etag === blob.etag)
}
