import { handlesOf, requiredBytes, type SubtaskState } from './handles.js'
import { writtenPath } from './metadata.js'
import { metadataOf } from './paths.js'
import type { ObjectStore } from './store.js'

/** Path → bytes that must be there. */
export type Files = Map<string, number>

/** A checkpoint or savepoint whose `_metadata` was written. */
export interface SimSnapshot {
  checkpointId: number
  directory: string
  kind: 'checkpoint' | 'savepoint'
  jobId: string
  jobName: string
  /** The run (key of its `SimJob`) that took it. */
  runKey: number
  /** Operators with state → the run in which the state began. */
  operators: ReadonlyMap<string, number>
  backend: string
  subtasks: SubtaskState[]
  bytes: Uint8Array
  completedAtMs: number
  /** As a running job with the handles in memory sees it. */
  trueFiles: Files
  /** As a reader of `_metadata` sees it; differs under FLINK-39964. */
  writtenFiles: Files
}

export function trueFilesOf(subtasks: SubtaskState[]): Files {
  const files: Files = new Map()
  for (const state of subtasks) {
    for (const handle of handlesOf(state)) if (handle.kind !== 'inline') need(files, handle.path, requiredBytes(handle))
    for (const path of state.hidden) need(files, path, 1)
  }
  return files
}

export function writtenFilesOf(subtasks: SubtaskState[], spot: { directory: string; hasForeignRelative: boolean }): Files {
  const files: Files = new Map()
  for (const state of subtasks) {
    for (const handle of handlesOf(state)) {
      const path = writtenPath(handle, spot)
      if (path !== null) need(files, path, requiredBytes(handle))
    }
    for (const path of state.hidden) need(files, path, 1)
  }
  return files
}

function need(files: Files, path: string, bytes: number): void {
  files.set(path, Math.max(files.get(path) ?? 0, bytes))
}

/** Whether Flink could restore it from storage now. */
export function isRestorable(snapshot: SimSnapshot, store: ObjectStore): boolean {
  const metadata = store.get(metadataOf(snapshot.directory))
  if (metadata === undefined || metadata.bytes !== snapshot.bytes) return false
  return missingOf(snapshot.writtenFiles, store) === null
}

/** The first file that is missing, empty or short. */
export function missingOf(files: Files, store: ObjectStore): string | null {
  for (const [path, bytes] of files) {
    const stored = store.get(path)
    if (stored === undefined || stored.isUploading || stored.sizeBytes < bytes) return path
  }
  return null
}
