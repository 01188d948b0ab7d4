import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { FlinkSettings } from '../../sandbox/flink-config.js'
import { missingForFlink } from '../../sandbox/flink-home.js'
import { DEFAULT_FLINK } from '../../sandbox/flink-versions.js'
import { compilerAvailable } from '../../sandbox/java.js'
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js'

/** Null when the end-to-end tests can run here, otherwise one line that says what is missing. */
export function missingForE2e(): string | null {
  return missingForFlink() ?? (compilerAvailable() ? null : 'The end-to-end tests compile a job of their own: no `javac` on the PATH.')
}

const RUN_JS = resolve(import.meta.dirname, '..', '..', 'bin', 'run.js')

/** The Flink that an end-to-end run is about. */
export const FLINK_UNDER_TEST = process.env.FLINKOPS_TEST_FLINK ?? DEFAULT_FLINK

/** An emulator takes ten requests for each file that Flink writes: what is tiny stays inside `_metadata`. By its old name and its new one. */
export const FEWER_FILES = { 'execution.checkpointing.data-inline-threshold': '1kb', 'state.storage.fs.memory-threshold': '1kb' }

/**
 * Only savepoint, stop, resume, start, their failures and clean-up: the rest `npm test` has on its first version, `npm run test:matrix` on
 * each.
 */
export const IS_BRIEF = process.env.FLINKOPS_TEST_BRIEF === '1'

export interface RunOptions {
  env?: NodeJS.ProcessEnv
  /** Standard input; closed at once when absent. */
  input?: string
  /** An abort reaches the command as SIGINT, as Ctrl-C would. */
  signal?: AbortSignal
  /** An abort ends the command as `kill -9` would. */
  kill?: AbortSignal
  cwd?: string
  /** Called with everything written so far, for tests that act while the command runs. */
  onOutput?: (soFar: { stdout: string; stderr: string }) => void
}

export interface RunResult {
  code: number
  stdout: string
  stderr: string
}

export interface E2e extends Sandbox {
  /** Gone after `stop`. */
  dir: string
  /** Runs the built command line against this sandbox. */
  flinkops(args: readonly string[], options?: RunOptions): Promise<RunResult>
}

export interface E2eOptions {
  extraConfig?: FlinkSettings
  /** How old blobs are when they are written, until `returnToPresent`. */
  blobAgeMs?: number
}

/** Azurite, a cluster on free ports and a `flinkops.yaml` in a temporary folder. Azurite needs port 10000: one at a time. */
export async function startE2e({ blobAgeMs = 0, ...options }: E2eOptions = {}): Promise<E2e> {
  const dir = await mkdtemp(join(tmpdir(), 'flinkops-e2e-'))
  const blobs = { dir: join(dir, 'blobs'), dateOffsetMs: -blobAgeMs }
  const started = startSandbox({ ...options, flink: FLINK_UNDER_TEST, runDir: join(dir, 'run'), blobs, say: console.log })
  const sandbox = await started.catch(async (error: unknown) => {
    await rm(dir, { recursive: true, force: true })
    throw error
  })
  const own = { ...stateIn(dir), FLINKOPS_CONFIG: sandbox.configFile }
  return {
    ...sandbox,
    dir,
    flinkops: (args, run = {}) => runFlinkops(args, { ...run, cwd: run.cwd ?? dir, env: { ...own, ...run.env } }),
    stop: async () => {
      await sandbox.stop()
      await rm(dir, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

/** Spawns the built command line as a shell would, with nothing of the tester's own configuration. */
export function runFlinkops(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const child = spawn(process.execPath, [RUN_JS, ...args], { cwd: options.cwd, env: { ...neutralEnvironment(), ...options.env } })
  const output = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text
      options.onOutput?.({ ...output })
    })
  }
  const interrupt = () => void child.kill('SIGINT')
  if (options.signal?.aborted === true) interrupt()
  options.signal?.addEventListener('abort', interrupt, { once: true })
  options.kill?.addEventListener('abort', () => void child.kill('SIGKILL'), { once: true })
  // A command may end without reading what it is given.
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input ?? '')
  return new Promise((done, failed) => {
    child.once('error', failed)
    child.once('close', (code, signal) => {
      options.signal?.removeEventListener('abort', interrupt)
      done({ code: code ?? (signal === 'SIGINT' ? 130 : 137), ...output })
    })
  })
}

/** Folders for what the command line keeps, so that tests neither see nor leave anything of the user's. */
export function stateIn(dir: string): NodeJS.ProcessEnv {
  return {
    XDG_STATE_HOME: join(dir, 'state'),
    XDG_CONFIG_HOME: join(dir, 'config'),
    XDG_CACHE_HOME: join(dir, 'cache'),
    XDG_DATA_HOME: join(dir, 'data'),
  }
}

/** The tester's environment, without what would configure flinkops. */
export function neutralEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(FLINK|AZURE_|VITEST|XDG_|NODE_OPTIONS$|HTTPS?_PROXY$)/i.test(name))
  // A child of vitest would inherit `test`, which turns on oclif's transpiling of sources.
  return { ...Object.fromEntries(kept), NODE_ENV: 'production' }
}
