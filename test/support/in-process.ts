import { resolve } from 'node:path'
import type { RunResult } from './sandbox.js'

const ROOT = resolve(import.meta.dirname, '..', '..')

let last: Promise<unknown> = Promise.resolve()

/**
 * Runs the built command line in this process, which takes a tenth of the processor time of one of its own: for tests of what a command
 * says and does, not of how a process starts, is interrupted and ends. One after the other, since the environment, the folder and the
 * streams are the process's.
 */
export function runInProcess(args: readonly string[], at: { cwd: string; env: NodeJS.ProcessEnv }): Promise<RunResult> {
  const result = last.then(() => runAlone(args, at))
  last = result.catch(() => undefined)
  return result
}

async function runAlone(args: readonly string[], { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv }): Promise<RunResult> {
  const before = { env: process.env, cwd: process.cwd(), exitCode: process.exitCode }
  const stdout = captured(process.stdout)
  const stderr = captured(process.stderr)
  process.env = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined))
  process.chdir(cwd)
  process.exitCode = undefined
  try {
    // Not before: what is logged is decided by DEBUG of the first run.
    const { run } = await import('@oclif/core')
    await run([...args], { root: ROOT }).catch(ended)
    return { code: Number(process.exitCode ?? 0), stdout: stdout.text(), stderr: stderr.text() }
  } finally {
    stdout.release()
    stderr.release()
    process.chdir(before.cwd)
    process.env = before.env
    process.exitCode = before.exitCode
  }
}

/** Commands say their errors themselves; what still comes here is how they end. Anything else is a fault of the test or of the command. */
function ended(error: Error & { oclif?: { exit?: number } }): void {
  if (error.oclif?.exit === undefined) throw error
  process.exitCode = error.oclif.exit
}

function captured(stream: NodeJS.WriteStream) {
  const { write } = stream
  let text = ''
  stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')
    const done = rest.at(-1)
    if (typeof done === 'function') done()
    return true
  }) as typeof write
  return {
    text: () => text,
    release: () => {
      stream.write = write
    },
  }
}
