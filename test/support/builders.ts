import { assembleSurvey, type ReadMetadata } from '../../src/lib/state/assemble-survey.js'
import { Chains } from '../../src/lib/state/chains.js'
import { Inventory, type ListedBlob } from '../../src/lib/state/inventory.js'
import type { KnownJob } from '../../src/lib/state/jobs.js'
import { KeyTable } from '../../src/lib/state/key-table.js'
import { checkpointIdOf, isSnapshotMetadata, parentOf, placeOf } from '../../src/lib/state/layout.js'
import { type Location, locationKey } from '../../src/lib/state/location.js'
import { NO_OPERATORS, type Operators } from '../../src/lib/state/operators.js'
import type { RetentionPolicy } from '../../src/lib/state/policy.js'
import { type ResolvedReference, resolveReference } from '../../src/lib/state/references.js'
import type { Snapshot } from '../../src/lib/state/snapshot.js'
import type { StoredBlob, Survey } from '../../src/lib/state/survey.js'
import type { Reference } from '../../src/lib/state/types.js'
import { usesOf } from '../../src/lib/state/uses.js'

export const HOUR = 3_600_000
export const DAY = 24 * HOUR
export const NOW = Date.UTC(2026, 10, 22)
export const ACCOUNT = 'acct.blob.core.windows.net'
export const CONTAINER = 'flink'
export const ROOT_URI = `wasbs://${CONTAINER}@${ACCOUNT}`

/** A job id: 32 hex that begin with the digit. */
export function jobId(digit: number): string {
  return digit.toString(16).repeat(32).slice(0, 32)
}

/** A file name as Flink draws them. */
export function uuid(number: number): string {
  return `${number.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`
}

export function at(name: string): Location {
  return { account: ACCOUNT, container: CONTAINER, name }
}

export function keyAt(name: string): string {
  return locationKey(at(name))
}

export function uri(name: string): string {
  return `${ROOT_URI}/${name}`
}

export function checkpointDirectory(job: string, id: number): string {
  return `checkpoints/${job}/chk-${id}`
}

export function savepointDirectory(job: string, number: number): string {
  return `savepoints/savepoint-${job.slice(0, 6)}-${number.toString(16).padStart(12, '0')}`
}

/** A complete snapshot in `directory`, an hour old. */
export function snapshot(directory: string, parts: Partial<Snapshot> = {}): Snapshot {
  const checkpointId = checkpointIdOf(directory)
  return {
    directory: at(directory),
    kind: checkpointId === null ? 'savepoint' : 'checkpoint',
    jobId: placeOf(directory).jobId,
    checkpointId,
    completedAtMs: NOW - HOUR,
    etag: `etag ${directory}`,
    metadataBytes: 100,
    completeness: 'complete',
    problem: null,
    missing: 0,
    missingAbsolute: 0,
    exclusiveBytes: 0,
    sharedBytes: 0,
    references: [],
    directories: [],
    strays: [],
    operators: NO_OPERATORS,
    ...parts,
  }
}

export function checkpoint(job: string, id: number, parts: Partial<Snapshot> = {}): Snapshot {
  return snapshot(checkpointDirectory(job, id), parts)
}

export function savepoint(job: string, number: number, parts: Partial<Snapshot> = {}): Snapshot {
  return snapshot(savepointDirectory(job, number), { jobId: job, checkpointId: number, ...parts })
}

/** The chains of a made-up container, all of which is below a root. */
export function chainsOf(jobs: Map<string, KnownJob>, snapshots: Snapshot[]): Chains {
  return new Chains({ snapshots, jobs, roots: [at('')], keys: null })
}

/** Operators with state by their names; the ids are made from them. */
export function operatorsOf(...names: string[]): Operators {
  const ids = names.map((name) => [Buffer.from(name).toString('hex').padEnd(32, '0').slice(0, 32), name] as const)
  return { stateful: new Set(ids.map(([id]) => id)), finished: new Set(), names: new Map(ids) }
}

