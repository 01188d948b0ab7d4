import { type FlinkopsError, usageError } from '../errors.js'
import { openingOnTheWay } from '../ownership.js'

/** Refuses a file that was found, not named, where another user could have written it or put it there; `flag` is what names it. */
export type CheckFound = (path: string, flag: string) => Promise<void>

/** `CheckFound` on the disk, as git's `safe.directory` and ssh do. */
export async function checkFound(path: string, flag: string): Promise<void> {
  const opening = await openingOnTheWay(path).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    throw refused(path, `whose it is cannot be seen (${code})`, flag)
  })
  if (opening === null) return
  const { path: where, how } = opening
  throw refused(path, where === path ? `it ${how}` : `${where} ${how}`, flag)
}

function refused(path: string, why: string, flag: string): FlinkopsError {
  return usageError(
    `${path} was found, not named, and is not used: ${why}.`,
    `Look at what it says. If you trust it, name it with ${flag} ${path}; or keep one where only you can write.`,
  )
}
