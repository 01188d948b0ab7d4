import { constants, type Stats } from 'node:fs'
import { type FileHandle, lstat, open, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type FlinkopsError, refusedError } from '../errors.js'
import { openTo } from '../ownership.js'

/** A file or directory of the journal, and the state directory that it lies in. */
export interface StateFile {
  root: string
  path: string
}

export function stateFile(root: string, ...names: string[]): StateFile {
  return { root, path: join(root, ...names) }
}

/**
 * Refuses (exit 6) what is another user's, or may be written to by others: the file, and each directory up to the state directory. What lies
 * there decides what is run and what is deleted. What is not there yet, or cannot be seen, is left to whoever opens it.
 */
export async function checkOwn({ root, path }: StateFile): Promise<void> {
  for (let at = path; at.length >= root.length && at !== dirname(at); at = dirname(at)) {
    const found = await lstat(at).catch(() => null)
    if (found === null) continue
    if (!found.isSymbolicLink()) await checkStats({ root, path: at }, found)
    else await checkLink({ root, path: at }, found)
  }
}

/** Opens a file for its owner alone, never through a link, and looks at what was opened. */
export async function openOwn(file: StateFile, flags: number): Promise<FileHandle> {
  const handle = await open(file.path, flags | constants.O_NOFOLLOW, 0o600)
  try {
    await checkStats(file, await handle.stat())
    return handle
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** A link of a user's own making, or of root's, leads where it should; what it leads to must be the user's own all the same. */
async function checkLink(file: StateFile, link: Stats): Promise<void> {
  const how = await openTo(link)
  if (how !== null) throw notOwn(file, how, link.uid)
  const target = await stat(file.path).catch(() => null)
  if (target !== null) await checkStats(file, target)
}

async function checkStats(file: StateFile, stats: Stats): Promise<void> {
  const us = process.getuid?.()
  if (us === undefined) return
  const how = stats.uid === us ? await openTo(stats) : `belongs to another user (uid ${stats.uid})`
  if (how !== null) throw notOwn(file, how, stats.uid)
}

function notOwn({ root, path }: StateFile, how: string, owner: number): FlinkopsError {
  const us = process.getuid?.()
  const mend = `Look at what lies there (ls -lR ${root}). If it is all yours, close it: chmod -R go-w ${root}`
  const elsewhere = 'Set XDG_STATE_HOME to a directory of your own, or run it as that user: what flinkops remembers is per user.'
  const bySudo = owner === 0 ? [`If a run with sudo made it: sudo chown -R ${us} ${root}`] : []
  const suggestions = owner === us ? [mend] : [elsewhere, ...bySudo]
  return refusedError('JOURNAL_NOT_OWN', `The journal ${path} is not used: it ${how}.`, ...suggestions)
}
