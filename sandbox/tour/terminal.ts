/** The command line as a person sees it: run on a terminal of its own, so that tables, colours and progress are what they are there. */
import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { startChild } from '../child-process.js'

const RUN_JS = resolve(import.meta.dirname, '..', '..', 'bin', 'run.js')
/** Narrower, and too little of a path would be left to recognise it by. */
const COLUMNS = Math.max(60, process.stdout.columns || 120)
/** How a line that changes is cleared before it is drawn again. */
const CLEARED = '\r\u001B[2K'

export interface Ran {
  code: number
  /** What stood on the screen in the end, without colours. */
  screen: string
}

export interface TerminalOptions {
  configFile: string
  /** Configuration, journal and caches of the tour, apart from the user's own. */
  homeDir: string
}

/** Answers a function that prints `$ flinkops ...` and what it says, and waits for its end. */
export function openTerminal(options: TerminalOptions): (args: readonly string[]) => Promise<Ran> {
  const env = environment(options)
  const commandFor = wayToRun()
  return async (args) => {
    console.log(`\n$ flinkops ${args.map(quoted).join(' ')}`)
    const isLive = process.stdout.isTTY === true
    const onOutput = isLive ? { onOutput: (text: string) => void process.stdout.write(text) } : {}
    const child = await startChild({ name: 'flinkops', ...commandFor(args), env, ...onOutput })
    const code = await child.ended
    const screen = stripVTControlCharacters(lastWords(child.output()))
    if (!isLive) process.stdout.write(screen)
    return { code, screen }
  }
}

type CommandFor = (args: readonly string[]) => { command: string; args: string[] }

/** On a terminal by `script`, of which Linux and BSD have one each; where there is none, on a pipe, with tables at least. */
function wayToRun(): CommandFor {
  const line = (args: readonly string[]) => `stty cols ${COLUMNS}; exec ${[process.execPath, RUN_JS, ...args].map(quoted).join(' ')}`
  const linux: CommandFor = (args) => ({ command: 'script', args: ['-qec', line(args), '/dev/null'] })
  const bsd: CommandFor = (args) => ({ command: 'script', args: ['-q', '/dev/null', 'sh', '-c', line(args)] })
  const pipe: CommandFor = (args) => ({ command: process.execPath, args: [RUN_JS, ...args, '--output', 'table'] })
  const works = (args: string[]) => spawnSync('script', args, { stdio: 'ignore' }).status === 7
  if (works(['-qec', 'exit 7', '/dev/null'])) return linux
  return works(['-q', '/dev/null', 'sh', '-c', 'exit 7']) ? bsd : pipe
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** The output as it stood at the end, for a log. */
function lastWords(output: string): string {
  return output
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => line.split(CLEARED).at(-1))
    .join('\n')
}

/** Nothing of the user's own configuration or credentials plays a part. */
function environment({ configFile, homeDir }: TerminalOptions): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(FLINK|AZURE_|XDG_|NODE_OPTIONS$|HTTPS?_PROXY$)/i.test(name))
  const home = (name: string) => join(homeDir, name)
  const own = { XDG_STATE_HOME: home('state'), XDG_CONFIG_HOME: home('config'), XDG_CACHE_HOME: home('cache'), XDG_DATA_HOME: home('data') }
  return { ...Object.fromEntries(kept), ...own, FLINKOPS_CONFIG: configFile, NODE_ENV: 'production' }
}
