import type { RestoreSettings } from '../ports.js'
import { isAtLeast } from './flink-version.js'

export interface RestoreKeys {
  path: string
  claimMode: string
  ignoreUnclaimed: string
}

/**
 * SQL configuration keys of a restore. The new ones are *silently ignored* by 1.19 and older and the job starts empty (seen on
 * 1.18.1); the old ones still work on 2.3 but are deprecated.
 */
export function restoreKeys(flinkVersion: string): RestoreKeys {
  return isAtLeast(flinkVersion, 1, 20)
    ? {
        path: 'execution.state-recovery.path',
        claimMode: 'execution.state-recovery.claim-mode',
        ignoreUnclaimed: 'execution.state-recovery.ignore-unclaimed-state',
      }
    : {
        path: 'execution.savepoint.path',
        claimMode: 'execution.savepoint-restore-mode',
        ignoreUnclaimed: 'execution.savepoint.ignore-unclaimed-state',
      }
}

/** The execution configuration of the one statement that restores. */
export function restoreConfig(restore: RestoreSettings, flinkVersion: string): Record<string, string> {
  const keys = restoreKeys(flinkVersion)
  return {
    [keys.path]: restore.path,
    [keys.claimMode]: restore.claimMode,
    [keys.ignoreUnclaimed]: String(restore.allowNonRestoredState),
  }
}

/** The same for `/jars/:id/run`: `claimMode` is a 400 on 1.19 and older, `restoreMode` is deprecated from 1.20. */
export function restoreFields(restore: RestoreSettings, flinkVersion: string): Record<string, unknown> {
  return {
    savepointPath: restore.path,
    allowNonRestoredState: restore.allowNonRestoredState,
    [isAtLeast(flinkVersion, 1, 20) ? 'claimMode' : 'restoreMode']: restore.claimMode,
  }
}
