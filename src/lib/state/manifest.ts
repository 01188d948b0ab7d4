/** What a maintenance window stopped, and how far it has come: written before the first stop and after every step. */
export interface Manifest {
  id: string
  /** Counts the steps: of two copies the higher one is newer. */
  revision: number
  createdAt: string
  updatedAt: string
  /** Context of `flinkops.yaml`, `null` without one. */
  context: string | null
  jobManager: string
  flinkVersion: string
  /** Given up by a person (`stop --all --new-window`): nothing of it is to be brought back. */
  isClosed: boolean
  /** Taken over from another machine: the files that it names are looked at before they are started. */
  isForeign?: boolean
  /** In the order in which they are brought back. */
  jobs: ManifestJob[]
}

/**
 * planned: to be stopped, not asked for yet. stopping: asked for under `triggerId`, end not known. stopped: down; `path` is its way back.
 * failed: not stopped, and why. starting: asked to start from `path` as `resumedAs`, not proven. running: proven to be back.
 */
export type ManifestState = 'planned' | 'stopping' | 'stopped' | 'failed' | 'starting' | 'running'

export interface ManifestJob {
  /** Of the run that was, or is to be, stopped. */
  jobId: string
  name: string
  state: ManifestState
  triggerId: string | null
  /** When the stop was asked for. */
  triggeredAt: string | null
  targetDirectory: string | null
  /** The savepoint; for a job without one, the checkpoint that it shall come back from. */
  path: string | null
  /** That every file of `path` was found on storage. */
  verified: boolean
  /** Why it is not further, or what a person should know although it is. */
  error: string | null
  /** Job id of the run that was restored from `path`; chosen, or told by Flink, before it is proven. */
  resumedAs: string | null
  /** How the tool started it, or would; no value of `--define` or `--arg`. */
  spec: ManifestSpec | null
  configuration: ManifestConfiguration
}

export interface ManifestSpec {
  kind: 'script' | 'jar'
  path: string
  sha256: string
  entryClass: string | null
  /** `[]` = it has none; `null` = it has some, and they are not carried along. Older versions carried them. */
  args: string[] | null
  parallelism: number | null
  /** What it needs besides, for whom does not have it: names of a script's values, words for a jar's arguments. */
  needs?: string[]
}

/** How the job ran, as far as the JobManager tells. */
export interface ManifestConfiguration {
  startedAt: string
  /** Directory that holds its checkpoints' job directory. */
  checkpointDirectory: string | null
  /** Of its widest operator. */
  parallelism: number | null
  stateBackend: string | null
  checkpointIntervalMs: number | null
  /** Newest checkpoint before the stop. */
  lastCheckpoint: string | null
  restoredFrom: string | null
}

/** A step of one job, as a new manifest. */
export function withStep(manifest: Manifest, jobId: string, step: Partial<ManifestJob>, nowMs: number): Manifest {
  const jobs = manifest.jobs.map((job) => (job.jobId === jobId ? { ...job, ...step } : job))
  return withJobs(manifest, jobs, nowMs)
}

/** The manifest with other jobs, one revision later. */
export function withJobs(manifest: Manifest, jobs: ManifestJob[], nowMs: number): Manifest {
  return { ...manifest, jobs, revision: manifest.revision + 1, updatedAt: new Date(nowMs).toISOString() }
}

/** Whether something of it is still to be stopped or to be brought back. */
export function isOpen(manifest: Manifest): boolean {
  return !manifest.isClosed && manifest.jobs.some((job) => job.state !== 'running')
}

/** Whether it was made elsewhere. */
export function isForeign(manifest: Manifest): boolean {
  return manifest.isForeign === true
}

/** Where its copy lies: in the container of its first savepoint; `null` = nothing of it names one yet. */
export function copyPlaceOf({ jobs }: Manifest): string | null {
  return jobs.map(({ path, targetDirectory }) => path ?? targetDirectory).find((place) => place !== null) ?? null
}

/** The open window of this context, or of this cluster where there is no context; without one, the last that came to its end. */
export function newestManifest(manifests: Manifest[], where: { context: string | null; jobManager: string }): Manifest | null {
  const { context, jobManager } = where
  const own = manifests.filter((one) => !one.isClosed && one.context === context && (context !== null || one.jobManager === jobManager))
  const newestFirst = own.toSorted((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1))
  return newestFirst.find(isOpen) ?? newestFirst[0] ?? null
}

/** Reads a manifest back; `null` when anything in it is not as expected, since it says what is started from where. */
export function parseManifest(value: unknown): Manifest | null {
  return isManifest(value) ? value : null
}

function isManifest(value: unknown): value is Manifest {
  if (!isObject(value) || !hasTexts(value, ['id', 'createdAt', 'updatedAt', 'jobManager', 'flinkVersion'])) return false
  const { revision, isClosed, isForeign: foreign = false, context, jobs } = value
  if (!isCount(revision) || typeof isClosed !== 'boolean' || typeof foreign !== 'boolean' || !isTextOrNull(context)) return false
  return Array.isArray(jobs) && jobs.every(isJob) && new Set(jobs.map((job) => job['jobId'])).size === jobs.length
}

const STATES = new Set<unknown>(['planned', 'stopping', 'stopped', 'failed', 'starting', 'running'])
const TEXT_OR_NULL = ['triggerId', 'triggeredAt', 'targetDirectory', 'path', 'error', 'resumedAs']

function isJob(value: unknown): value is Record<string, unknown> {
  if (!isObject(value) || !hasTexts(value, ['jobId', 'name']) || !STATES.has(value['state'])) return false
  if (typeof value['verified'] !== 'boolean' || !TEXT_OR_NULL.every((field) => isTextOrNull(value[field]))) return false
  return (value['spec'] === null || isSpec(value['spec'])) && isConfiguration(value['configuration'])
}

function isSpec(value: unknown): boolean {
  if (!isObject(value) || (value['kind'] !== 'script' && value['kind'] !== 'jar') || !hasTexts(value, ['path', 'sha256'])) return false
  const { entryClass, args, parallelism, needs = [] } = value
  const areTexts = (list: unknown) => Array.isArray(list) && list.every((one) => typeof one === 'string')
  if (!areTexts(needs) || (args !== null && !areTexts(args))) return false
  return isTextOrNull(entryClass) && (parallelism === null || (isCount(parallelism) && parallelism > 0))
}

const CONFIGURATION_TEXTS = ['startedAt', 'checkpointDirectory', 'stateBackend', 'lastCheckpoint', 'restoredFrom']

/** What is not known may be missing. */
function isConfiguration(value: unknown): boolean {
  if (!isObject(value)) return false
  const { parallelism = null, checkpointIntervalMs = null } = value
  const areTexts = CONFIGURATION_TEXTS.every((field) => isTextOrNull(value[field] ?? null))
  return areTexts && [parallelism, checkpointIntervalMs].every((one) => one === null || typeof one === 'number')
}

/** A whole number that counts on: Infinity would be above all. */
function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function hasTexts(value: Record<string, unknown>, fields: string[]): boolean {
  return fields.every((field) => typeof value[field] === 'string')
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
