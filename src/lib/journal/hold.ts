import { link, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { EXIT, FlinkopsError } from '../errors.js'
import { isAlive } from './alive.js'
import { errorCode, unwritable } from './failure.js'
import { readOrNull } from './files.js'

/** Takes a lock file that names this process, or one whose process is gone; answers what gives it back. */
export async function holdFile(path: string): Promise<() => Promise<void>> {
  const own = `${path}.${process.pid}`
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await writeFile(own, String(process.pid), { mode: 0o600 })
    for (;;) {
      if (await isTaken(own, path)) return () => rm(path, { force: true })
      const owner = Number(await readOrNull(path))
      if (isAlive(owner)) throw locked(owner)
      await rm(path, { force: true })
    }
  } catch (error) {
    throw error instanceof FlinkopsError ? error : unwritable(path, error)
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

function locked(pid: number): FlinkopsError {
  return new FlinkopsError(`Another flinkops (process ${pid}) is stopping or bringing back these jobs.`, {
    code: 'LOCKED',
    exitCode: EXIT.locked,
    suggestions: ['Wait until it is through, or end it: it can be run again at any time.'],
  })
}
