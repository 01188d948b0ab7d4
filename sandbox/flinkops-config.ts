import { stringify } from 'yaml'
import { ACCOUNT_HOST, statePath } from './emulator.js'

/** How a job is brought back, as the `jobs` map of `flinkops.yaml` takes it. */
export type JobEntry = { script: string } | { jar: string; entryClass?: string; args?: readonly string[]; parallelism?: number }

export interface FlinkopsConfigOptions {
  restUrl: string
  gatewayUrl?: string
  /** Flink's own configuration: the account key is taken from there. */
  confDir: string
  storageEndpoint: string
  /** Where jobs with a changelog write it, as a full path. */
  changelog?: string
  jobs: Record<string, JobEntry>
}

/** The `flinkops.yaml` of a sandbox: one context, on production paths that an emulator serves. */
export function flinkopsConfig(options: FlinkopsConfigOptions): string {
  const context = {
    jobManagers: [options.restUrl],
    ...(options.gatewayUrl && { sqlGateway: options.gatewayUrl }),
    flinkConf: options.confDir,
    roots: {
      checkpoints: [statePath('checkpoints'), statePath('checkpoints/orders_enrich')],
      savepoints: [statePath('savepoints'), statePath('savepoints/orders_enrich')],
      ...(options.changelog && { changelog: [options.changelog] }),
      history: statePath('history'),
    },
    exclusive: true,
    storage: { [ACCOUNT_HOST]: { endpoint: options.storageEndpoint, auth: 'key' } },
    jobs: options.jobs,
  }
  return stringify({ currentContext: 'sandbox', contexts: { sandbox: context } }, { lineWidth: 0 })
}
