/** State handles as they lie in the file, for the encoder. `tag` is the byte that is written. */
export type Stream =
  | { tag: 0 }
  | { tag: 1; name: string; bytes: Uint8Array }
  | { tag: 2; size: number | bigint; path: string }
  | { tag: 3; first: number; offsets: number[]; inner: Stream }
  | { tag: 6; name: string; size: number | bigint }
  | { tag: 15; offset: number | bigint; size: number | bigint; scope: number; path: string; logicalId: string }
  | { tag: 16 }

export interface Local {
  name: string
  stream: Stream
}

export interface Incremental {
  tag: 5 | 11
  backend: string
  first: number
  groups: number
  meta: Stream
  shared: Local[]
  private: Local[]
}

interface ChangelogFiles {
  tag: 10 | 13
  files: { offset: number; stream: Stream }[]
}

interface ChangelogMemory {
  tag: 9
  changes: { group: number; bytes: Uint8Array }[]
}

interface Changelog {
  tag: 8 | 14
  groups: number
  materialized: Keyed[]
  increments: Keyed[]
}

export type Keyed =
  | { tag: 0 }
  | { tag: 3 | 7 | 12; first: number; offsets: number[]; stream: Stream }
  | Incremental
  | ChangelogFiles
  | ChangelogMemory
  | Changelog

export interface StateOffsets {
  name: string
  mode: number
  offsets: number[]
}

export type OperatorHandle =
  | { tag: 0 }
  | { tag: 4; states: StateOffsets[]; stream: Stream }
  | { tag: 17; states: StateOffsets[]; taskOwned: string; sharedDir: string; isEmpty: boolean; stream: Stream }

/** `tag` is written in format version 6 only. */
export interface Channel {
  tag: number
  offsets: number[]
  stream: Stream
}

export interface SubtaskState {
  managed?: OperatorHandle
  raw?: OperatorHandle
  managedKeyed: Keyed
  rawKeyed: Keyed
  input: Channel[]
  output: Channel[]
}

export interface OperatorState {
  id: string
  name: string
  uid: string
  parallelism: number
  maxParallelism: number
  coordinator: Stream
  /** `finished` is the whole operator; an entry without a state is a finished subtask. */
  subtasks: 'finished' | { index: number; state?: SubtaskState }[]
}

export interface Snapshot {
  version: number
  dialect?: '1.11' | '1.14'
  checkpointId: number | bigint
  masters: { name: string; bytes: Uint8Array }[]
  operators: OperatorState[]
  properties: 'null' | 'checkpoint' | 'CANONICAL' | 'NATIVE'
}
