import type { FileContext } from './file-context.js'
import type { FlinkConf } from './flink-conf.js'
import { type FlinkOption, flinkOption } from './flink-options.js'
import { type EffectiveConfig, firstSet, type Roots, type Setting } from './settings.js'

/** Roots by `flinkops.yaml`, then by Flink's configuration file. */
export function configuredRoots(context: FileContext | null, conf: FlinkConf | null): Roots {
  const origin = `flink conf ${conf?.path}`
  const options = conf?.options ?? new Map<string, string>()
  return {
    checkpoints: firstSet([context?.roots.checkpoints ?? null, asList(options, 'checkpointDirectory', origin)], []),
    savepoints: firstSet([context?.roots.savepoints ?? null, asList(options, 'savepointDirectory', origin)], []),
    changelog: firstSet([context?.roots.changelog ?? null, asList(options, 'changelogDirectory', origin)], []),
    history: firstSet<string | null>([context?.roots.history ?? null, historyOf(options, origin)], null),
  }
}

const REPORTED = 'JobManager '

/** Whether a root is known from a JobManager alone. */
export function isReported(source: string): boolean {
  return source.startsWith(REPORTED)
}

/** Fills the roots that nothing has set yet from what the JobManager reports (`/jobmanager/config`). */
export function withJobManagerConfiguration(config: EffectiveConfig, reported: ReadonlyMap<string, string>): EffectiveConfig {
  const origin = `${REPORTED}${config.jobManagers.value[0]}`
  const { roots } = config
  return {
    ...config,
    roots: {
      checkpoints: unlessSet(roots.checkpoints, asList(reported, 'checkpointDirectory', origin)),
      savepoints: unlessSet(roots.savepoints, asList(reported, 'savepointDirectory', origin)),
      changelog: unlessSet(roots.changelog, asList(reported, 'changelogDirectory', origin)),
      history: unlessSet(roots.history, historyOf(reported, origin)),
    },
  }
}

function asList(options: ReadonlyMap<string, string>, option: FlinkOption, origin: string): Setting<string[]> | null {
  const setting = flinkOption(options, option, origin)
  return setting && { ...setting, value: [setting.value] }
}

/** `historyserver.archive.fs.dir` may be a list with commas; the JobManager's own directory is one. */
function historyOf(options: ReadonlyMap<string, string>, origin: string): Setting<string> | null {
  const setting = flinkOption(options, 'historyDirectory', origin)
  return setting && { ...setting, value: setting.value.split(',')[0]?.trim() ?? '' }
}

function unlessSet<T>(setting: Setting<T>, reported: Setting<T> | null): Setting<T> {
  return setting.source === 'default' && reported ? reported : setting
}
