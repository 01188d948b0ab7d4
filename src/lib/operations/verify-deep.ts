import type { ContentReader } from '../ports-content.js'
import { type Location, locationKey } from '../state/location.js'
import type { ResolvedReference } from '../state/references.js'
import type { ChecksumKind } from '../state/sst/footer.js'
import type { Metadata } from '../state/types.js'
import { mapConcurrently } from './concurrently.js'
import { verifyTable } from './verify-table.js'

export interface DeepInput {
  metadata: Metadata
  resolved: ResolvedReference[]
  /** Stored sizes by key. */
  sizes: ReadonlyMap<string, number>
  content: ContentReader
  signal: AbortSignal
  /** Told after each part that was read. */
  onBytes: (bytes: number) => void
}

export interface DeepProof {
  files: number
  bytes: number
  tables: number
  /** Kinds of checksums that were checked, and of how many blocks. */
  checksums: ChecksumKind[]
  checkedBlocks: number
  uncheckedBlocks: number
  /** Handles with key groups, each offset inside its file. */
  keyGroupHandles: number
}

const WINDOW_BYTES = 8 * 1024 * 1024
const FILES_IN_FLIGHT = 4

interface DeepFile {
  key: string
  location: Location
  bytes: number
  /** Where a RocksDB table, or state with key groups, lies in it. */
  tables: Map<number, number>
  keyGroups: { offset: number; length: number; lastOffset: number }[]
}

/**
 * Reads every file to its end, in windows of 8 MiB, and looks into what has a form of its own: RocksDB tables (what an incremental handle
 * shares, `RocksDBStateUploader`), and the offsets of key groups.
 */
export async function verifyDeep(input: DeepInput): Promise<{ proof: DeepProof; findings: string[] }> {
  const files = filesOf(input)
  const proof: DeepProof = {
    files: files.length,
    bytes: 0,
    tables: 0,
    checksums: [],
    checkedBlocks: 0,
    uncheckedBlocks: 0,
    keyGroupHandles: 0,
  }
  const found = await mapConcurrently(files, FILES_IN_FLIGHT, (file) => verifyFile(file, input, proof))
  return { proof, findings: found.flat() }
}

function filesOf({ metadata, resolved, sizes }: DeepInput): DeepFile[] {
  const files = new Map<string, DeepFile>()
  const lastOffsets = new Map(metadata.keyGroups.map(({ reference, lastOffset }) => [metadata.references[reference], lastOffset]))
  for (const { reference, location } of resolved) {
    const key = locationKey(location)
    const bytes = sizes.get(key)
    if (reference.kind === 'directory' || bytes === undefined) continue
    const file = files.get(key) ?? { key, location, bytes, tables: new Map<number, number>(), keyGroups: [] }
    files.set(key, file)
    const offset = reference.offset ?? 0
    const length = reference.kind === 'segment' ? (reference.length ?? bytes - offset) : bytes
    if (reference.role === 'shared') file.tables.set(offset, length)
    const lastOffset = lastOffsets.get(reference)
    if (lastOffset !== undefined) file.keyGroups.push({ offset, length, lastOffset })
  }
  return [...files.values()]
}

async function verifyFile(file: DeepFile, input: DeepInput, proof: DeepProof): Promise<string[]> {
  const say = (problem: string) => `${file.location.name}: ${problem}`
  const findings = file.keyGroups
    .filter(({ lastOffset, length }) => lastOffset > length)
    .map(({ lastOffset, length }) => say(`a key group begins at byte ${lastOffset}, and the state ends at ${length}`))
  proof.keyGroupHandles += file.keyGroups.length
  const version = await readThrough(file, input, proof)
  if (version === null) return [...findings, say('it changed or went while it was read')]
  for (const [offset, bytes] of file.tables) {
    const problem = await verifyTableIn({ file, offset, bytes, version }, input, proof)
    if (problem !== null) findings.push(say(problem))
  }
  return findings
}

/** Reads all of it and forgets it; the ETag of what was read, `null` when it did not stay the same. */
async function readThrough(file: DeepFile, input: DeepInput, proof: DeepProof): Promise<string | null> {
  let version: string | undefined
  for (let offset = 0; offset < file.bytes; offset += WINDOW_BYTES) {
    const count = Math.min(WINDOW_BYTES, file.bytes - offset)
    const part = { ...file.location, offset, count, signal: input.signal, ...(version !== undefined && { ifMatch: version }) }
    const content = await input.content.readRange(part)
    if (content.state !== 'read') return null
    version = content.etag
    proof.bytes += count
    input.onBytes(proof.bytes)
  }
  return version ?? ''
}

interface TableIn {
  file: DeepFile
  offset: number
  bytes: number
  version: string
}

async function verifyTableIn({ file, offset, bytes, version }: TableIn, input: DeepInput, proof: DeepProof): Promise<string | null> {
  const verdict = await verifyTable({
    bytes,
    read: async (at, count) => {
      if (count === 0) return new Uint8Array()
      const part = { ...file.location, offset: offset + at, count, ifMatch: version, signal: input.signal }
      const content = await input.content.readRange(part)
      return content.state === 'read' ? content.bytes : new Uint8Array()
    },
  })
  if (!verdict.ok) return verdict.problem
  const { checksum, checked, unchecked } = verdict.proof
  proof.tables++
  proof.checkedBlocks += checked
  proof.uncheckedBlocks += unchecked
  if (checked > 0 && !proof.checksums.includes(checksum)) proof.checksums.push(checksum)
  return null
}