/** A terminated job without name. What it was restored from, if anything, was seen. */
export function job(id: string, parts: Partial<KnownJob> = {}): KnownJob {
  const { restoredFrom = null } = parts
  return {
    jobId: id,
    name: null,
    liveness: 'terminated',
    state: 'CANCELED',
    proof: 'CANCELED by http://jm:8081',
    neverRan: false,
    startedAtMs: null,
    endedAtMs: null,
    restoredFrom: null,
    executions: [],
    restores: restoredFrom === null ? [] : [{ path: restoredFrom, checkpointId: null, source: 'cluster', executionStartedAtMs: null }],
    named: [],
    savepoints: [],
    emptyStarts: [],
    meantStarts: [],
    latestCompleted: null,
    inProgressIds: [],
    checkpointTimeoutMs: null,
    longestCheckpointMs: null,
    changelog: null,
    stateBackend: null,
    retainsCheckpoints: null,
    nameSource: null,
    ...parts,
  }
}

export function running(id: string, parts: Partial<KnownJob> = {}): KnownJob {
  return job(id, { liveness: 'running', state: 'RUNNING', proof: 'RUNNING by http://jm:8081', ...parts })
}

export function jobsOf(...jobs: KnownJob[]): Map<string, KnownJob> {
  return new Map(jobs.map((one) => [one.jobId, one]))
}

export function policy(parts: Partial<RetentionPolicy> = {}): RetentionPolicy {
  return { checkpointsMs: null, savepointsMs: null, keepLast: 1, abandonedMs: null, alsoLast: new Set(), pins: new Set(), ...parts }
}

export function storedBlob(name: string, parts: Partial<StoredBlob> = {}): StoredBlob {
  return { ...at(name), sizeBytes: 10, etag: `etag ${name}`, lastModifiedMs: NOW - 10 * DAY, ...parts }
}

export function listedBlob(name: string, parts: Partial<ListedBlob> = {}): ListedBlob {
  return { ...storedBlob(name, parts), isDirectory: false, isUploading: false, ...parts }
}

export function marker(name: string, parts: Partial<ListedBlob> = {}): ListedBlob {
  return listedBlob(name, { sizeBytes: 0, isDirectory: true, ...parts })
}

export function reference(path: string, parts: Partial<Reference> = {}): Reference {
  return { path, relative: false, kind: 'file', sizeBytes: 10, shared: false, role: 'keyed', operatorId: 'op', ...parts }
}

/** A use of a blob by its name in the container. */
export function needs(name: string, parts: Partial<Reference> = {}): Reference {
  return reference(uri(name), parts)
}

export function needsBelow(name: string): Reference {
  return reference(name, { relative: true })
}

/** A blob of a made-up container; `_metadata` with what it needs. */
export type FakeBlob = ListedBlob & { needs?: Reference[] }

export function metadata(directory: string, uses: Reference[], parts: Partial<ListedBlob> = {}): FakeBlob {
  return { ...listedBlob(`${directory}/_metadata`, { sizeBytes: 100, ...parts }), needs: uses }
}

/** Keys of the files that a snapshot of a survey needs. */
export function neededKeys(survey: Survey, snapshot: Snapshot): string[] {
  return [...snapshot.references].map((id) => survey.blobs.keys.keyOf(id))
}

/** The survey of a container that holds just these blobs, by way of the real inventory. */
export function surveyOf(blobs: FakeBlob[], parts: Partial<Survey> = {}): Survey {
  const read = new Map<string, ReadMetadata>()
  const keys = new KeyTable()
  const referenced = new Set<number>()
  for (const blob of blobs) {
    if (!isSnapshotMetadata(blob.name)) continue
    const uses = usesOf(
      (blob.needs ?? []).flatMap((use) => resolvedUse(use, at(parentOf(blob.name)))),
      keys,
    )
    const isWriting = blob.sizeBytes === 0 || blob.isUploading
    read.set(
      locationKey(blob),
      isWriting
        ? { blob, state: 'writing' }
        : { blob, state: 'parsed', uses, operators: NO_OPERATORS, checkpointId: checkpointIdOf(parentOf(blob.name)) ?? 1 },
    )
    for (const { key } of uses) referenced.add(keys.intern(key))
  }
  const inventory = new Inventory(keys, (id) => referenced.has(id))
  for (const blob of blobs) inventory.add(blob, blob)
  const clock = { serverTimeMs: NOW, clockSkewMs: 0 }
  return { ...assembleSurvey({ inventory, read, containers: [at('')], ...clock, isStable: true }), ...parts }
}

function resolvedUse(use: Reference, directory: Location): ResolvedReference[] {
  const found = resolveReference(use, directory)
  return found.ok ? [{ reference: use, location: found.location }] : []
}
