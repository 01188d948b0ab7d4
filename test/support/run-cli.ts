import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { stringify } from 'yaml'
import { ACCOUNT_HOST } from '../../sandbox/emulator.js'
import { EMULATOR_KEY } from './azurite.js'
import { runInProcess } from './in-process.js'
import { neutralEnvironment, type RunOptions, type RunResult, runFlinkops, stateIn } from './sandbox.js'

export type { RunResult } from './sandbox.js'

export interface CliOptions {
  jobManagers?: string[]
  sqlGateway?: string
  endpoint: string
  container: string
  /** Merged into the context. */
  context?: Record<string, unknown>
  env?: NodeJS.ProcessEnv
  /** Each run is a process, as in a shell; else only those that say so, or are given input, interrupted, killed or listened to. */
  ownProcess?: true
}

export interface CliRunOptions extends RunOptions {
  /** Needed for a run that goes on beside another. */
  ownProcess?: true
}

/** A person's machine: a working folder, a `flinkops.yaml`, nothing else. */
export interface Cli {
  dir: string
  run(args: readonly string[], options?: CliRunOptions): Promise<RunResult>
  env: NodeJS.ProcessEnv
  /** The path of a blob as Flink writes it. */
  path(name: string): string
  /** Lines of `operations.jsonl`. */
  operations(): Promise<Record<string, unknown>[]>
  /** Everything that the journal holds, as one text. */
  journal(): Promise<string>
  close(): Promise<void>
}

export async function startCli(options: CliOptions): Promise<Cli> {
  const dir = await mkdtemp(join(tmpdir(), 'flinkops-cli-'))
  const path = (name: string) => `wasbs://${options.container}@${ACCOUNT_HOST}/${name}`
  const context = {
    ...(options.jobManagers && { jobManagers: options.jobManagers }),
    ...(options.sqlGateway !== undefined && { sqlGateway: options.sqlGateway }),
    roots: { checkpoints: [path('checkpoints')], savepoints: [path('savepoints')] },
    exclusive: true,
    storage: { [ACCOUNT_HOST]: { endpoint: options.endpoint, auth: 'key' } },
    ...options.context,
  }
  await writeFile(join(dir, 'flinkops.yaml'), stringify({ currentContext: 'test', contexts: { test: context } }, { lineWidth: 0 }))
  const env: NodeJS.ProcessEnv = {
    ...stateIn(dir),
    FLINKOPS_CONFIG: join(dir, 'flinkops.yaml'),
    AZURE_STORAGE_KEY: EMULATOR_KEY,
    // The tester's own wishes.
    NO_COLOR: undefined,
    FORCE_COLOR: undefined,
    DEBUG: undefined,
    CI: undefined,
    ...options.env,
  }
  return {
    dir,
    env,
    path,
    run: (args, run = {}) => {
      const here = { ...run, cwd: run.cwd ?? dir, env: { ...env, ...run.env } }
      const needsProcess = options.ownProcess ?? Object.keys(run).some((option) => option !== 'cwd' && option !== 'env')
      return needsProcess ? runFlinkops(args, here) : runInProcess(args, { ...here, env: { ...neutralEnvironment(), ...here.env } })
    },
    operations: async () => (await textBelow(join(dir, 'state', 'flinkops', 'operations.jsonl'))).map((line) => JSON.parse(line)),
    journal: () => everythingBelow(join(dir, 'state')),
    close: () => rm(dir, { recursive: true, force: true, maxRetries: 3 }),
  }
}

async function textBelow(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text.split('\n').filter((line) => line !== '')
}

async function everythingBelow(dir: string): Promise<string> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const texts = await Promise.all(files.map(async (file) => `${file}\n${await readFile(file, 'utf8')}`))
  return texts.join('\n')
}

const RUN_JS = resolve(import.meta.dirname, '..', '..', 'bin', 'run.js')

export interface TerminalOptions {
  columns: number
  env?: NodeJS.ProcessEnv
  /** Keys pressed once this stands there; Enter is `\n`. */
  answer?: { to: string; type: string }
}

/** Runs a command in a terminal of this width, as a person would; what it shows, with plain line feeds. */
export async function runInTerminal(cli: Cli, args: readonly string[], { columns, env, answer }: TerminalOptions) {
  const quoted = [process.execPath, RUN_JS, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
  const child = spawn('script', ['-qec', `stty cols ${columns} rows 50; exec ${quoted}`, '/dev/null'], {
    cwd: cli.dir,
    env: { ...process.env, ...cli.env, NODE_ENV: 'production', TERM: 'xterm-256color', ...env },
    stdio: [answer === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
  let text = ''
  let isAnswered = false
  const hear = (chunk: string) => {
    text += chunk
    if (answer === undefined || isAnswered || !text.includes(answer.to)) return
    isAnswered = true
    child.stdin?.write(answer.type)
  }
  child.stdout?.setEncoding('utf8').on('data', hear)
  child.stderr?.setEncoding('utf8').on('data', hear)
  const code = await new Promise<number | null>((done, failed) => {
    child.once('error', failed).once('close', done)
  })
  return { text: text.replaceAll('\r\n', '\n'), code }
}

/** The lines that stay on the screen: of a line that was drawn over, only its last words; without colours. */
export function screenLines(text: string): string[] {
  return text.split('\n').map((line) => (line.split(`\r${CSI}2K`).at(-1) ?? '').replaceAll(COLOUR, ''))
}

const CSI = '\u001B['
export const COLOUR = new RegExp(`${CSI.replace('[', '\\[')}[\\d;]*m`, 'g')
