import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { linesOf } from '../large-json.js'
import { errorCode, unreadable, unwritable } from './failure.js'

const OWNER_ONLY = 0o600
const DIRECTORY_MODE = 0o700

/** Appends whole lines and syncs them; creates the file and its directories for their owner alone. */
export async function appendLines(path: string, lines: string[]): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: DIRECTORY_MODE })
    await appendTo(path, lines)
    await syncDirectory(dirname(path))
  } catch (error) {
    throw unwritable(path, error)
  }
}

/** Appends to a file that `appendLines` has made sure of: its directory needs no sync any more. */
export async function appendMoreLines(path: string, lines: string[]): Promise<void> {
  await appendTo(path, lines).catch((error: unknown) => {
    throw unwritable(path, error)
  })
}

async function appendTo(path: string, lines: string[]): Promise<void> {
  await withFile(path, 'a+', async (file) => {
    const torn = await isTorn(file)
    await file.writeFile(`${torn ? '\n' : ''}${lines.join('\n')}\n`)
  })
}

/** Writes a file whole or not at all: beside it first, then renamed over it. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    await mkdir(dirname(path), { recursive: true, mode: DIRECTORY_MODE })
    await withFile(temporary, 'w', (file) => file.writeFile(content))
    await rename(temporary, path)
    await syncDirectory(dirname(path))
  } catch (error) {
    // On a full disk, half a file only takes room.
    await rm(temporary, { force: true }).catch(() => undefined)
    throw unwritable(path, error)
  }
}

/** The text of a file; `null` when it is not there. */
export async function readOrNull(path: string): Promise<string | null> {
  return (await readBytesOrNull(path))?.toString('utf8') ?? null
}

/** What a file holds, which may be more than a string can; `null` when it is not there. */
export async function readBytesOrNull(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw unreadable(path, error)
  }
}

/** The lines that are whole JSON; one torn by a crash is left out, wherever later lines have put it. */
export async function readLines(path: string): Promise<unknown[]> {
  const values: unknown[] = []
  for (const line of linesOf((await readBytesOrNull(path)) ?? Buffer.alloc(0))) values.push(...parseOrNothing(line))
  return values
}

function parseOrNothing(line: string): unknown[] {
  if (line.trim() === '') return []
  try {
    const value: unknown = JSON.parse(line)
    return [value]
  } catch {
    return []
  }
}

async function withFile(path: string, flags: string, use: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, flags, OWNER_ONLY)
  try {
    await use(file)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Whether the last line lacks its end: a new line must not be glued to it. */
async function isTorn(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat()
  if (size === 0) return false
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1)
  return buffer[0] !== 0x0a
}

/** A new name is only safe once its directory is synced; some file systems refuse that, and then it is not needed. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } catch (error) {
    if (!['EINVAL', 'EPERM', 'ENOTSUP'].includes(errorCode(error) ?? '')) throw error
  } finally {
    await directory.close()
  }
}
