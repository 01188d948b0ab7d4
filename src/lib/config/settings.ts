import type { AccessFor } from '../access.js'
import type { Secret } from '../secret.js'
import type { FlinkConf } from './flink-conf.js'
import type { HeadersFor } from './rest-headers.js'

/** A value and where it came from, in words for `flinkops config`. */
export interface Setting<T> {
  value: T
  source: string
}

/** How a job is brought back. Paths are absolute. */
export type JobSpec =
  | { kind: 'script'; script: string; defineFile?: string }
  | { kind: 'jar'; jar: string; entryClass: string | null; args: string[]; parallelism: number | null }

export const AUTH_WAYS = ['auto', 'key', 'sas', 'connection-string', 'identity', 'workload', 'cli', 'anonymous'] as const
export type AuthWay = (typeof AUTH_WAYS)[number]

/** What `flinkops.yaml` says of one storage account. */
export interface AccountSetting {
  endpoint: string | null
  auth: AuthWay
  /** Key and SAS may go over plain http to an endpoint that is not on this machine. */
  allowHttp: boolean
}

export interface Roots {
  checkpoints: Setting<string[]>
  savepoints: Setting<string[]>
  changelog: Setting<string[]>
  history: Setting<string | null>
}

/** `null` = never. */
export interface RetentionSettings {
  checkpointsMs: Setting<number>
  savepointsMs: Setting<number | null>
  /** Accepted, and gives up nothing any more. */
  unnamedMs: Setting<number | null>
  abandonedMs: Setting<number | null>
  keepLast: Setting<number>
  graceMs: Setting<number>
}

/** Everything the tool goes by. Holds no readable secret: credentials are `Secret`, Flink's own secrets stay in `flinkConf.secrets`. */
export interface EffectiveConfig {
  contextName: Setting<string | null>
  /** At least one; the first is the one that commands talk to. */
  jobManagers: Setting<string[]>
  sqlGateway: Setting<string | null>
  roots: Roots
  exclusive: Setting<boolean>
  pins: Setting<string[]>
  retention: RetentionSettings
  jobs: Setting<Record<string, JobSpec>>
  /** `FLINK_REST_CLIENT_HEADERS`, for a JobManager behind a proxy. */
  headers: Map<string, Secret>
  /** What of them goes to a URL. */
  headersFor: HeadersFor
  flinkConf: FlinkConf | null
  /** By canonical account host. */
  storage: Map<string, AccountSetting>
  accessFor: AccessFor
  warnings: string[]
}

/** The candidate of highest precedence that is set. */
export function firstSet<T>(candidates: (Setting<T> | null)[], fallback: T): Setting<T> {
  return candidates.find((candidate) => candidate !== null) ?? { value: fallback, source: 'default' }
}
