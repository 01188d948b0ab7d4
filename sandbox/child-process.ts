/** Child processes that cannot outlive the sandbox: each in a group of its own, each known to a watchdog. */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'

export interface ChildOptions {
  /** For messages: `JobManager`, `Azurite`. */
  name: string
  command: string
  args: readonly string[]
  env?: NodeJS.ProcessEnv
  cwd?: string
  /** Standard output and error go to the end of this file; without it they are kept in memory. */
  logFile?: string
  /** Hears what it writes as it comes, both streams in one. */
  onOutput?: (text: string) => void
}

export interface Child {
  name: string
  pid: number
  /** What it wrote, as far as it was not sent to a file. */
  output(): string
  /** The exit code once it has ended (137 for a kill), null while it lives. */
  exitCode(): number | null
  ended: Promise<number>
  /** SIGTERM, and SIGKILL when that is not enough. */
  stop(): Promise<void>
  /** SIGKILL to the whole group. */
  kill(): Promise<void>
}

const PATIENCE_MS = 5_000
const KEPT_OUTPUT = 64_000

let watchdog: ChildProcess | null = null
let living = 0

/** Starts a process in a group of its own; rejects when the command cannot be found. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const log = options.logFile === undefined ? null : openSync(options.logFile, 'a')
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    detached: true,
    stdio: ['ignore', log ?? 'pipe', log ?? 'pipe'],
  })
  if (log !== null) closeSync(log)
  const output = collectOutput(child, options.onOutput)
  // Not 'exit': what it wrote last would be missing.
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 137)))
  const pid = await pidOf(child)
  watch(pid, ended)
  return { name: options.name, pid, output, ended, exitCode: () => codeOf(child), ...endings(child, pid, ended) }
}

function endings(child: ChildProcess, pid: number, ended: Promise<number>): Pick<Child, 'stop' | 'kill'> {
  const kill = async () => {
    if (codeOf(child) === null) signalGroup(pid, 'SIGKILL')
    await ended
  }
  const stop = async () => {
    if (codeOf(child) === null) signalGroup(pid, 'SIGTERM')
    const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), PATIENCE_MS)
    await ended
    clearTimeout(timer)
  }
  return { kill, stop }
}

function pidOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('spawn', () => resolve(child.pid ?? 0))
  })
}

function codeOf(child: ChildProcess): number | null {
  return child.exitCode ?? (child.signalCode === null ? null : 137)
}

function collectOutput(child: ChildProcess, onOutput?: (text: string) => void): () => string {
  let text = ''
  const keep = (chunk: string) => {
    text = (text + chunk).slice(-KEPT_OUTPUT)
    onOutput?.(chunk)
  }
  child.stdout?.setEncoding('utf8').on('data', keep)
  child.stderr?.setEncoding('utf8').on('data', keep)
  return () => text
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Registers a group with the watchdog for as long as it lives; the watchdog itself ends with the last one. */
function watch(pid: number, ended: Promise<number>): void {
  const dog = watchdog ?? startWatchdog()
  watchdog = dog
  living += 1
  dog.stdin?.write(`+${pid}\n`)
  void ended.then(() => {
    dog.stdin?.write(`-${pid}\n`)
    living -= 1
    if (living > 0) return
    dog.stdin?.end()
    watchdog = null
  })
}

function startWatchdog(): ChildProcess {
  // A group of its own: Ctrl-C reaches every process of the terminal's group, and the watchdog has to survive it.
  const dog = spawn(process.execPath, [join(import.meta.dirname, 'watchdog.mjs')], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  dog.unref()
  return dog
}
