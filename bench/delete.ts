import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { BlobBatch, BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob'
import { createStorage } from '../src/lib/azure/storage.js'
import { tuneEngine, tuneForDeleting } from '../src/lib/cli/engine.js'
import { createRunJournal } from '../src/lib/journal/run-journal.js'
import { mapConcurrently } from '../src/lib/operations/concurrently.js'
import { executeRun } from '../src/lib/operations/execute-run.js'
import type { Deletion, ExecuteResult } from '../src/lib/operations/execution.js'
import type { Blob } from '../src/lib/ports.js'
import { Secret } from '../src/lib/secret.js'
import { locationKey } from '../src/lib/state/location.js'
import { runCompiled } from './compiled.js'
import { type RunningServer, startServer } from './server/start.js'

const ACCOUNT = 'acct.blob.core.windows.net'
const KEY = Buffer.alloc(64, 7).toString('base64')
const SAS = 'sv=2025-01-05&sr=c&sp=rld&sig=c2lnbmF0dXJl'
const CONTAINER = 'flink'
const BLOBS = 100_000
const SDK_IN_FLIGHT = 4
const ROUNDS = 3

interface Measured {
  blobs: number
  wallSeconds: number
  cpuSeconds: number
}

/** 100,000 blobs: flinkops through its whole execution, beside the SDK's batch client and rclone, on one server. */
export async function benchDelete(): Promise<string[]> {
  const server = await startServer('orphans')
  try {
    const rounds = [await clean(server)]
    const sdk = await sdkBatches(server, await listed(server))
    await server.reset()
    const peers: Peer[] = []
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push(await clean(server))
      peers.push(...(await rclone(server)))
      await server.reset()
    }
    const own = median(rounds, ({ measured }) => measured)
    const whole = median(rounds, (done) => done.whole)
    await server.setFaults({ busyShare: 0.05, busyPartShare: 0.05 })
    const busy = flinkops(server, BLOBS)
    const told = await check(server, busy.result, BLOBS)
    await server.reset()
    await server.setFaults({ hierarchical: true })
    const single = flinkops(server, BLOBS / 10)
    await check(server, single.result, BLOBS / 10)
    return [
      line(`flinkops, each bound to its ETag and journalled (median of ${rounds.length}, the others in between)`, own),
      line('flinkops with its listing', whole),
      `${line(`SDK, batches of 256, ${SDK_IN_FLIGHT} in flight, each bound to its ETag`, sdk)}; flinkops is ${ratio(own, sdk)}`,
      ...besideRclone(peers, own, whole),
      `${line('flinkops, 5 % of requests and 5 % of parts answered 503', busy.measured)}; the server counted ${told}`,
      line('flinkops, one by one (hierarchical namespace: batches turned down)', single.measured),
    ]
  } finally {
    server.stop()
  }
}

function besideRclone(peers: Peer[], own: Measured, whole: Measured): string[] {
  if (peers.length === 0) return ['rclone is missing (bench/README.md says how to install it)']
  const theirs = median(peers, (peer) => peer.whole)
  const alone = median(peers, (peer) => peer.alone)
  return [
    `${line(`rclone delete at its default, no ETag (median of ${peers.length})`, theirs)}; flinkops with its listing is ${ratio(whole, theirs)}`,
    `${line('the same, with what its listing takes by itself taken off', alone)}; flinkops without its own is ${ratio(own, alone)}`,
  ]
}

async function clean(server: RunningServer): Promise<Done> {
  const done = flinkops(server, BLOBS)
  await check(server, done.result, BLOBS)
  await server.reset()
  return done
}

function median<T>(rounds: T[], of: (round: T) => Measured): Measured {
  const measured = rounds.map(of).toSorted((a, b) => a.wallSeconds - b.wallSeconds)
  const middle = measured[measured.length >> 1]
  if (middle === undefined) throw new Error('a median takes at least one round')
  return middle
}

async function listed({ endpoint, container }: Pick<RunningServer, 'endpoint' | 'container'>): Promise<Blob[]> {
  const found: Blob[] = []
  const { signal } = new AbortController()
  const reader = await storageOf(endpoint).container(ACCOUNT, container)
  for await (const { blobs } of reader.list({ prefix: 'checkpoints/', signal })) found.push(...blobs)
  return found
}

function storageOf(endpoint: string) {
  const credential = { kind: 'key', key: new Secret(KEY) } as const
  return createStorage({ accessFor: (account) => ({ account, endpoint, credential, source: 'bench' }) })
}

interface Done {
  measured: Measured
  /** With the listing of all that lies below `checkpoints/`, as rclone lists it. */
  whole: Measured
  result: ExecuteResult
}

/** In a process of its own, bundled as it is shipped. */
function flinkops({ endpoint }: RunningServer, count: number): Done {
  return runCompiled(new URL(import.meta.url), [endpoint, `${count}`])
}

