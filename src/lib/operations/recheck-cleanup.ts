import type { ContainerReader, Journal } from '../ports.js'
import type { ReadMetadata } from '../state/assemble-survey.js'
import { type KnownJob, knowJobs } from '../state/jobs.js'
import { KeyTable } from '../state/key-table.js'
import { lastSegment } from '../state/layout.js'
import { isBelow, locationKey } from '../state/location.js'
import type { Use } from '../state/uses.js'
import type { Windows } from '../state/windows.js'
import { type GatherInput, gatherJobs } from './gather-jobs.js'
import type { RunRecord } from './run-record.js'
import { listMetadata, readAll } from './survey-storage.js'

export type Recheck =
  /** `spare`: keys of planned blobs that a snapshot which came meanwhile needs. */
  { state: 'go'; spare: Set<string> } | { state: 'abort'; why: string }

export interface RecheckInput {
  readers: ContainerReader[]
  cluster: Omit<GatherInput, 'signal' | 'journal'>
  journal: Journal
  /** The journalled plan. */
  record: RunRecord
  windows: () => Promise<Windows>
  now: () => number
  signal: AbortSignal
}

const ROUNDS = 5

/**
 * Looks again right before the first delete: a job that started meanwhile, or was restored from somewhere else, ends the run (a CLAIM
 * between marking and deleting is the one race that storage cannot show); snapshots that came meanwhile are read, and what they need
 * is spared.
 */
export async function recheckCleanup(input: RecheckInput): Promise<Recheck> {
  const before = await clusterChange(input)
  if (before !== null) return { state: 'abort', why: before }
  const planned = new Map(input.record.fingerprint)
  const read = new Map<string, ReadMetadata>()
  for (let round = 0; round < ROUNDS; round++) {
    const listed = (await listMetadata(input)).metadata
    const fresh = new Map([...listed].filter(([key, blob]) => planned.get(key) !== blob.etag))
    if ([...fresh].every(([key, blob]) => read.get(key)?.blob.etag === blob.etag)) {
      const after = (await clusterChange(input)) ?? (await windowChange(input))
      return after === null ? spared(input.record, read) : { state: 'abort', why: after }
    }
    await readAll(input, fresh, read, new KeyTable())
  }
  return { state: 'abort', why: 'snapshots kept changing while they were read again' }
}

function spared(record: RunRecord, read: Map<string, ReadMetadata>): Recheck {
  const needs = new Needs()
  for (const one of read.values()) {
    if (one.state === 'unreadable') return { state: 'abort', why: `${one.blob.name} came meanwhile and cannot be read: ${one.problem}` }
    if (one.state === 'parsed') for (const use of one.uses) needs.add(use)
  }
  const planned = record.waves.flat().map(locationKey)
  return { state: 'go', spare: new Set(planned.filter((key) => needs.has(key))) }
}

/** What snapshots that came meanwhile need. */
class Needs {
  readonly #files = new Set<string>()
  readonly #directories: string[] = []
  /** A relative file may lie elsewhere under its name (FLINK-39964). */
  readonly #names = new Set<string>()

  add({ key, isDirectory, isRelative }: Use): void {
    if (isDirectory) this.#directories.push(key)
    else this.#files.add(key)
    if (isRelative) this.#names.add(lastSegment(key))
  }

  has(key: string): boolean {
    return this.#files.has(key) || this.#names.has(lastSegment(key)) || this.#directories.some((directory) => isBelow(key, directory))
  }
}

async function clusterChange(input: RecheckInput): Promise<string | null> {
  const gathered = await gatherJobs({ ...input.cluster, journal: input.journal, signal: input.signal })
  const [silent] = gathered.silent
  if (silent) return silent.problem
  const now = knowJobs({ evidence: gathered.evidence, jobIds: [], exclusive: false, allClustersAnswered: true })
  for (const job of now.values()) {
    const planned = input.record.jobs.find((one) => one.jobId === job.jobId)
    if (job.liveness === 'running' && planned?.liveness !== 'running') return `job ${label(job)} started meanwhile`
    if (job.liveness === 'running' && job.restoredFrom !== planned?.restoredFrom && !isOwn(job))
      return `job ${label(job)} was restored from ${job.restoredFrom} meanwhile`
  }
  return null
}

/** A maintenance window that began meanwhile, or is read anew: what it names was not planned to stay. */
async function windowChange({ record, windows }: RecheckInput): Promise<string | null> {
  const { named, unreadable } = await windows()
  const [broken] = unreadable
  if (broken !== undefined) return `the manifest of maintenance window ${broken} cannot be read`
  const planned = new Set(record.waves.flat().map(locationKey))
  const [needed] = [...named].filter(([key]) => planned.has(`${key}/_metadata`))
  return needed === undefined ? null : `${needed[0]} is to be deleted, and ${needed[1]}`
}

/** An in-job failover restores a checkpoint of the job's own. */
function isOwn(job: KnownJob): boolean {
  return job.restoredFrom?.includes(`/${job.jobId}/`) ?? false
}

function label(job: KnownJob): string {
  return job.name === null ? job.jobId.slice(0, 8) : `${job.name} (${job.jobId.slice(0, 8)})`
}
