import { link, rm, stat, writeFile } from 'node:fs/promises'
import { EXIT, FlinkopsError } from '../errors.js'
import { isAlive, whyAnother } from './alive.js'
import { errorCode, unwritable } from './failure.js'
import { makeDirectory, readOrNull } from './files.js'
import type { StateFile } from './trust.js'

/** Takes a lock file that names this process, or one whose process is gone, which is told; answers what gives it back. */
export async function holdFile(file: StateFile, onProblem?: (problem: Error) => void): Promise<() => Promise<void>> {
  const { path } = file
  const { randomBytes } = await import('node:crypto')
  const own = `${path}.${randomBytes(8).toString('hex')}`
  try {
    await makeDirectory(file)
    await writeFile(own, String(process.pid), { flag: 'wx', mode: 0o600 })
    for (;;) {
      if (await isTaken(own, path)) return () => rm(path, { force: true })
      const text = await readOrNull(file)
      if (text === null) continue
      const owner = Number(text)
      if (isAlive(owner)) throw await locked(owner, path)
      onProblem?.(new Error(`The lock ${path} is taken over: its process (${owner || 'none'}) has ended.`))
      await rm(path, { force: true })
    }
  } catch (error) {
    throw unwritable(path, error)
  } finally {
    await rm(own, { force: true })
  }
}

/** A link appears whole, with its content, or not at all. */
async function isTaken(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
}

/** Whose process it is tells whether waiting helps: a number lives on with another process when the one that took the lock was killed. */
async function locked(pid: number, path: string): Promise<FlinkopsError> {
  const writtenAtMs = (await stat(path).catch(() => null))?.mtimeMs ?? Date.now()
  const why = await whyAnother(pid, writtenAtMs)
  const details = { code: 'LOCKED', exitCode: EXIT.locked }
  if (why === null) {
    return new FlinkopsError(`Another flinkops (process ${pid}) is stopping or bringing back these jobs. Its lock is ${path}.`, {
      ...details,
      suggestions: ['Wait until it is through, or end it: it can be run again at any time.'],
    })
  }
  return new FlinkopsError(`The lock ${path} names process ${pid}, which ${why}: on this machine, its flinkops has ended.`, {
    ...details,
    suggestions: [
      `If no flinkops works on these jobs, in another container or on another machine that shares this directory either, remove it: rm ${path}`,
    ],
  })
}
