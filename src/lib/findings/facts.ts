import type { CheckpointConfig, CheckpointStats } from '../ports.js'
import type { ContainerTrial } from '../ports-probe.js'

/** What was found out, or why it was not. */
export type Fact<T> = { state: 'known'; value: T } | { state: 'unknown'; reason: string }

/** Everything that `doctor` goes by. */
export interface Facts {
  /** Flink's configuration file; `null`: none is named. */
  file: ConfFile | null
  clusters: ClusterFacts[]
  /** The scripts that `flinkops.yaml` names under `jobs`. */
  scripts: ScriptFacts[]
  roots: Root[]
  containers: ContainerFacts[]
  /** Absent = storage was not looked at for them. */
  emptyStarts?: Fact<EmptyStartFacts[]>
  nowMs: number
}

/** A job that runs without the state that an earlier run of its name left. */
export interface EmptyStartFacts {
  jobId: string
  name: string
  /** The run that began empty: the job itself, or one that it carries on. */
  begunAs: string
  startedAtMs: number
  /** Path of the snapshot that has the state, as the user spells it. */
  wayBack: string
  wayBackJobId: string | null
  wayBackAtMs: number
}

/** Flink's configuration file as it was meant, with the places where Flink will not read it so. */
export interface ConfFile {
  path: string
  /** How Flink reads a file of this name: `flink-conf.yaml` as flat lines, everything else as YAML. */
  syntax: 'flat' | 'standard'
  entries: ConfEntry[]
  mistakes: ConfMistake[]
  /** The other of the two files, when it lies beside this one. */
  beside: string | null
}

export interface ConfEntry {
  /** Nested names joined by dots. */
  key: string
  /** `null`: a secret. */
  value: string | null
  line: number
  isNested: boolean
  /** What kind of text an account key is; `null` for every other option. */
  accountKey: 'emulator' | 'key' | 'malformed' | null
}

export type ConfMistake =
  /** Nested YAML in a flat file: Flink drops or misreads it. */
  | { kind: 'nested'; key: string; line: number }
  | { kind: 'unreadable'; line: number; problem: string }
  /** A map holds the key twice: Flink refuses the file. */
  | { kind: 'duplicate'; key: string; line: number; earlierLine: number }
  /** Once nested and once flat: which one counts depends on the order. */
  | { kind: 'nested-and-flat'; key: string; line: number; earlierLine: number }
  /** A line of a flat file without `: `. */
  | { kind: 'ignored'; line: number }
  /** A flat file keeps the quotes as part of the value. */
  | { kind: 'quoted'; key: string; line: number }

export interface ClusterFacts {
  url: string
  version: Fact<string>
  /** As `/jobmanager/config` shows it, secrets masked. */
  configuration: Fact<ReadonlyMap<string, string>>
  /** Those that have not ended. */
  jobs: Fact<JobFacts[]>
}

export interface JobFacts {
  jobId: string
  name: string
  startedAtMs: number
  /** `null`: the job takes no checkpoints. */
  config: Fact<CheckpointConfig | null>
  stats: Fact<CheckpointStats | null>
}

export interface ScriptFacts {
  job: string
  path: string
  /** What the script `SET`s before it starts its job. */
  settings: Fact<ReadonlyMap<string, string>>
}

export type RootKind = 'checkpoints' | 'savepoints' | 'changelog' | 'history'

/** A directory of state that flinkops knows. */
export interface Root {
  kind: RootKind
  path: string
  /** Where it was named. */
  source: string
}

export interface ContainerFacts {
  account: string
  container: string
  isEmulator: boolean
  trial: Fact<ContainerTrial>
  /** Days that a deleted blob can be brought back, 0 = soft delete is off; `null`: the properties of the account may not be read. */
  softDeleteDays: Fact<number | null>
}
