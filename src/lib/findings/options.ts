import type { Facts } from './facts.js'

/**
 * Options that the findings go by, each with its names, new before old: Flink 1.20 and 2.x still take the old ones
 * (`CheckpointingOptions`, `StateBackendOptions`, `StateRecoveryOptions`, `StateChangelogOptions`, `HighAvailabilityOptions`).
 */
export const OPTION_NAMES = {
  checkpointDirectory: ['execution.checkpointing.dir', 'state.checkpoints.dir', 'state.backend.fs.checkpointdir'],
  savepointDirectory: ['execution.checkpointing.savepoint-dir', 'state.savepoints.dir', 'savepoints.state.backend.fs.dir'],
  changelogDirectory: ['state.changelog.dstl.dfs.base-path', 'dstl.dfs.base-path'],
  historyDirectory: ['jobmanager.archive.fs.dir'],
  interval: ['execution.checkpointing.interval'],
  retained: ['execution.checkpointing.num-retained', 'state.checkpoints.num-retained'],
  retention: ['execution.checkpointing.externalized-checkpoint-retention'],
  incremental: ['execution.checkpointing.incremental', 'state.backend.incremental'],
  tolerableFailures: ['execution.checkpointing.tolerable-failed-checkpoints'],
  createSubdirectory: ['execution.checkpointing.create-subdir', 'state.checkpoints.create-subdir'],
  checkpointStorage: ['execution.checkpointing.storage', 'state.checkpoint-storage'],
  fileMerging: ['execution.checkpointing.file-merging.enabled'],
  fileMergingAcross: ['execution.checkpointing.file-merging.across-checkpoint-boundary'],
  backend: ['state.backend.type', 'state.backend'],
  managedMemory: ['state.backend.rocksdb.memory.managed'],
  memoryPerSlot: ['state.backend.rocksdb.memory.fixed-per-slot'],
  blockCache: ['state.backend.rocksdb.block.cache-size'],
  claimMode: ['execution.state-recovery.claim-mode', 'execution.savepoint-restore-mode'],
  changelog: ['state.changelog.enabled', 'state.backend.changelog.enabled'],
  highAvailability: ['high-availability.type', 'high-availability'],
} as const satisfies Record<string, readonly string[]>

export type OptionName = keyof typeof OPTION_NAMES

/** The name to write an option by: new names exist from 1.20 on, the old ones work everywhere. */
export function nameOf(option: OptionName): string {
  return OPTION_NAMES[option][1] ?? OPTION_NAMES[option][0]
}

export interface FoundOption {
  key: string
  value: string
  /** For example `/opt/flink/conf/config.yaml:12`, or the JobManager's URL. */
  source: string
}

interface Layer {
  source: string
  find: (key: string) => { value: string; source: string } | null
}

/** The option in the configuration file, else as the first JobManager that answers runs with it; `null`: set nowhere. */
export function optionOf(facts: Facts, option: OptionName): FoundOption | null {
  for (const layer of layers(facts)) {
    for (const key of OPTION_NAMES[option]) {
      const found = layer.find(key)
      if (found) return { key, ...found }
    }
  }
  return null
}

/** Where a missing option was looked for; `null`: no configuration is known, so that nothing can be called missing. */
export function configurationSource(facts: Facts): string | null {
  return layers(facts)[0]?.source ?? null
}

export function isOn(option: FoundOption | null): boolean {
  return option?.value.toLowerCase() === 'true'
}

function layers({ file, clusters }: Facts): Layer[] {
  const ofFile = file && { source: file.path, find: (key: string) => lastEntry(file, key) }
  const ofClusters = clusters.flatMap(({ url, configuration }): Layer[] => {
    if (configuration.state === 'unknown') return []
    const { value: options } = configuration
    return [{ source: `JobManager ${url}`, find: (key) => shown(options.get(key), `JobManager ${url}`) }]
  })
  return [...(ofFile ? [ofFile] : []), ...ofClusters]
}

/** An option as the file has it; `null`: not, without a value, or a secret. */
export function lastEntry(file: NonNullable<Facts['file']>, key: string): { value: string; source: string } | null {
  const entry = file.entries.findLast((one) => one.key === key)
  return shown(entry?.value, `${file.path}:${entry?.line}`)
}

function shown(value: string | null | undefined, source: string): { value: string; source: string } | null {
  const text = value?.trim() ?? ''
  return text === '' ? null : { value: text, source }
}
