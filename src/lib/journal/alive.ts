import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { errorCode } from './failure.js'

/** Whether a process of this machine lives. */
export function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process is alive, too.
    return errorCode(error) === 'EPERM'
  }
}

/**
 * Why a process that lives is not the flinkops of this user that wrote a file at a time (ms since the epoch), in words that follow it; `null` =
 * it may be, or `/proc` does not tell. A number is given to another process once its owner has ended, at once in a container.
 */
export async function whyAnother(pid: number, writtenAtMs: number): Promise<string | null> {
  const us = process.getuid?.()
  const owner = await stat(`/proc/${pid}`).catch(() => null)
  if (owner !== null && us !== undefined && owner.uid !== us) return `belongs to another user (uid ${owner.uid})`
  const startedAtMs = startOf(await textOf(`/proc/${pid}/stat`), await textOf('/proc/stat'))
  if (startedAtMs !== null && startedAtMs > writtenAtMs + CLOCKS_APART_MS) return 'began only after that was written'
  const [program = '', ...args] = (await textOf(`/proc/${pid}/cmdline`)).split('\0')
  if (program !== '' && !basename(program).includes('node') && !args.join(' ').includes('flinkops')) return `is ${basename(program)}`
  return null
}

const CLOCKS_APART_MS = 2000
const TICK_MS = 10

/** When a process began, by `/proc/<pid>/stat` and `/proc/stat` (proc(5): `starttime`, field 22, in ticks since `btime`). */
function startOf(own: string, system: string): number | null {
  const ticks = Number(own.slice(own.lastIndexOf(')') + 2).split(' ')[19])
  const bootedAt = Number(/^btime (\d+)$/m.exec(system)?.[1])
  const startedAtMs = bootedAt * 1000 + ticks * TICK_MS
  return Number.isFinite(startedAtMs) ? startedAtMs : null
}

function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}
