import { usageError } from '../errors.js'
import type { Setting } from './settings.js'

/**
 * Names of the options this tool goes by, new before old. Flink 1.20 and 2.x still accept the old ones (`CheckpointingOptions`,
 * `FsStateChangelogOptions`, `JobManagerOptions`, `HistoryServerOptions`).
 */
const NAMES = {
  checkpointDirectory: ['execution.checkpointing.dir', 'state.checkpoints.dir', 'state.backend.fs.checkpointdir'],
  savepointDirectory: ['execution.checkpointing.savepoint-dir', 'state.savepoints.dir', 'savepoints.state.backend.fs.dir'],
  changelogDirectory: ['state.changelog.dstl.dfs.base-path', 'dstl.dfs.base-path'],
  historyDirectory: ['jobmanager.archive.fs.dir', 'historyserver.archive.fs.dir'],
  retainedCheckpoints: ['execution.checkpointing.num-retained', 'state.checkpoints.num-retained'],
  checkpointTimeout: ['execution.checkpointing.timeout'],
} as const

export type FlinkOption = keyof typeof NAMES

/** A text option with the name that was used as its source; `null` when unset. */
export function flinkOption(options: ReadonlyMap<string, string>, option: FlinkOption, origin: string): Setting<string> | null {
  for (const name of NAMES[option]) {
    const value = options.get(name)
    if (value === undefined || value === '') continue
    if (value.startsWith('[')) throw usageError(`${origin}: ${name} must be a single value, not a list.`)
    return { value, source: `${origin}: ${name}` }
  }
  return null
}

/** `num-retained`; `null` when unset or not a number. */
export function retainedCheckpoints(options: ReadonlyMap<string, string>, origin: string): Setting<number> | null {
  const setting = flinkOption(options, 'retainedCheckpoints', origin)
  return setting && /^\d+$/.test(setting.value) ? { ...setting, value: Number(setting.value) } : null
}

/** The checkpoint timeout; `null` when unset or not readable. */
export function checkpointTimeoutMs(options: ReadonlyMap<string, string>, origin: string): Setting<number> | null {
  const setting = flinkOption(options, 'checkpointTimeout', origin)
  const ms = setting && parseFlinkDuration(setting.value)
  return setting && ms !== null ? { ...setting, value: ms } : null
}

const UNITS: [RegExp, number][] = [
  [/^(|ms|milli|millis|millisecond|milliseconds)$/, 1],
  [/^(s|sec|secs|second|seconds)$/, 1000],
  [/^(m|min|mins|minute|minutes)$/, 60_000],
  [/^(h|hour|hours)$/, 3_600_000],
  [/^(d|day|days)$/, 86_400_000],
]

/** A duration as Flink writes it (`TimeUtils.parseDuration`: `10 min`, `600s`; no unit = milliseconds), or `null`. */
export function parseFlinkDuration(text: string): number | null {
  const match = /^(\d+)\s*([a-z]*)$/i.exec(text.trim())
  const unit = UNITS.find(([names]) => names.test(match?.[2]?.toLowerCase() ?? 'none'))
  return match && unit ? Number(match[1]) * unit[1] : null
}
