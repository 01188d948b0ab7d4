import type { Screen } from '../../src/lib/cli/window.js'
import { accessBy } from '../../src/lib/config/account-access.js'
import type { Context } from '../../src/lib/context.js'
import { EXIT, FlinkopsError } from '../../src/lib/errors.js'
import type { Program } from '../../src/lib/operations/program.js'
import type { WayBack } from '../../src/lib/operations/survey-stop.js'
import type { CheckpointStats, JobManager, JobOverview, Journal } from '../../src/lib/ports.js'
import type { MaintenanceJournal } from '../../src/lib/ports-maintenance.js'
import type { Manifest, ManifestJob } from '../../src/lib/state/manifest.js'
import { worldOf } from './access-world.js'
import { ACCOUNT, checkpointConfig, entry, fakeJobManager, fakeStorage, NOW_MS, overview, stats, uri } from './fake-ports.js'
import { pipe } from './fake-streams.js'
import { program } from './programs.js'
import { savepointBytes } from './stored-snapshot.js'

const OWN_FILE = '11111111-1111-4111-8111-111111111111'

interface WorldJob {
  jobId: string
  name: string
  state: string
  restoredFrom: string | null
  /** Its periodic checkpoints are off. */
  isWithoutCheckpoints?: boolean
}

interface Operation {
  jobId: string
  /** Looks until it is over. */
  looksLeft: number
  path: string
}

/** A cluster, its storage and a machine's disk, which outlive a process that is killed. */
export interface World {
  jobs: WorldJob[]
  operations: Map<string, Operation>
  storage: ReturnType<typeof fakeStorage>
  disk: Map<string, string>
  copies: Map<string, string>
  restores: Map<string, string>
  /** What was posted and arrives later than it should. */
  onTheWire: (() => void)[]
  late: (() => void)[]
}

/** A world in which jobs of these names run. */
export function world(names: string[]): World {
  const jobs = names.map((name, at) => ({ jobId: idOf(at + 1), name, state: 'RUNNING', restoredFrom: null }))
  return {
    jobs,
    operations: new Map(),
    storage: fakeStorage(),
    disk: new Map(),
    copies: new Map(),
    restores: new Map(),
    onTheWire: [],
    late: [],
  }
}

export function idOf(digit: number): string {
  return digit.toString(16).repeat(32).slice(0, 32)
}

export function running(world: World): WorldJob[] {
  return world.jobs.filter((job) => job.state === 'RUNNING')
}

export function manifestOf(world: World): Manifest {
  const [text = 'null'] = [...world.disk.values()].slice(-1)
  return JSON.parse(text) as Manifest
}

/**
 * When a process dies: before or after the effect of its n-th step; or before it, with the request still on the wire: it arrives when the
 * next process looks at the cluster, or even later, right when that one posts something.
 */
export interface Death {
  step: number
  when: (typeof DEATHS)[number]
}

export const DEATHS = ['before', 'after', 'on the wire', 'late'] as const

export interface Process {
  context: Context
  screen: Screen
  lines: string[]
  said: string[]
  steps: () => number
  launch: (job: ManifestJob, jobId: string) => Promise<string>
  /** Replaced by a test that says what this machine takes for a program. */
  programOf: (job: ManifestJob, isForeign: boolean) => Promise<Program>
  wayBack: (name: string) => Promise<WayBack>
  died: Promise<'killed'>
}

/** One run of the command line in a world; after its death nothing of it has any effect, as after kill -9. */
export function startProcess(world: World, death: Death | null = null): Process {
  let steps = 0
  let isDead = false
  let die: (word: 'killed') => void = () => undefined
  const died = new Promise<'killed'>((resolve) => {
    die = resolve
  })

  async function step<T>(effect: () => T, isRequest = false): Promise<T> {
    if (isDead) return new Promise<T>(() => undefined)
    const isLast = death !== null && steps === death.step
    steps++
    if (!isLast) return effect()
    isDead = true
    // Refused or done, the answer is not heard.
    if (death.when === 'after') arrive([effect as () => void])
    if (isRequest && death.when === 'on the wire') world.onTheWire.push(effect)
    if (isRequest && death.when === 'late') world.late.push(effect)
    die('killed')
    return new Promise<T>(() => undefined)
  }

  const lines: string[] = []
  const said: string[] = []
  const context = contextOf(world, step)
  const screen: Screen = {
    streams: pipe(),
    format: 'tsv',
    print: (text) => void lines.push(text),
    say: (text) => void said.push(text),
    update: () => undefined,
    notice: (text) => void said.push(text),
    complain: (text) => void said.push(text),
    confirm: async () => true,
  }
  const launch = (job: ManifestJob, jobId: string) => step(() => submit(world, job, jobId), true)
  const wayBack = async (name: string): Promise<WayBack> => ({ known: true, words: `${name}.sql`, spec: { ...SPEC, path: `${name}.sql` } })
  const programOf = async (job: ManifestJob) => program(job.name)
  return { context, screen, lines, said, steps: () => steps, launch, programOf, wayBack, died }
}

const SPEC = { kind: 'script' as const, sha256: 'ab', entryClass: null, args: null, parallelism: null }

/** `isRequest`: it can still be on its way when the process that sent it is dead. */
type Step = <T>(effect: () => T, isRequest?: boolean) => Promise<T>

