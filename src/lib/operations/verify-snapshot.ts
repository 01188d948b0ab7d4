import { setTimeout as sleep } from 'node:timers/promises'
import { METADATA_BYTES } from '../bounds.js'
import { FlinkopsError } from '../errors.js'
import { isForeignAccount, notLookedAt } from '../foreign.js'
import type { StorageReader } from '../ports.js'
import { KeyTable } from '../state/key-table.js'
import { parentOf } from '../state/layout.js'
import { snapshotDirectory } from '../state/lineage.js'
import { isSameContainer, type Location, locationKey } from '../state/location.js'
import { parseMetadata } from '../state/metadata/parse.js'
import { type ResolvedReference, resolveReference, resolveReferences } from '../state/references.js'
import { type Measured, measure } from '../state/snapshot.js'
import type { Metadata } from '../state/types.js'
import { usesOf } from '../state/uses.js'
import { mapConcurrently } from './concurrently.js'

/** What a parsed `_metadata` says, and the stored sizes of the files it names, by key. */
interface Contents {
  directory: Location
  metadata: Metadata
  metadataBytes: number
  resolved: ResolvedReference[]
  sizes: Map<string, number>
  /** Containers (`account/container`) other than the snapshot's own that could not be looked into, with why. */
  unreached: Map<string, FlinkopsError>
}

export type Verification =
  | ({ state: 'complete'; measured: Measured } & Contents)
  | ({ state: 'wanting'; measured: Measured; problem: string } & Contents)
  /** `contents`: it could be parsed, though not be trusted; to be shown only. */
  | { state: 'unreadable'; directory: Location; problem: string; contents?: Contents }
  | { state: 'missing' | 'writing'; directory: Location; problem: string }

export interface VerifyInput {
  storage: StorageReader
  /** The snapshot's directory or its `_metadata`. */
  location: Location
  signal: AbortSignal
}

const TRIES = 8
const PAUSE_MS = 1500

/**
 * Is it all there: `_metadata` parses, every referenced file exists and is at least as long as its handle says. Looks again for a few
 * seconds when files are empty or short: with file merging they fill after `_metadata` is written. A container that cannot be looked into is
 * an error; files on an account that nobody named are not looked at (`unseenIn`), and the snapshot is not complete.
 */
export async function verifySnapshot(input: VerifyInput): Promise<Verification> {
  for (let attempt = 1; ; attempt++) {
    const verification = await verifyOnce(input)
    if (verification.state === 'wanting') for (const error of verification.unreached.values()) if (!isForeignAccount(error)) throw error
    const isPassing =
      verification.state === 'writing' || (verification.state === 'wanting' && verification.measured.completeness === 'incomplete')
    if (!isPassing || attempt === TRIES) return verification
    await sleep(PAUSE_MS, undefined, { signal: input.signal })
  }
}

/** One look, for what cannot change any more. */
export async function verifyOnce(input: VerifyInput): Promise<Verification> {
  const directory = snapshotDirectory(input.location)
  const reader = await input.storage.container(directory.account, directory.container)
  const content = await reader.read({
    name: directory.name === '' ? '_metadata' : `${directory.name}/_metadata`,
    most: METADATA_BYTES,
    signal: input.signal,
  })
  if (content.state === 'tooLarge') return { state: 'unreadable', directory, problem: content.problem }
  if (content.state !== 'read') return { state: 'missing', directory, problem: `there is no ${directory.name}/_metadata` }
  if (content.bytes.length === 0)
    return { state: 'writing', directory, problem: 'its _metadata is empty: it is being written, or its writer died' }
  const parsed = parseMetadata(content.bytes)
  if (!parsed.ok) return { state: 'unreadable', directory, problem: parsed.problem.message }
  const { metadata } = parsed
  const resolution = resolveReferences(metadata, directory)
  const resolved = resolution.ok ? resolution.resolved : resolvable(metadata, directory)
  const contents = { directory, metadata, metadataBytes: content.bytes.length, resolved, ...(await lookUp(resolved, directory, input)) }
  const problem = metadata.oddities[0] ?? (resolution.ok ? null : resolution.problem)
  if (problem !== null) return { state: 'unreadable', directory, problem, contents }
  const keys = new KeyTable()
  const measured = measure(
    usesOf(resolved, keys),
    directory,
    (id) => contents.sizes.get(keys.keyOf(id)),
    (prefix) => ![...contents.unreached.keys()].some((container) => prefix.startsWith(`${container}/`)),
  )
  const [unseen] = unseenIn(contents)
  if (measured.completeness === 'complete' && unseen === undefined) return { state: 'complete', measured, ...contents }
  return { state: 'wanting', measured, ...contents, problem: measured.problem ?? unseen?.problem ?? measured.completeness }
}

