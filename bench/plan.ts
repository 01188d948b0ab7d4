import { execFileSync } from 'node:child_process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { planCleanup } from '../src/lib/operations/plan-cleanup.js'
import type { Blob, ContainerReader, Journal } from '../src/lib/ports.js'
import { encodeMetadata } from '../test/unit/state/metadata/encoder.js'
import type { Incremental, Local, Snapshot, Stream } from '../test/unit/state/metadata/handles.js'

const JOBS = 100
const SNAPSHOTS_A_JOB = 3
const PAGE = 5000
const DAY_MS = 86_400_000
const NOW_MS = Date.parse('2026-11-22T00:00:00Z')
const ACCOUNT = 'acct.blob.core.windows.net'

/** Memory and time of planning over a synthetic listing: ended jobs, 95 % of the blobs referenced, 5 % orphans. In a process of its own. */
export async function benchPlan(blobs = 1_000_000): Promise<string[]> {
  const output = execFileSync(process.execPath, ['--import', 'tsx', fileURLToPath(import.meta.url), String(blobs)], { encoding: 'utf8' })
  return output.trim().split('\n')
}

async function measure(blobs: number): Promise<void> {
  const startedAt = performance.now()
  const { plan } = await planCleanup({
    readers: [syntheticContainer(blobs)],
    cluster: { jobManagers: [], history: null },
    journal: emptyJournal(),
    roots: [{ account: ACCOUNT, container: 'flink', name: 'checkpoints' }],
    exclusive: true,
    policy: { checkpointsMs: 30 * DAY_MS, savepointsMs: null, unnamedMs: null, keepLast: 1, alsoLast: new Set(), pins: new Set() },
    job: null,
    graceMs: 3 * DAY_MS,
    maxShare: 1,
    withoutSoftDelete: true,
    now: () => NOW_MS,
    signal: new AbortController().signal,
  })
  const seconds = (performance.now() - startedAt) / 1000
  const peakMb = process.resourceUsage().maxRSS / 1024
  console.log(
    `plan over ${blobs} blobs, ${plan.scanned.snapshots} snapshots, ${plan.totals.blobs} to delete: ${seconds.toFixed(1)} s, peak ${peakMb.toFixed(0)} MB`,
  )
}

/** Every job has `SNAPSHOTS_A_JOB` snapshots that share its files, and one orphan for each 20 blobs. */
function syntheticContainer(blobs: number): ContainerReader {
  const files = Math.floor(blobs / JOBS) - SNAPSHOTS_A_JOB
  const metadata = new Map<string, Uint8Array>()
  for (let job = 0; job < JOBS; job++) {
    for (let id = 1; id <= SNAPSHOTS_A_JOB; id++)
      metadata.set(`${tree(job)}/chk-${id}/_metadata`, encodeMetadata(snapshotOf(job, id, files)))
  }
  return {
    account: ACCOUNT,
    container: 'flink',
    list: async function* () {
      let page: Blob[] = []
      for (const blob of allBlobs(files, metadata)) {
        if (page.push(blob) < PAGE) continue
        yield { blobs: page, serverTimeMs: NOW_MS }
        page = []
      }
      yield { blobs: page, serverTimeMs: NOW_MS }
    },
    read: async ({ name }) => {
      const bytes = metadata.get(name)
      return bytes === undefined ? { state: 'gone' } : { state: 'read', bytes, etag: '0x1', lastModifiedMs: NOW_MS - 10 * DAY_MS }
    },
    stat: async () => null,
    exists: async () => true,
    protection: async () => ({ softDeleteDays: 14 }),
  }
}

function* allBlobs(files: number, metadata: Map<string, Uint8Array>): Generator<Blob> {
  for (let job = 0; job < JOBS; job++) {
    for (let id = 1; id <= SNAPSHOTS_A_JOB; id++) {
      const name = `${tree(job)}/chk-${id}/_metadata`
      yield blob(name, metadata.get(name)?.length ?? 0)
    }
    for (let file = 0; file < files; file++) yield blob(`${tree(job)}/shared/${uuid(job, file)}`, 1000)
  }
}

function blob(name: string, sizeBytes: number): Blob {
  return { name, sizeBytes, etag: '0x1', lastModifiedMs: NOW_MS - 10 * DAY_MS, isDirectory: false, isUploading: false }
}

function snapshotOf(job: number, id: number, files: number): Snapshot {
  const shared: Local[] = []
  for (let file = 0; file < files; file++) {
    if (file % 20 === 0 || file % SNAPSHOTS_A_JOB === id - 1) continue
    shared.push({
      name: `${file}.sst`,
      stream: { tag: 2, size: 1000, path: `wasbs://flink@${ACCOUNT}/${tree(job)}/shared/${uuid(job, file)}` },
    })
  }
  const meta: Stream = { tag: 1, name: 'meta', bytes: new Uint8Array(1) }
  const managedKeyed: Incremental = { tag: 11, backend: uuid(job, 0), first: 0, groups: 4, meta, shared, private: [] }
  const shape = { id: '0'.repeat(32), name: 'operator', uid: 'uid', parallelism: 1, maxParallelism: 128 }
  const subtasks = [{ index: 0, state: { managedKeyed, rawKeyed: { tag: 0 } as const, input: [], output: [] } }]
  return {
    version: 6,
    checkpointId: id,
    masters: [],
    operators: [{ ...shape, coordinator: { tag: 0 }, subtasks }],
    properties: 'checkpoint',
  }
}

function tree(job: number): string {
  return `checkpoints/${job.toString(16).padStart(32, '0')}`
}

function uuid(job: number, file: number): string {
  return `${job.toString(16).padStart(8, '0')}-0000-4000-8000-${file.toString(16).padStart(12, '0')}`
}

function emptyJournal(): Journal {
  const nothing = async () => undefined
  return {
    operationStarted: nothing,
    operationEnded: nothing,
    operation: async () => null,
    rememberName: nothing,
    names: async () => new Map(),
    rememberRestore: nothing,
    restores: async () => new Map(),
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  await measure(Number(process.argv[2] ?? 1_000_000))