function submit(world: World, { name, path }: ManifestJob, jobId: string): string {
  arrive(world.late)
  if (world.jobs.some((job) => job.jobId === jobId))
    throw new FlinkopsError(`Job ${jobId} has already been submitted`, { code: 'SQL_FAILED', exitCode: EXIT.failedOnCluster })
  world.jobs.push({ jobId, name, state: 'RUNNING', restoredFrom: path })
  return jobId
}

function contextOf(world: World, step: Step): Context {
  const parts = {
    config: {
      contextName: { value: 'prod' },
      accessFor: accessBy(worldOf({ configured: [ACCOUNT] })),
      jobManagers: { source: 'flinkops.yaml' },
      roots: { savepoints: { value: [uri('savepoints')] } },
    },
    journal: journalOf(world, step),
    maintenance: maintenanceOf(world, step),
    jobManager: async () => jobManagerOf(world, step),
    storage: async () => ({
      container: world.storage.container,
      acquireWindow: async () => ({ lost: new AbortController().signal, release: async () => undefined }),
      copyManifest: ({ id, text }: { id: string; text: string }) => step(() => void world.copies.set(id, text)),
    }),
    now: () => NOW_MS,
    signal: new AbortController().signal,
  }
  const empty = { value: [] }
  const config = { ...parts.config, roots: { ...parts.config.roots, checkpoints: empty, changelog: empty } }
  return { ...parts, config, withCluster: async () => config } as unknown as Context
}

function journalOf(world: World, step: Step): Journal {
  return {
    operationStarted: () => step(() => undefined),
    operationEnded: () => step(() => undefined),
    rememberName: async () => undefined,
    rememberRestore: (jobId: string, path: string) => step(() => void world.restores.set(jobId, path)),
    restores: async () => world.restores,
    rememberSightings: async () => undefined,
    sightings: async () => [],
  } as unknown as Journal
}

function maintenanceOf(world: World, step: Step): MaintenanceJournal {
  return {
    save: (id, manifest) => step(() => void world.disk.set(id, JSON.stringify(manifest))),
    load: async (id) => JSON.parse(world.disk.get(id) ?? 'null') as unknown,
    ids: async () => [...world.disk.keys()],
    pathOf: (id) => `/state/maintenance/${id}.json`,
    hold: async () => async () => undefined,
    leaseId: async () => '1f2e3d4c-0000-4000-8000-000000000001',
  }
}

function jobManagerOf(world: World, step: Step): JobManager {
  const find = (jobId: string) => world.jobs.find((job) => job.jobId === jobId)
  return fakeJobManager({
    version: async () => '2.3.0',
    configuration: async () => new Map([['state.savepoints.dir', uri('savepoints')]]),
    jobs: () =>
      step(() => {
        arrive(world.onTheWire)
        return world.jobs.map(overviewOf)
      }),
    job: async (jobId) => ({ jobId, name: find(jobId)?.name ?? '', state: 'RUNNING', startedAtMs: NOW_MS, endedAtMs: null, vertices: [] }),
    jobState: (jobId) => step(() => find(jobId)?.state ?? null),
    checkpoints: async (jobId) => statsOf(find(jobId)),
    checkpointConfig: async (jobId) => checkpointConfig(find(jobId)?.isWithoutCheckpoints ? null : 10_000),
    triggerStop: ({ jobId, triggerId }) => step(() => accept(world, jobId, triggerId), true),
    operation: (_jobId, triggerId) => step(() => look(world, triggerId)),
  })
}

/** What comes late may be refused, and nobody hears it. */
function arrive(requests: (() => void)[]): void {
  for (const request of requests.splice(0)) {
    try {
      request()
    } catch {
      // Refused.
    }
  }
}

function overviewOf({ jobId, name, state }: WorldJob): JobOverview {
  const tasks: Record<string, number> = state === 'RUNNING' ? { running: 4, total: 4 } : { finished: 4, total: 4 }
  return overview({ jobId, name, state, tasks })
}

function statsOf(job: WorldJob | undefined): CheckpointStats {
  if (job === undefined || job.restoredFrom === null) return stats()
  const restored = { id: 7, restoredAtMs: NOW_MS, externalPath: job.restoredFrom, isSavepoint: true }
  return stats({ restored, completed: job.isWithoutCheckpoints ? null : entry({ externalPath: job.restoredFrom }) })
}

/** Twice under one id is once. */
function accept(world: World, jobId: string, triggerId: string): void {
  arrive(world.late)
  if (world.operations.has(triggerId)) return
  const path = `savepoints/savepoint-${jobId.slice(0, 6)}-${triggerId.slice(0, 12)}`
  world.operations.set(triggerId, { jobId, looksLeft: 0, path })
}

function look(world: World, triggerId: string) {
  const operation = world.operations.get(triggerId)
  if (operation === undefined) return { state: 'unknown' as const }
  const job = world.jobs.find((one) => one.jobId === operation.jobId)
  if (job !== undefined && job.state === 'RUNNING') {
    job.state = 'FINISHED'
    world.storage.blobs.set(`${operation.path}/_metadata`, { bytes: savepointBytes() })
    world.storage.blobs.set(`${operation.path}/${OWN_FILE}`, { sizeBytes: 64 })
  }
  return { state: 'completed' as const, location: uri(operation.path) }
}
