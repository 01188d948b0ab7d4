import { dirname } from 'node:path'
import { EXIT, FlinkopsError } from '../errors.js'

/** The journal cannot be written: raised before what would have gone unrecorded. What was refused in words of its own stays that. */
export function unwritable(path: string, error: unknown): FlinkopsError {
  if (error instanceof FlinkopsError) return error
  return new FlinkopsError(`The journal ${path} cannot be written (${reason(error)}); nothing goes ahead without a record.`, {
    code: 'JOURNAL_UNWRITABLE',
    exitCode: EXIT.refused,
    suggestions: [wayOut(path, errorCode(error))],
  })
}

function wayOut(path: string, code: string | null): string {
  const place = dirname(path)
  const elsewhere = 'or choose another place with XDG_STATE_HOME (what was begun is known here only)'
  if (code === 'ENOSPC' || code === 'EDQUOT') return `Make room (df -h ${place}) and run it again, ${elsewhere}.`
  return `Give the right to write in ${place} and run it again, ${elsewhere}.`
}

/** What was done before is not known: exit 6, since it is for the user to mend. What was refused in words of its own stays that. */
export function unreadable(path: string, error: unknown): FlinkopsError {
  if (error instanceof FlinkopsError) return error
  return new FlinkopsError(`The journal ${path} cannot be read (${reason(error)}).`, {
    code: 'JOURNAL_UNREADABLE',
    exitCode: EXIT.refused,
    suggestions: ['Give the right to read it, or move it away; it is kept below XDG_STATE_HOME.'],
  })
}

export function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
}

const WORDS: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ELOOP: 'it is a symbolic link, which is not followed',
}

function reason(error: unknown): string {
  const code = errorCode(error)
  return WORDS[code ?? ''] ?? code ?? 'unknown error'
}
