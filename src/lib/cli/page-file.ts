import { randomBytes } from 'node:crypto'
import { open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { usageError } from '../errors.js'

/** A file that is to be written; refused, with exit 2, where it cannot be. */
export interface PageFile {
  /** Absolute. */
  path: string
  /** Writes it whole or not at all: whoever opens it meanwhile sees the old one. Answers its size in bytes. */
  write(text: string): Promise<number>
}

/**
 * Tries the place before the work begins: an empty file beside it, removed again. What is written beside it is a new file under a name that
 * nobody can foresee. A page is for its owner alone; one that replaces a page of the same owner may be read by whom that could.
 */
export async function openPageFile(given: string, cwd: string): Promise<PageFile> {
  const path = resolve(cwd, given)
  const found = await stat(path).catch(() => null)
  if (found?.isDirectory() === true) throw usageError(`${path} is a directory.`, 'Name a file: --html monday.html')
  if (found !== null && !found.isFile()) throw usageError(`${path} is no file that can be replaced.`, 'Name a file: --html monday.html')
  const mode = found !== null && found.uid === process.getuid?.() ? OWNER_ONLY | (found.mode & READABLE) : OWNER_ONLY
  const put = async (text: string, place: (beside: string) => Promise<void>) => {
    const beside = join(dirname(path), `.${basename(path)}.${randomBytes(8).toString('hex')}.tmp`)
    try {
      await writeNew(beside, text, mode)
      await place(beside)
    } catch (error) {
      await rm(beside, { force: true }).catch(() => undefined)
      throw usageError(`${path} cannot be written: ${reason(error)}.`, 'Name a file in a directory that is there and may be written to.')
    }
  }
  await put('', (beside) => rm(beside))
  return {
    path,
    write: async (text) => {
      await put(text, (beside) => rename(beside, path))
      return Buffer.byteLength(text)
    },
  }
}

const OWNER_ONLY = 0o600
const READABLE = 0o444

/** By the file itself, not by its name, which others may give to another one where they may write. */
async function writeNew(path: string, text: string, mode: number): Promise<void> {
  const file = await open(path, 'wx', OWNER_ONLY)
  try {
    await file.writeFile(text)
    if (mode !== OWNER_ONLY) await file.chmod(mode)
  } finally {
    await file.close()
  }
}

const WORDS: Record<string, string> = {
  ENOENT: 'its directory is not there',
  ENOTDIR: 'what should be its directory is a file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
}

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
  return WORDS[code ?? ''] ?? code ?? 'unknown error'
}
