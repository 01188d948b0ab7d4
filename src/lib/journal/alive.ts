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
