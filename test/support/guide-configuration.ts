/** The operations guide's YAML, character by character as printed (section by section). */

export const CURRENT = `execution:
  checkpointing:
    interval: 30s                                    # Already configured
    externalized-checkpoint-retention: RETAIN_ON_CANCELLATION  # Already configured
    mode: EXACTLY_ONCE                               # Already configured

state:
  checkpoints:
    dir: wasbs://flink@coolr0flink0starrocks.blob.core.windows.net/checkpoints
  savepoints:
    dir: wasbs://flink@coolr0flink0starrocks.blob.core.windows.net/savepoints
  backend: rocksdb                                   # Already configured
  backend.rocksdb.memory.managed: true              # Already configured
  backend.rocksdb.block.cache-size: 256mb           # Already configured
`

/** "Your Current Setup" */
export const KEY = `fs:
  azure:
    account:
      key:
        coolr0flink0starrocks.blob.core.windows.net: <<key>>
`

/** "Use Managed Identity instead of storage key"; indented, as it stands in a list. */
export const IDENTITY = `   fs:
     azure:
       account:
         auth:
           coolr0flink0starrocks.blob.core.windows.net: IDENTITY
`

/** "Use SAS tokens for limited access" */
export const SAS = `   fs:
     azure:
       sas:
         coolr0flink0starrocks.blob.core.windows.net: "?sv=2021-06-08&ss=..."
`

/** "If jobs have LARGE state" */
export const LARGE_STATE = `state:
  backend.rocksdb.block.cache-size: 512mb  # Increase cache
`

/** "Paths in the Quick Reference"; nothing configures it. */
export const HISTORY = 'wasbs://flink@coolr0flink0starrocks.blob.core.windows.net/history'

/** "Azure Blob Storage Lifecycle Management", as the portal writes it down. */
export const LIFECYCLE = {
  rules: [
    {
      enabled: true,
      name: 'cleanup-old-checkpoints',
      type: 'Lifecycle',
      definition: {
        actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: 7 } } },
        filters: { blobTypes: ['blockBlob'], prefixMatch: ['flink/checkpoints/'] },
      },
    },
  ],
}

/** The commented lines of a generated script, once somebody has uncommented them. */
export const JOB_PATHS = {
  'state.checkpoints.dir': 'wasbs://flink@coolr0flink0starrocks.blob.core.windows.net/checkpoints/sales_pipeline',
  'state.savepoints.dir': 'wasbs://flink@coolr0flink0starrocks.blob.core.windows.net/savepoints/sales_pipeline',
}

/** A block as a person pastes it: without the indentation of the list that it stood in. */
export function pasted(block: string): string {
  return block.replaceAll(/^ {3}/gm, '')
}
