import type { Blob, ContainerReader } from '../src/lib/ports.js'
import { encodeMetadata } from '../test/unit/state/metadata/encoder.js'
import type { Incremental, Local, Snapshot } from '../test/unit/state/metadata/handles.js'

/** Jobs that are alike: each has a tree with so many snapshots, shared files, orphans, and files that nobody may touch. */
export interface Shape {
  jobs: number
  snapshots: number
  /** Shared files that snapshots need, each `uses` of them. */
  files: number
  uses: number
  /** Shared files that none needs. */
  orphans: number
  /** Task-owned files: Flink's, needed by no snapshot, held. */
  taskOwned: number
  /** Files of somebody else in the same container. */
  foreign: number
}

export const ACCOUNT = 'acct.blob.core.windows.net'
export const CONTAINER = 'flink'
export const DAY_MS = 86_400_000
export const NOW_MS = Date.parse('2026-11-22T00:00:00Z')
const PAGE = 5000
const HEX = Buffer.from('0123456789abcdef')
const HEX_UPPER = Buffer.from('0123456789ABCDEF')
const NIL = '00000000-0000-0000-0000-000000000000'

/** A container that is made as it is listed and read, and is always the same: it holds nothing, so that what is measured is flinkops. */
export function syntheticContainer(shape: Shape): ContainerReader {
  const templates = new Map<number, Template>()
  return {
    account: ACCOUNT,
    container: CONTAINER,
    list: async function* () {
      let page: Blob[] = []
      for (const blob of allBlobs(shape)) {
        if (page.push(blob) < PAGE) continue
        yield { blobs: page, serverTimeMs: NOW_MS }
        page = []
      }
      yield { blobs: page, serverTimeMs: NOW_MS }
    },
    read: async ({ name }) => {
      const found = /^checkpoints\/([0-9a-f]{32})\/chk-(\d+)\/_metadata$/.exec(name)
      if (found === null) return { state: 'gone' }
      const bytes = metadataOf(shape, Number.parseInt(found[1] ?? '', 16), Number(found[2]), templates)
      return { state: 'read', bytes, etag: '', lastModifiedMs: NOW_MS - 10 * DAY_MS }
    },
    stat: async () => null,
    exists: async () => true,
    protection: async () => ({ softDeleteDays: 14 }),
  }
}

export function blobsOf(shape: Shape): number {
  return shape.jobs * (shape.snapshots + shape.files + shape.orphans + shape.taskOwned + shape.foreign)
}

export function referencesOf(shape: Shape): number {
  return shape.jobs * shape.files * shape.uses
}

function* allBlobs(shape: Shape): Generator<Blob> {
  const { snapshots, files, orphans, taskOwned, foreign } = shape
  for (let job = 0; job < shape.jobs; job++) {
    for (let id = 1; id <= snapshots; id++) yield blob(`${tree(job)}/chk-${id}/_metadata`, job, id, 1_000_000)
    yield* namedByUuid(`${tree(job)}/shared/`, '', job, 0, files + orphans)
    yield* namedByUuid(`${tree(job)}/taskowned/`, '', job, files + orphans, taskOwned)
    yield* namedByUuid(`warehouse/table-${job}/data/part-`, '.parquet', job, files + orphans + taskOwned, foreign)
  }
}

/** Their names come as whole strings, as from a parsed page. */
function* namedByUuid(prefix: string, suffix: string, job: number, first: number, count: number): Generator<Blob> {
  const name = Buffer.from(`${prefix}${NIL}${suffix}`)
  for (let number = first; number < first + count; number++) {
    writeUuid(name, prefix.length, job, number)
    yield blob(name.toString('latin1'), job, number, 1000)
  }
}

const ETAG = Buffer.from('0x8DE000000000000')

