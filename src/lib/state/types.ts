/** The nouns of the domain. Pure data; no I/O, no clock. */

/** One use of a stored file by a snapshot, as `_metadata` says it. */
export interface Reference {
  /**
   * As written in the file (absolute), or for a relative handle the bare relative name (`relative: true`), to be resolved
   * against the snapshot's directory.
   */
  path: string
  relative: boolean
  kind: 'file' | 'segment' | 'directory'
  /** Size the handle states; `null` when Flink wrote -1 (unknown) and for directories. For a segment: the segment's size. */
  sizeBytes: number | null
  /** Segments only: where in the physical file the state begins, and how long it is. */
  offset?: number
  length?: number
  /**
   * Registered as shared state: incremental `shared` lists, changelog files, all that a changelog has materialized, and the directories
   * of managed operator state. A segment's own scope does not decide it.
   */
  shared: boolean
  /** Where in the snapshot it was found, for messages. */
  role: 'coordinator' | 'operator' | 'keyed' | 'keyed-meta' | 'shared' | 'private' | 'changelog' | 'channel' | 'directory'
  operatorId: string
  subtask?: number
}

export interface Operator {
  /** 32 hex, as Flink prints it. */
  operatorId: string
  uid: string | null
  name: string | null
  parallelism: number
  maxParallelism: number
  /** Number of subtask states present, those of finished subtasks included, as Flink counts. */
  subtasks: number
  /** Whether the whole operator is finished. */
  finished: boolean
  /** Indices of finished subtasks. */
  finishedSubtasks: number[]
}

/** What one `_metadata` holds. */
export interface Metadata {
  formatVersion: number
  checkpointId: bigint
  operators: Operator[]
  /** Ids of the operators that have any state in it. */
  stateful: string[]
  references: Reference[]
  /** Of handles with key groups: the largest offset of one in the file that `references` has at this place; -1 = none is set. */
  keyGroups: { reference: number; lastOffset: number }[]
  /** Bytes of state that sit inside `_metadata` (byte-stream and in-memory handles, master states). */
  inlineBytes: number
  /** From the trailing properties (format 4+): null when absent or unknown. For display only. */
  snapshotType: 'checkpoint' | 'savepoint' | null
  savepointFormat: 'CANONICAL' | 'NATIVE' | null
  /** Whether any changelog, file-merging (segment) or in-memory changelog handle was seen. */
  features: { changelog: boolean; fileMerging: boolean; incrementalKeyed: boolean }
  /**
   * What Flink would take but never writes (a relative path with slashes, a size beyond 2^53), one clause each with its byte. A file with
   * any may be looked at; its references are not to be relied upon.
   */
  oddities: string[]
}
