import type { CheckpointConfig, CheckpointEntry, CheckpointStats, RestoredCheckpoint } from '../ports.js'
import { redactText } from './redact.js'
import { cutMessage } from './stack.js'
import { type Fields, fieldsOf, flagOf, isFields, listOf, measureOf, numberOf, requireFields, textOf } from './wire.js'

/** Memory storage: there is no path to restore from. */
const NOT_ADDRESSABLE = '<checkpoint-not-externally-addressable>'

/**
 * Switched off is Long.MAX_VALUE, or in practice any huge interval: nobody checkpoints once a year.
 */
const OFF_FROM_MS = 365 * 24 * 3600 * 1000

/** `GET /jobs/:jobid/checkpoints`; the same shape since 1.15, `savepointFormat` since 1.17. */
export function parseCheckpointStats(body: unknown): CheckpointStats {
  const stats = requireFields(body, 'checkpoint statistics')
  const counts = requireFields(stats['counts'], 'checkpoint statistics without "counts"')
  const latest = requireFields(stats['latest'], 'checkpoint statistics without "latest"')
  return {
    counts: {
      restored: measureOf(counts, 'restored') ?? 0,
      total: measureOf(counts, 'total') ?? 0,
      inProgress: measureOf(counts, 'in_progress') ?? 0,
      completed: measureOf(counts, 'completed') ?? 0,
      failed: measureOf(counts, 'failed') ?? 0,
    },
    latest: {
      completed: parseOptional(latest['completed'], parseEntry),
      savepoint: parseOptional(latest['savepoint'], parseEntry),
      failed: parseOptional(latest['failed'], parseEntry),
      restored: parseOptional(latest['restored'], parseRestored),
    },
    history: listOf(stats, 'history').map(parseEntry),
  }
}

function parseOptional<T>(value: unknown, parse: (fields: Fields) => T): T | null {
  return isFields(value) ? parse(value) : null
}

function parseEntry(entry: Fields): CheckpointEntry {
  return {
    id: numberOf(entry, 'id') ?? -1,
    status: textOf(entry, 'status') ?? textOf(entry, 'className') ?? 'UNKNOWN',
    isSavepoint: flagOf(entry, 'is_savepoint') ?? false,
    type: textOf(entry, 'checkpoint_type'),
    triggeredAtMs: measureOf(entry, 'trigger_timestamp') ?? 0,
    latestAckAtMs: measureOf(entry, 'latest_ack_timestamp'),
    endToEndMs: measureOf(entry, 'end_to_end_duration'),
    checkpointedBytes: measureOf(entry, 'checkpointed_size'),
    stateBytes: measureOf(entry, 'state_size'),
    subtasks: measureOf(entry, 'num_subtasks') ?? 0,
    acknowledgedSubtasks: measureOf(entry, 'num_acknowledged_subtasks') ?? 0,
    externalPath: pathOf(entry),
    discarded: flagOf(entry, 'discarded'),
    failureMessage: messageOf(textOf(entry, 'failure_message')),
  }
}

/** Somebody else's text: without secrets, and short enough to be shown. */
function messageOf(text: string | null): string | null {
  return text === null ? null : redactText(cutMessage(text))
}

/** `is_savepoint` here tells the claim mode, not the kind of snapshot: look at the path. */
function parseRestored(restored: Fields): RestoredCheckpoint {
  return {
    id: numberOf(restored, 'id') ?? -1,
    restoredAtMs: measureOf(restored, 'restore_timestamp') ?? 0,
    externalPath: pathOf(restored),
    isSavepoint: flagOf(restored, 'is_savepoint') ?? false,
  }
}

function pathOf(fields: Fields): string | null {
  const path = textOf(fields, 'external_path')
  return path === null || path === '' || path === NOT_ADDRESSABLE ? null : path
}

/** `GET /jobs/:jobid/checkpoints/config`. */
export function parseCheckpointConfig(body: unknown): CheckpointConfig {
  const config = requireFields(body, 'checkpoint configuration')
  const externalized = fieldsOf(config, 'externalization')
  const intervalMs = measureOf(config, 'interval')
  return {
    mode: textOf(config, 'mode') ?? 'unknown',
    intervalMs: intervalMs === null || intervalMs === 0 || intervalMs >= OFF_FROM_MS ? null : intervalMs,
    timeoutMs: measureOf(config, 'timeout') ?? 600_000,
    minPauseMs: measureOf(config, 'min_pause') ?? 0,
    maxConcurrent: measureOf(config, 'max_concurrent') ?? 1,
    externalized: {
      enabled: flagOf(externalized, 'enabled') ?? false,
      deleteOnCancellation: flagOf(externalized, 'delete_on_cancellation') ?? true,
    },
    stateBackend: textOf(config, 'state_backend'),
    checkpointStorage: textOf(config, 'checkpoint_storage'),
    tolerableFailedCheckpoints: measureOf(config, 'tolerable_failed_checkpoints'),
    changelogEnabled: flagOf(config, 'state_changelog_enabled'),
    changelogStorage: textOf(config, 'changelog_storage'),
  }
}