function blob(name: string, job: number, number: number, sizeBytes: number): Blob {
  writeHex(ETAG, 5, mix(job, number, 5), 8, HEX_UPPER)
  writeHex(ETAG, 13, number, 4, HEX_UPPER)
  const lastModifiedMs = NOW_MS - 10 * DAY_MS - (mix(job, number, 6) % 100_000) * 1000
  return { name, sizeBytes, etag: ETAG.toString('latin1'), lastModifiedMs, isDirectory: false, isUploading: false }
}

/** A `_metadata` in which every file's path is to be filled in. */
interface Template {
  bytes: Uint8Array
  /** Where the paths' job ids begin. */
  paths: number[]
}

function metadataOf(shape: Shape, job: number, id: number, templates: Map<number, Template>): Uint8Array {
  const needed: number[] = []
  for (let file = 0; file < shape.files; file++) if ((file + id) % shape.snapshots < shape.uses) needed.push(file)
  const template = templates.get(needed.length) ?? templateOf(needed.length)
  templates.set(needed.length, template)
  const bytes = Buffer.from(template.bytes)
  const jobId = Buffer.from(hexId(job))
  for (const [at, file] of needed.entries()) {
    const path = template.paths[at] ?? 0
    bytes.set(jobId, path)
    writeUuid(bytes, path + '/shared/'.length + jobId.length, job, file)
  }
  return bytes
}

function templateOf(files: number): Template {
  const path = `wasbs://${CONTAINER}@${ACCOUNT}/${tree(0)}/shared/${NIL}`
  const shared = Array.from({ length: files }, (_, file): Local => ({ name: `${file}.sst`, stream: { tag: 2, size: 1000, path } }))
  const meta = { tag: 1, name: 'meta', bytes: new Uint8Array(1) } as const
  const managedKeyed: Incremental = { tag: 11, backend: NIL, first: 0, groups: 4, meta, shared, private: [] }
  const operator = {
    id: '0'.repeat(32),
    name: 'operator',
    uid: 'uid',
    parallelism: 1,
    maxParallelism: 128,
    coordinator: { tag: 0 },
  } as const
  const subtasks = [{ index: 0, state: { managedKeyed, rawKeyed: { tag: 0 } as const, input: [], output: [] } }]
  const snapshot: Snapshot = { version: 6, checkpointId: 1, masters: [], operators: [{ ...operator, subtasks }], properties: 'checkpoint' }
  const bytes = Buffer.from(encodeMetadata(snapshot))
  const paths: number[] = []
  for (let at = bytes.indexOf('checkpoints/'); at >= 0; at = bytes.indexOf('checkpoints/', at + 1)) paths.push(at + 'checkpoints/'.length)
  return { bytes, paths }
}

function tree(job: number): string {
  return `checkpoints/${hexId(job)}`
}

function hexId(job: number): string {
  return job.toString(16).padStart(32, '0')
}

/** Evenly spread, as random ones are, and distinct by its last digits. */
function writeUuid(bytes: Buffer, at: number, job: number, number: number): void {
  writeHex(bytes, at, mix(job, number, 1), 8, HEX)
  writeHex(bytes, at + 9, mix(job, number, 2), 4, HEX)
  writeHex(bytes, at + 14, 0x4000 | (mix(job, number, 3) & 0xfff), 4, HEX)
  writeHex(bytes, at + 19, 0x8000 | (mix(job, number, 4) & 0x3fff), 4, HEX)
  writeHex(bytes, at + 24, job, 4, HEX)
  writeHex(bytes, at + 28, number, 8, HEX)
}

function writeHex(bytes: Buffer, at: number, value: number, digits: number, alphabet: Buffer): void {
  for (let digit = digits - 1, rest = value; digit >= 0; digit--, rest >>>= 4) bytes[at + digit] = alphabet[rest & 15] ?? 0
}

function mix(job: number, number: number, salt: number): number {
  let hash = Math.imul(job ^ 0x9e3779b1, 0x85ebca6b) ^ Math.imul(number + salt, 0xc2b2ae35)
  hash = Math.imul(hash ^ (hash >>> 15), 0x27d4eb2f)
  return (hash ^ (hash >>> 13)) >>> 0
}