/** Files that were not looked at: neither there nor missing. */
export interface Unseen {
  /** `account/container`. */
  where: string
  files: number
  /** Why, one clause. */
  problem: string
}

/** Whether nothing is wrong with it, except that nobody looked at a part of it. */
export function isUnproven(found: Verification): boolean {
  return found.state === 'wanting' && found.measured.problem === null && unseenIn(found).length > 0
}

/** What of a snapshot nobody looked at, by container. */
export function unseenIn({ resolved, unreached }: Pick<Contents, 'resolved' | 'unreached'>): Unseen[] {
  return [...unreached].map(([where, error]) => {
    const inThere = resolved.flatMap(({ location, reference }) =>
      reference.kind !== 'directory' && containerKey(location) === where ? location : [],
    )
    const files = new Set(inThere.map(locationKey)).size
    const [account = '', container = ''] = where.split('/')
    const why = isForeignAccount(error) ? undefined : error.message.replace(/\.$/, '')
    return { where, files, problem: notLookedAt(files, { account, container }, why) }
  })
}

function resolvable(metadata: Metadata, directory: Location): ResolvedReference[] {
  return metadata.references.flatMap((reference) => {
    const found = resolveReference(reference, directory)
    return found.ok ? [{ reference, location: found.location }] : []
  })
}

/** Few files of a directory are asked for one by one; many by listing it once. */
const STATS_AT_MOST = 24

async function lookUp(
  resolved: ResolvedReference[],
  own: Location,
  input: VerifyInput,
): Promise<{ sizes: Map<string, number>; unreached: Map<string, FlinkopsError> }> {
  const byDirectory = new Map<string, Map<string, Location>>()
  for (const { location, reference } of resolved) {
    if (reference.kind === 'directory') continue
    const directory = locationKey({ ...location, name: parentOf(location.name) })
    const files = byDirectory.get(directory) ?? new Map<string, Location>()
    byDirectory.set(directory, files.set(locationKey(location), location))
  }
  const sizes = new Map<string, number>()
  const unreached = new Map<string, FlinkopsError>()
  for (const files of byDirectory.values()) {
    const [sample = own] = files.values()
    if (unreached.has(containerKey(sample))) continue
    try {
      if (files.size <= STATS_AT_MOST) await statAll(files, input, sizes)
      else await listAll([...files.values()], input, sizes)
    } catch (error) {
      if (isSameContainer(sample, own) || !(error instanceof FlinkopsError) || input.signal.aborted) throw error
      unreached.set(containerKey(sample), error)
    }
  }
  return { sizes, unreached }
}

export function containerKey({ account, container }: Location): string {
  return `${account}/${container}`
}

async function statAll(files: Map<string, Location>, input: VerifyInput, sizes: Map<string, number>): Promise<void> {
  await mapConcurrently([...files], 12, async ([key, location]) => {
    const reader = await input.storage.container(location.account, location.container)
    const blob = await reader.stat({ name: location.name, signal: input.signal })
    if (blob !== null && !blob.isDirectory) sizes.set(key, blob.isUploading ? 0 : blob.sizeBytes)
  })
}

async function listAll(files: Location[], input: VerifyInput, sizes: Map<string, number>): Promise<void> {
  const [sample] = files
  if (sample === undefined) return
  const reader = await input.storage.container(sample.account, sample.container)
  for await (const page of reader.list({ prefix: `${parentOf(sample.name)}/`, signal: input.signal })) {
    for (const blob of page.blobs)
      if (!blob.isDirectory) sizes.set(locationKey({ ...sample, name: blob.name }), blob.isUploading ? 0 : blob.sizeBytes)
  }
}
