import { execFileSync } from 'node:child_process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { planCleanup } from '../src/lib/operations/plan-cleanup.js'
import type { ContainerReader } from '../src/lib/ports.js'
import { NO_WINDOWS } from '../src/lib/state/windows.js'
import { emptyJournal } from '../test/support/recorded-tree.js'
import { ACCOUNT, blobsOf, CONTAINER, DAY_MS, NOW_MS, referencesOf, type Shape, syntheticContainer } from './synthetic-container.js'

/** Ended jobs; 5 % of the blobs are orphans, the rest is needed, or not Flink's, or (in `held`) Flink's but not to be touched. */
const SHAPES: Record<string, Shape> = {
  million: { jobs: 100, snapshots: 3, files: 9500, uses: 2, orphans: 497, taskOwned: 0, foreign: 0 },
  'ten million': { jobs: 500, snapshots: 4, files: 10_000, uses: 1, orphans: 1000, taskOwned: 0, foreign: 8996 },
  'ten million, shared': { jobs: 500, snapshots: 4, files: 5000, uses: 2, orphans: 1000, taskOwned: 0, foreign: 13_996 },
  'ten million, held': { jobs: 500, snapshots: 4, files: 10_000, uses: 1, orphans: 1000, taskOwned: 8996, foreign: 0 },
}

/** Memory and time of planning over a synthetic listing, beside that of the listing alone. Each shape in a process of its own. */
export async function benchPlan(shapes = ['million', 'ten million']): Promise<string[]> {
  return shapes.flatMap((shape) => {
    const args = ['--import', 'tsx', fileURLToPath(import.meta.url), shape]
    return execFileSync(process.execPath, args, { encoding: 'utf8' }).trim().split('\n')
  })
}

async function measure(shape: Shape): Promise<void> {
  const reader = syntheticContainer(shape)
  const baseMb = peakMb()
  const listing = await seconds(() => list(reader))
  const listingMb = peakMb()
  const planning = await seconds(() => plan(reader))
  const { plan: made } = planning.result
  const cpu = process.cpuUsage()
  console.log(
    `plan over ${blobsOf(shape)} blobs, ${made.scanned.snapshots} snapshots, ${referencesOf(shape)} references, ${made.totals.blobs} to delete:`,
    `${planning.seconds.toFixed(1)} s, peak ${peakMb().toFixed(0)} MB (${baseMb.toFixed(0)} MB at the start, ${listingMb.toFixed(0)} MB after one listing);`,
    `the listing alone, once: ${listing.seconds.toFixed(1)} s; processor time in all ${((cpu.user + cpu.system) / 1e6).toFixed(1)} s`,
  )
}

function plan(reader: ContainerReader): ReturnType<typeof planCleanup> {
  return planCleanup({
    readers: [reader],
    cluster: { jobManagers: [], history: null },
    journal: emptyJournal(),
    roots: [{ account: ACCOUNT, container: CONTAINER, name: 'checkpoints' }],
    exclusive: true,
    policy: { checkpointsMs: 30 * DAY_MS, savepointsMs: null, unnamedMs: null, keepLast: 1, alsoLast: new Set(), pins: new Set() },
    job: null,
    windows: async () => NO_WINDOWS,
    graceMs: 3 * DAY_MS,
    maxShare: 1,
    withoutSoftDelete: true,
    now: () => NOW_MS,
    signal: new AbortController().signal,
  })
}

async function list(reader: ContainerReader): Promise<void> {
  let names = 0
  for await (const { blobs } of reader.list({ signal: new AbortController().signal })) for (const { name } of blobs) names += name.length
  if (names === 0) throw new Error('nothing was listed')
}

async function seconds<T>(work: () => Promise<T>): Promise<{ seconds: number; result: T }> {
  const startedAt = performance.now()
  const result = await work()
  return { seconds: (performance.now() - startedAt) / 1000, result }
}

function peakMb(): number {
  return process.resourceUsage().maxRSS / 1024
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const shape = SHAPES[process.argv[2] ?? 'million']
  if (shape === undefined) throw new Error(`there is no shape ${process.argv[2]}, only ${Object.keys(SHAPES).join('; ')}`)
  await measure(shape)
}
