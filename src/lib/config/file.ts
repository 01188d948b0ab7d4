import { dirname, join, resolve } from 'node:path'
import { usageError } from '../errors.js'
import type { ConfigFile } from './config-file.js'
import { type Environment, variable } from './environment.js'
import { type FileContext, readContext } from './file-context.js'
import type { CheckFound } from './found.js'
import type { ReadFile } from './read-text-file.js'
import { firstSet, type Setting } from './settings.js'

const NAME = 'flinkops.yaml'

/**
 * Finds and parses `flinkops.yaml`: `--config`, `$FLINKOPS_CONFIG`, `./flinkops.yaml`, `$XDG_CONFIG_HOME/flinkops/flinkops.yaml`. One that is
 * named must exist; none at all is fine. One that is only found must be the user's own, and decides nothing before that is known. `isFound`: it
 * lay in the working directory, which may be anybody's.
 */
export async function findConfigFile(world: {
  flag: string | undefined
  env: Environment
  cwd: string
  readFile: ReadFile
  checkFound: CheckFound
}): Promise<(ConfigFile & { isFound: boolean }) | null> {
  const { env, cwd, readFile, checkFound } = world
  const named = world.flag === undefined ? variable(env, 'FLINKOPS_CONFIG') : { value: world.flag, source: '--config' }
  for (const path of named ? [resolve(cwd, named.value)] : defaultPlaces(env, cwd)) {
    const text = await readFile(path)
    if (text === null) continue
    if (!named) await checkFound(path, '--config')
    const file = (await import('./config-file.js')).parseConfigFile(path, text)
    return { ...file, isFound: !named && path === join(cwd, NAME) }
  }
  if (named) throw usageError(`${named.source} names ${resolve(cwd, named.value)}, which is not there.`)
  return null
}

function defaultPlaces(env: Environment, cwd: string): string[] {
  const home = variable(env, 'HOME')?.value
  const configHome = variable(env, 'XDG_CONFIG_HOME')?.value ?? (home ? join(home, '.config') : null)
  return [join(cwd, NAME), ...(configHome ? [resolve(cwd, configHome, 'flinkops', NAME)] : [])]
}

export interface ChosenContext {
  name: Setting<string | null>
  context: FileContext | null
}

/** The context by flag, environment, `currentContext`, or because it is the only one. */
export function chooseContext(file: ConfigFile | null, flag: string | undefined, env: Environment): ChosenContext {
  const names = [...(file?.contexts.keys() ?? [])]
  const only = names.length === 1 && names[0] !== undefined ? { value: names[0], source: 'the only context' } : null
  const name = firstSet<string | null>(
    [
      flag === undefined ? null : { value: flag, source: 'flag --context' },
      variable(env, 'FLINKOPS_CONTEXT'),
      file?.currentContext ?? null,
      only,
    ],
    null,
  )
  if (name.value === null) {
    if (names.length > 0)
      throw usageError(`${file?.path} has several contexts and no currentContext.`, `Choose one with --context: ${names.join(', ')}.`)
    return { name, context: null }
  }
  const node = file?.contexts.get(name.value)
  if (!file || !node) throw unknownContext(name.value, name.source, file, names)
  return { name, context: readContext(name.value, node, dirname(file.path)) }
}

function unknownContext(name: string, source: string, file: ConfigFile | null, names: string[]): Error {
  if (!file)
    return usageError(`There is no context ${name} (${source}): no flinkops.yaml was found.`, 'Name one with --config or FLINKOPS_CONFIG.')
  const known = names.length > 0 ? `Contexts in ${file.path}: ${names.join(', ')}.` : `${file.path} has no contexts.`
  return usageError(`There is no context ${name} (${source}).`, known)
}
