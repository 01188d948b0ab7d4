import { setMaxListeners } from 'node:events'
import { pathToFileURL } from 'node:url'
import { createStorage } from '../src/lib/azure/storage.js'
import { tuneEngine } from '../src/lib/cli/engine.js'
import { planCleanup } from '../src/lib/operations/plan-cleanup.js'
import type { ContainerReader } from '../src/lib/ports.js'
import { Secret } from '../src/lib/secret.js'
import { NO_WINDOWS } from '../src/lib/state/windows.js'
import { NO_POINTERS } from '../test/support/no-pointers.js'
import { emptyJournal } from '../test/support/recorded-tree.js'
import { runCompiled } from './compiled.js'
import { shapeNamed } from './server/shape.js'
import { startServer } from './server/start.js'

const ACCOUNT = 'acct.blob.core.windows.net'
const DAY_MS = 86_400_000

/** Memory and time of planning over the synthetic server, beside that of the listing alone, each in a process of its own. */
export async function benchPlan(shapes = ['million', 'ten million']): Promise<string[]> {
  const lines: string[] = []
  for (const name of shapes) lines.push(...(await benchShape(name)))
  return lines
}

async function benchShape(name: string): Promise<string[]> {
  const shape = shapeNamed(name)
  const server = await startServer(name)
  try {
    const listing = measured('list', server.endpoint)
    const planning = measured('plan', server.endpoint)
    const references = shape.jobs * (shape.files * shape.uses + shape.snapshots * shape.exclusive)
    const words = ({ seconds, processorSeconds, peakMb }: Measured) =>
      `${seconds.toFixed(1)} s (${processorSeconds.toFixed(1)} s of processor), peak ${peakMb.toFixed(0)} MB`
    return [
      `${name}: ${server.blobs} blobs, ${planning.snapshots} snapshots, ${references} references, ${planning.blobs} to delete`,
      `  listing alone: ${words(listing)}`,
      `  plan: ${words(planning)}; ${(planning.seconds / listing.seconds).toFixed(2)} times the listing`,
    ]
  } finally {
    server.stop()
  }
}

interface Measured {
  seconds: number
  processorSeconds: number
  peakMb: number
  blobs: number
  snapshots: number
}

function measured(what: 'list' | 'plan', endpoint: string): Measured {
  return runCompiled(new URL(import.meta.url), [what, endpoint])
}

async function measure(what: string, endpoint: string): Promise<Measured> {
  const key = new Secret(Buffer.alloc(64).toString('base64'))
  const storage = createStorage({ accessFor: (account) => ({ account, endpoint, credential: { kind: 'key', key }, source: 'bench' }) })
  const reader = await storage.container(ACCOUNT, 'flink')
  const startedAt = performance.now()
  const result = what === 'plan' ? await plan(reader) : { blobs: await list(reader), snapshots: 0 }
  const { user, system } = process.cpuUsage()
  const peakMb = process.resourceUsage().maxRSS / 1024
  return { ...result, seconds: (performance.now() - startedAt) / 1000, processorSeconds: (user + system) / 1e6, peakMb }
}

async function plan(reader: ContainerReader): Promise<Pick<Measured, 'blobs' | 'snapshots'>> {
  const { plan: made } = await planCleanup({
    readers: [reader],
    cluster: { jobManagers: [], history: null },
    journal: emptyJournal(),
    roots: ['checkpoints', 'savepoints'].map((name) => ({ account: ACCOUNT, container: 'flink', name })),
    stateRoots: ['checkpoints', 'savepoints'].map((name) => ({ account: ACCOUNT, container: 'flink', name })),
    exclusive: true,
    policy: { checkpointsMs: 30 * DAY_MS, savepointsMs: null, abandonedMs: null, keepLast: 1, alsoLast: new Set(), pins: new Set() },
    job: null,
    windows: async () => NO_WINDOWS,
    pointers: NO_POINTERS,
    graceMs: 3 * DAY_MS,
    maxShare: 1,
    withoutSoftDelete: true,
    now: () => Date.now(),
    signal: neverAborted(),
  })
  return { blobs: made.totals.blobs, snapshots: made.scanned.snapshots }
}

/** As a command makes it: as many requests as are in flight listen to it. */
function neverAborted(): AbortSignal {
  const { signal } = new AbortController()
  setMaxListeners(0, signal)
  return signal
}

async function list(reader: ContainerReader): Promise<number> {
  let blobs = 0
  for await (const page of reader.list({ signal: neverAborted() })) blobs += page.blobs.length
  return blobs
}

const [, script, what = '', endpoint] = process.argv
if (script !== undefined && import.meta.url === pathToFileURL(script).href) {
  if (endpoint === undefined) console.log((await benchPlan()).join('\n'))
  else {
    tuneEngine()
    console.log(JSON.stringify(await measure(what, endpoint)))
  }
}
