import { link, rename, rm, stat, writeFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { EXIT, FlinkopsError } from '../errors.js'
import { isAlive, whyAnother } from './alive.js'
import { errorCode, unwritable } from './failure.js'
import { makeDirectory, readOrNull } from './files.js'
import type { StateFile } from './trust.js'

/** Whoever takes over a dead owner's lock does so in milliseconds; after this long its number lives on with another process. */
const TAKEOVER_WAIT = { tries: 100, everyMs: 20 }

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
      const owner = await ownerOf(file)
      if (owner === null) continue
      if (isAlive(owner)) throw await locked(owner, path)
      if (await takeOver(file, own)) {
        onProblem?.(new Error(`The lock ${path} is taken over: its process (${owner || 'none'}) has ended.`))
        return () => rm(path, { force: true })
      }
    }
  } catch (error) {
    throw unwritable(path, error)
  } finally {
    await rm(own, { force: true })
  }
}

/**
 * Puts the own file in the place of a dead owner's, one process at a time: that the owner is dead is seen again under a lock of its own,
 * so that nobody replaces the fresh lock of whoever was quicker. That lock is taken over in the same way when its process has died.
 */
async function takeOver(file: StateFile, own: string): Promise<boolean> {
  const release = await holdPatiently({ ...file, path: `${file.path}.takeover` })
  try {
    const owner = await ownerOf(file)
    if (owner === null || isAlive(owner)) return false
    await rename(own, file.path)
    return true
  } finally {
    await release()
  }
}

async function holdPatiently(file: StateFile): Promise<() => Promise<void>> {
  for (let tries = 1; ; tries++) {
    try {
      return await holdFile(file)
    } catch (error) {
      const isHeld = error instanceof FlinkopsError && error.code === 'LOCKED'
      if (!isHeld || tries === TAKEOVER_WAIT.tries) throw error
      await setTimeout(TAKEOVER_WAIT.everyMs)
    }
  }
}

/** The process that a lock names; NaN or 0 when it names none, null when there is no lock. */
async function ownerOf(file: StateFile): Promise<number | null> {
  const text = await readOrNull(file)
  return text === null ? null : Number(text)
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
