/**
 * What a JobManager with high availability keeps of a completed checkpoint: `completedCheckpoint<random>` in `high-availability.storageDir`
 * (`FileSystemStateStorageHelper`), the Java-serialized `CompletedCheckpoint`. A recovery reads it and no `_metadata`, so what it names is
 * needed for as long as it is there.
 */
import { type Hold, type Holds, joinHolds } from './holds.js'
import { isJobId, lastSegment, placeOf } from './layout.js'
import { formatLocation, type Location, locationKey, parseLocation } from './location.js'
import { decodeModifiedUtf8 } from './metadata/modified-utf8.js'

/** A larger one is not read: with 100,000 files it takes about 20 MB. */
export const MOST_STORE_BYTES = 64 * 2 ** 20

/** Whether a blob's last segment is what Flink gives these files. */
export function isStoreFile(name: string): boolean {
  return lastSegment(name).startsWith('completedCheckpoint')
}

/** One file of a store, and what stands in it. */
export interface StoreFile {
  location: Location
  etag: string
  /** What it names; or why nobody can tell. */
  content: { ok: true; named: Location[] } | { ok: false; problem: string }
}

const OF_STATE = /(?:wasbs?|abfss?|hdfs|viewfs|s3[anp]?|gs|oss|file):\//gi
const OF_AZURE = /^(?:wasbs?|abfss?):/i
const DIRECTORY = /^[\s\S]*?\/(?:chk-\d+|savepoint-[0-9a-f]{6}-[0-9a-f]{12})(?=\/|$|[^0-9])/
const ONE_BYTE_EACH = new TextDecoder('latin1')
const TC_STRING = 0x74

/**
 * Reads the paths that stand in such a file as text. It is understood when the directory of a checkpoint is among them: no completed
 * checkpoint is without.
 */
export function readStoreFile(bytes: Uint8Array): StoreFile['content'] {
  const texts = [...textsOf(bytes)]
  if (!texts.some((text) => DIRECTORY.test(text))) return { ok: false, problem: 'it names no directory of a checkpoint' }
  const locations = texts.filter((text) => OF_AZURE.test(text)).flatMap(spellings)
  return { ok: true, named: locations.filter(isState) }
}

function textsOf(bytes: Uint8Array): Set<string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const texts = new Set<string>()
  for (const { index } of ONE_BYTE_EACH.decode(bytes).matchAll(OF_STATE)) {
    const text = javaString(view, index) ?? directoryAt(bytes, index)
    if (text !== null) texts.add(text)
  }
  return texts
}

/** The text that begins at `start`, when Java wrote it as a string of its own. */
function javaString(view: DataView, start: number): string | null {
  if (start < 3 || view.getUint8(start - 3) !== TC_STRING) return null
  const end = start + view.getUint16(start - 2)
  return end > view.byteLength ? null : decodeModifiedUtf8(view, start, end)
}

/** Of a text whose end is not known, the directory of a checkpoint. */
function directoryAt(bytes: Uint8Array, start: number): string | null {
  let end = start
  while (end < bytes.length && end < start + 4096 && (bytes[end] ?? 0) > 0x1f) end++
  return DIRECTORY.exec(ONE_BYTE_EACH.decode(bytes.subarray(start, end)))?.[0] ?? null
}

/** As written, and decoded: a `java.net.URI` percent-encodes what a `Path` does not, and both stand in the file. */
function spellings(text: string): Location[] {
  return [text, decoded(text)].flatMap((one) => {
    const parsed = one === null ? null : parseLocation(one)
    return parsed?.ok ? [parsed.location] : []
  })
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

/** State of Flink, or a job's whole tree; the text of a root, or of a source's input, names nothing that is needed. */
function isState({ name }: Location): boolean {
  return placeOf(name).area !== 'other' || isJobId(lastSegment(name))
}

export interface Stored {
  holds: Holds
  /** Jobs that a store names: no silence ends them. */
  jobs: ReadonlySet<string>
}

/** What files of stores hold. One that is not understood holds every tree whose job it may mean: the one in its path, else all of `containers`. */
export function holdsOfStores(files: readonly StoreFile[], containers: readonly Location[]): Stored {
  const jobs = new Set<string>()
  const holds = files.map((file): Holds => {
    if (!file.content.ok) return holdsOfUnknown(file, file.content.problem, containers)
    const hold: Hold = { reason: 'high-availability', detail: `the high-availability store holds it in ${storeFileName(file)}` }
    const paths = new Map<string, Hold>()
    for (const location of file.content.named) {
      const { area, directory, jobId } = placeOf(location.name)
      if (jobId !== null) jobs.add(jobId)
      if (isJobId(lastSegment(location.name))) jobs.add(lastSegment(location.name))
      paths.set(locationKey(location), hold)
      if (area === 'checkpoint' || area === 'savepoint') paths.set(locationKey({ ...location, name: directory }), hold)
    }
    return { paths, jobs: new Map() }
  })
  return { holds: joinHolds(holds), jobs }
}

function holdsOfUnknown(file: StoreFile, problem: string, containers: readonly Location[]): Holds {
  const hold: Hold = { reason: 'high-availability', detail: `${storeFileName(file)} may mean it: ${problem}` }
  const meant = file.location.name.split('/').filter(isJobId)
  if (meant.length > 0) return { paths: new Map(), jobs: new Map(meant.map((id) => [id, hold])) }
  return { paths: new Map(containers.map((container) => [locationKey(container), hold])), jobs: new Map() }
}

/** `<path>#<etag>`, as `--dead` takes it. */
export function storeFileName({ location, etag }: Pick<StoreFile, 'location' | 'etag'>): string {
  return `${formatLocation(`wasbs://${location.container}@${location.account}`, location.name)}#${etag}`
}
