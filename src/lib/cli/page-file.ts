import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { usageError } from '../errors.js'

/** A file that is to be written; refused, with exit 2, where it cannot be. */
export interface PageFile {
  /** Absolute. */
  path: string
  /** Writes it whole or not at all: whoever opens it meanwhile sees the old one. Answers its size in bytes. */
  write(text: string): Promise<number>
}

/** Tries the place before the work begins: an empty file beside it, removed again. */
export async function openPageFile(given: string, cwd: string): Promise<PageFile> {
  const path = resolve(cwd, given)
  const beside = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`)
  const found = await stat(path).catch(() => null)
  if (found?.isDirectory() === true) throw usageError(`${path} is a directory.`, 'Name a file: --html monday.html')
  if (found !== null && !found.isFile()) throw usageError(`${path} is no file that can be replaced.`, 'Name a file: --html monday.html')
  const put = async (text: string) => {
    try {
      await writeFile(beside, text)
    } catch (error) {
      await rm(beside, { force: true }).catch(() => undefined)
      throw usageError(`${path} cannot be written: ${reason(error)}.`, 'Name a file in a directory that is there and may be written to.')
    }
  }
  await put('')
  await rm(beside, { force: true })
  return {
    path,
    write: async (text) => {
      await put(text)
      await rename(beside, path)
      return Buffer.byteLength(text)
    },
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
