import { surveyConf } from './config/conf-survey.js'
import { isLocalEmulator } from './config/emulator.js'
import { readTextFile } from './config/read-text-file.js'
import type { EffectiveConfig } from './config/settings.js'
import { type Context, createContext } from './context.js'
import { FlinkopsError, usageError } from './errors.js'
import type { ConfFile, Fact, Root, RootKind, ScriptFacts } from './findings/facts.js'
import { OPTION_NAMES } from './findings/options.js'
import { splitScript } from './flink/script.js'
import { settingOf } from './flink/script-settings.js'
import type { ExamineInput } from './operations/examine.js'

export interface Examination {
  context: Context
  /** Flink's configuration file, read as it was meant. */
  file: ConfFile | null
}

/** Builds the context as every command does, except that mistakes in Flink's configuration are noted, not refused. */
export async function openExamination(input: Parameters<typeof createContext>[0]): Promise<Examination> {
  let file: ConfFile | null = null
  const context = await createContext({
    ...input,
    readConf: async (path, readFile) => {
      const survey = await surveyConf(path, readFile)
      file = survey.file
      return survey.conf
    },
  })
  return { context, file }
}

/** What `examine` needs, out of the configuration. */
export async function examineInput({ context, file }: Examination): Promise<ExamineInput> {
  const config = await context.withCluster()
  return {
    file,
    scripts: await scriptsOf(config),
    roots: rootsOf(config),
    jobManagers: await context.jobManagers(),
    storage: await context.storage(),
    isEmulator: (account, container) => isEmulator(config, account, container),
    now: context.now,
    signal: context.signal,
  }
}

/** Every root with its kind. */
export function rootsOf({ roots }: EffectiveConfig): Root[] {
  const kinds: Exclude<RootKind, 'history'>[] = ['checkpoints', 'savepoints', 'changelog']
  const { history } = roots
  return [
    ...kinds.flatMap((kind) => roots[kind].value.map((path) => ({ kind, path, source: roots[kind].source }))),
    ...(history.value === null ? [] : [{ kind: 'history' as const, path: history.value, source: history.source }]),
  ]
}

function isEmulator(config: EffectiveConfig, account: string, container: string): boolean {
  try {
    const { endpoint } = config.accessFor(account, container)
    return endpoint !== null && isLocalEmulator(endpoint)
  } catch (error) {
    // Without a usable credential the probe says so, in better words.
    if (error instanceof FlinkopsError) return false
    throw error
  }
}

async function scriptsOf({ jobs }: EffectiveConfig): Promise<ScriptFacts[]> {
  const scripts = Object.entries(jobs.value).flatMap(([job, spec]) => (spec.kind === 'script' ? [{ job, path: spec.script }] : []))
  return Promise.all(scripts.map(async (one) => ({ ...one, settings: await settingsOf(one.path) })))
}

const { checkpointDirectory, savepointDirectory, changelogDirectory, retained } = OPTION_NAMES
const SETTINGS = [checkpointDirectory, savepointDirectory, changelogDirectory, retained].flat()

async function settingsOf(path: string): Promise<Fact<ReadonlyMap<string, string>>> {
  try {
    const text = await readTextFile(path)
    if (text === null) return { state: 'unknown', reason: 'there is no such file.' }
    const statements = splitScript(text)
    const set = SETTINGS.flatMap((key): [string, string][] => {
      const value = settingOf(statements, key)
      return value === null ? [] : [[key, value]]
    })
    return { state: 'known', value: new Map(set) }
  } catch (error) {
    if (error instanceof FlinkopsError) return { state: 'unknown', reason: error.message }
    throw error
  }
}

/** Reads a lifecycle policy as JSON. Usage error when there is none. */
export async function readPolicy(path: string): Promise<unknown> {
  const text = await readTextFile(path)
  if (text === null) throw usageError(`There is no file ${path}.`, HOW_TO_GET_IT)
  try {
    return JSON.parse(text)
  } catch {
    throw usageError(`${path} is not JSON.`, HOW_TO_GET_IT)
  }
}

const HOW_TO_GET_IT =
  'Get it with: az storage account management-policy show --account-name <account> --resource-group <group> > policy.json'
