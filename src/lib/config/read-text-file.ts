import { readFile } from 'node:fs/promises'
import { usageError } from '../errors.js'

/** Text of a file; `null` when there is no file of that name (a directory is none). */
export type ReadFile = (path: string) => Promise<string | null>

const NOT_A_FILE = new Set(['ENOENT', 'ENOTDIR', 'EISDIR'])

/** `ReadFile` on the disk. A file that is there and cannot be read is an error, not an absence: its settings would be lost silently. */
export async function readTextFile(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    if (NOT_A_FILE.has(code)) return null
    throw usageError(`${path} cannot be read (${code}).`)
  }
}