async function deleteSome(endpoint: string, count: number): Promise<Done> {
  const directory = await mkdtemp(join(tmpdir(), 'flinkops-bench-'))
  const { value: blobs, ...listing } = await measure(count, () => listed({ endpoint, container: CONTAINER }))
  const wave = blobs.slice(0, count).map(
    ({ name, sizeBytes, etag }): Deletion => ({
      account: ACCOUNT,
      container: CONTAINER,
      name,
      sizeBytes,
      etag,
      reason: 'orphan',
      after: [],
    }),
  )
  try {
    tuneForDeleting()
    const { value: result, ...measured } = await measure(wave.length, () =>
      executeRun({
        runId: 'bench',
        record: () => ({ runId: 'bench', waves: [wave] }),
        containers: [{ account: ACCOUNT, container: CONTAINER }],
        recheck: () => Promise.resolve({ state: 'go', waves: [wave], left: [] }),
        storage: storageOf(endpoint),
        runs: createRunJournal({ directory }),
        signal: new AbortController().signal,
        sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      }),
    )
    await checkJournal(join(directory, 'runs/bench/progress.jsonl'), wave)
    return { measured, whole: sum(measured, listing, 1), result }
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** Every blob on record as deleted, just once. */
async function checkJournal(path: string, wave: Deletion[]): Promise<void> {
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
  const left = new Set(wave.map((one) => JSON.stringify({ key: locationKey(one), outcome: 'deleted' })))
  for (const one of lines) if (!left.delete(one)) throw new Error(`the journal says ${one}`)
  if (left.size > 0) throw new Error(`the journal lacks ${left.size} blobs`)
}

/** What the server saw of it: each gone once, none asked for again when it was gone, none without its ETag. */
async function check(server: RunningServer, result: ExecuteResult, blobs: number): Promise<string> {
  const { deleted, gone, mismatched, unguarded, busy, busyParts } = await server.counters()
  const told = `${deleted} deleted, ${gone} deleted again, ${unguarded} without ETag, ${busy} requests and ${busyParts} parts answered 503`
  const isRight = deleted === blobs && gone === 0 && mismatched === 0 && unguarded === 0
  if (!isRight || result.deletedBlobs !== blobs || result.stopped) throw new Error(`${told}; ${JSON.stringify(result).slice(0, 500)}`)
  return told
}

async function sdkBatches(server: RunningServer, blobs: Blob[]): Promise<Measured> {
  const service = new BlobServiceClient(server.endpoint, new StorageSharedKeyCredential('devstoreaccount1', KEY))
  const container = service.getContainerClient(server.container)
  const client = container.getBlobBatchClient()
  const heaps = Array.from({ length: Math.ceil(blobs.length / 256) }, (_, index) => blobs.slice(index * 256, (index + 1) * 256))
  return measure(blobs.length, () =>
    mapConcurrently(heaps, SDK_IN_FLIGHT, async (heap) => {
      const batch = new BlobBatch()
      for (const { name, etag } of heap) await batch.deleteBlob(container.getBlobClient(name), { conditions: { ifMatch: `"${etag}"` } })
      const { subResponsesFailedCount } = await client.submitBatch(batch)
      if (subResponsesFailedCount > 0) throw new Error(`${subResponsesFailedCount} parts failed`)
    }),
  )
}

interface Peer {
  whole: Measured
  alone: Measured
}

/**
 * By the directory, since a list of names would cost it a request each. It lists a page and deletes it, in turn: so what
 * a listing takes by itself is taken off for `alone`. None when it is not installed.
 */
async function rclone(server: RunningServer): Promise<Peer[]> {
  const remote = `:azureblob,sas_url='${server.endpoint}/${server.container}?${SAS}':${server.container}/checkpoints`
  const listing = runRclone(['size', remote])
  if (listing === null) return []
  const deleting = runRclone(['delete', remote])
  const { deleted } = await server.counters()
  if (deleting === null || deleted !== BLOBS) throw new Error(`rclone deleted ${deleted} blobs`)
  const whole = { ...deleting, blobs: deleted }
  return [{ whole, alone: sum(whole, listing, -1) }]
}

function sum(one: Measured, other: Omit<Measured, 'blobs'>, sign: 1 | -1): Measured {
  const wallSeconds = one.wallSeconds + sign * other.wallSeconds
  return { blobs: one.blobs, wallSeconds, cpuSeconds: one.cpuSeconds + sign * other.cpuSeconds }
}

function runRclone(args: string[]): Omit<Measured, 'blobs'> | null {
  const startedAt = performance.now()
  const timed = ['-c', 'TIMEFORMAT="cpu %U %S"; time rclone --config /dev/null "$@"', 'rclone', ...args]
  const { stderr, status } = spawnSync('bash', timed, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } })
  if (status === 127) return null
  if (status !== 0) throw new Error(`rclone: ${stderr.slice(-500)}`)
  const [, user = '0', system = '0'] = /cpu ([\d.]+) ([\d.]+)/.exec(stderr) ?? []
  return { wallSeconds: (performance.now() - startedAt) / 1000, cpuSeconds: Number(user) + Number(system) }
}

async function measure<T>(blobs: number, work: () => Promise<T>): Promise<Measured & { value: T }> {
  const before = process.cpuUsage()
  const startedAt = performance.now()
  const value = await work()
  const wallSeconds = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage(before)
  return { blobs, wallSeconds, cpuSeconds: (user + system) / 1e6, value }
}

function line(what: string, { blobs, wallSeconds, cpuSeconds }: Measured): string {
  const rate = `${Math.round(blobs / wallSeconds)} blobs/s, ${Math.round(blobs / cpuSeconds)} a second of processor time`
  return `${what}: ${blobs} blobs in ${wallSeconds.toFixed(1)} s, ${rate}`
}

function ratio(own: Measured, peer: Measured): string {
  const byWall = own.blobs / own.wallSeconds / (peer.blobs / peer.wallSeconds)
  const byCpu = own.blobs / own.cpuSeconds / (peer.blobs / peer.cpuSeconds)
  return `${byWall.toFixed(1)}x as fast (${byCpu.toFixed(1)}x by processor time)`
}

const [, script, endpoint, count] = process.argv
if (script !== undefined && import.meta.url === pathToFileURL(script).href) {
  if (endpoint === undefined) console.log((await benchDelete()).join('\n'))
  else {
    tuneEngine()
    console.log(JSON.stringify(await deleteSome(endpoint, Number(count))))
  }
}
