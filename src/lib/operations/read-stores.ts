import { EXIT, FlinkopsError } from '../errors.js'
import type { Blob, ContainerReader } from '../ports.js'
import { isStoreFile, MOST_STORE_BYTES, readStoreFile, type StoreFile } from '../state/high-availability.js'
import { isSameContainer, type Location, locationKey, parseLocation } from '../state/location.js'
import { mapConcurrently } from './concurrently.js'
import type { Pointer } from './find-pointers.js'

export interface ReadStoresInput {
  /** Directories of surveyed containers in which such files lie. */
  found: readonly Location[]
  /** `high-availability.storageDir` of each configuration. */
  configured: readonly Pointer[]
  readers: ContainerReader[]
  /** Opens a container that is not surveyed; `null` = of an account that no person named. */
  open: (account: string, container: string) => Promise<ContainerReader | null>
  signal: AbortSignal
}

export interface Stores {
  files: StoreFile[]
  /** Stores that could not be looked at, each with why. */
  unread: string[]
}

interface Place {
  reader: ContainerReader
  /** As `list` takes it: with the beginning of the files' names, or with a slash. */
  prefix: string
}

const ATTEMPTS = 5
const READS_IN_FLIGHT = 8

/** Reads the checkpoints that high-availability stores hold. What goes while it is read was overtaken: then the directory is listed again. */
export async function readStores(input: ReadStoresInput): Promise<Stores> {
  const stores: Stores = { files: [], unread: [] }
  for (const location of input.found) {
    const reader = input.readers.find((one) => isSameContainer({ ...one, name: '' }, location))
    const prefix = location.name === '' ? 'completedCheckpoint' : `${location.name}/completedCheckpoint`
    if (reader) stores.files.push(...(await readPlace({ reader, prefix }, input.signal)))
  }
  for (const pointer of input.configured) await readConfigured(pointer, input, stores)
  return stores
}

/** One in a surveyed container was found there; others are listed. */
async function readConfigured({ path, where }: Pointer, input: ReadStoresInput, stores: Stores): Promise<void> {
  const parsed = parseLocation(path)
  if (!parsed.ok || input.readers.some((one) => isSameContainer({ ...one, name: '' }, parsed.location))) return
  const { account, container, name } = parsed.location
  try {
    const reader = await input.open(account, container)
    if (reader === null) stores.unread.push(`${path} (${where}) is not looked at: name its account under storage: to let flinkops read it`)
    else stores.files.push(...(await readPlace({ reader, prefix: name === '' ? '' : `${name}/` }, input.signal)))
  } catch (error) {
    if (!(error instanceof FlinkopsError) || error.exitCode === EXIT.interrupted || input.signal.aborted) throw error
    stores.unread.push(`${path} (${where}) cannot be read: ${error.message}`)
  }
}

async function readPlace(place: Place, signal: AbortSignal): Promise<StoreFile[]> {
  const read = new Map<string, StoreFile>()
  for (let attempt = 1; ; attempt++) {
    const listed = await filesIn(place, signal)
    for (const [name, file] of read) if (listed.get(name)?.etag !== file.etag) read.delete(name)
    const fresh = [...listed.values()].filter((blob) => !read.has(blob.name))
    await mapConcurrently(fresh, READS_IN_FLIGHT, async (blob) => {
      const file = await readOne(place.reader, blob, signal)
      if (file !== null) read.set(blob.name, file)
    })
    const lost = fresh.filter((blob) => !read.has(blob.name))
    if (lost.length === 0) return [...read.values()]
    if (attempt < ATTEMPTS) continue
    const problem = 'it kept changing while it was read'
    return [...read.values(), ...lost.map((blob) => fileOf(place.reader, blob, { ok: false, problem }))]
  }
}

async function filesIn({ reader, prefix }: Place, signal: AbortSignal): Promise<Map<string, Blob>> {
  const files = new Map<string, Blob>()
  for await (const { blobs } of reader.list({ prefix, signal })) {
    for (const blob of blobs) if (!blob.isDirectory && isStoreFile(blob.name)) files.set(blob.name, blob)
  }
  return files
}

/** `null`: gone, or another version by now. */
async function readOne(reader: ContainerReader, blob: Blob, signal: AbortSignal): Promise<StoreFile | null> {
  if (blob.sizeBytes > MOST_STORE_BYTES)
    return fileOf(reader, blob, { ok: false, problem: `it is larger than ${MOST_STORE_BYTES / 2 ** 20} MiB` })
  try {
    const content = await reader.read({ name: blob.name, ifMatch: blob.etag, signal })
    return content.state === 'read' ? fileOf(reader, blob, readStoreFile(content.bytes)) : null
  } catch (error) {
    if (!(error instanceof FlinkopsError) || error.exitCode === EXIT.interrupted || signal.aborted) throw error
    return fileOf(reader, blob, { ok: false, problem: `it cannot be read (${error.message})` })
  }
}

function fileOf({ account, container }: ContainerReader, { name, etag }: Blob, content: StoreFile['content']): StoreFile {
  return { location: { account, container, name }, etag, content }
}

/** Those that a person gave up are as if they were not there. */
export function withoutDead(files: readonly StoreFile[], dead: ReadonlySet<string> | undefined): StoreFile[] {
  return files.filter(({ location, etag }) => !dead?.has(`${locationKey(location)}#${etag}`))
}
