import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { linesOf } from '../large-json.js'
import { errorCode, unreadable, unwritable } from './failure.js'
import { checkOwn, openOwn, type StateFile } from './trust.js'

const OWNER_ONLY = 0o600
const DIRECTORY_MODE = 0o700

/** Makes sure of the directory of a file: the user's own, and for its owner alone where it is made. */
export async function makeDirectory(file: StateFile): Promise<void> {
  await checkOwn(file)
  await mkdir(dirname(file.path), { recursive: true, mode: DIRECTORY_MODE })
}

/** Appends whole lines and syncs them; creates the file and its directories for their owner alone. */
export async function appendLines(file: StateFile, lines: string[]): Promise<void> {
  try {
    await makeDirectory(file)
    await appendTo(file, lines)
    await syncDirectory(dirname(file.path))
  } catch (error) {
    throw unwritable(file.path, error)
  }
}

/** Appends to a file that `appendLines` has made sure of: its directory needs no look and no sync any more. */
export async function appendMoreLines(file: StateFile, lines: string[]): Promise<void> {
  await appendTo(file, lines).catch((error: unknown) => {
    throw unwritable(file.path, error)
  })
}

async function appendTo(file: StateFile, lines: string[]): Promise<void> {
  await withFile(await openOwn(file, constants.O_APPEND | constants.O_CREAT | constants.O_RDWR), async (handle) => {
    const { size, mode } = await handle.stat()
    // An older one that others can read; not every file system has modes.
    if ((mode & 0o077) !== 0) await handle.chmod(OWNER_ONLY).catch(() => undefined)
    await handle.writeFile(`${(await isTorn(handle, size)) ? '\n' : ''}${lines.join('\n')}\n`)
  })
}

/** Writes a file whole or not at all: beside it first, under a name that nobody can foresee, then renamed over it. */
export async function writeWhole(file: StateFile, content: string | Uint8Array): Promise<void> {
  // Loaded when a file is written: most commands write none, and it takes 10 ms.
  const { randomBytes } = await import('node:crypto')
  const temporary = `${file.path}.${randomBytes(8).toString('hex')}.tmp`
  try {
    await makeDirectory(file)
    await withFile(await open(temporary, 'wx', OWNER_ONLY), (handle) => handle.writeFile(content))
    await rename(temporary, file.path)
    await syncDirectory(dirname(file.path))
  } catch (error) {
    // On a full disk, half a file only takes room.
    await rm(temporary, { force: true }).catch(() => undefined)
    throw unwritable(file.path, error)
  }
}

/** The text of a file; `null` when it is not there. */
export async function readOrNull(file: StateFile): Promise<string | null> {
  return (await readBytesOrNull(file))?.toString('utf8') ?? null
}

/** What a file holds, which may be more than a string can; `null` when it is not there. */
export async function readBytesOrNull(file: StateFile): Promise<Buffer | null> {
  try {
    await checkOwn(file)
    const handle = await openOwn(file, constants.O_RDONLY | constants.O_NONBLOCK)
    return await handle.readFile().finally(() => handle.close())
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw unreadable(file.path, error)
  }
}

/** The names in a directory; none when it is not there. */
export async function namesIn(directory: StateFile): Promise<string[]> {
  try {
    await checkOwn(directory)
    return await readdir(directory.path)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw unreadable(directory.path, error)
  }
}

/** The lines that are whole JSON; one torn by a crash is left out, wherever later lines have put it. */
export async function readLines(file: StateFile): Promise<unknown[]> {
  const values: unknown[] = []
  for (const line of linesOf((await readBytesOrNull(file)) ?? Buffer.alloc(0))) values.push(...parseOrNothing(line))
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

async function withFile(handle: FileHandle, use: (handle: FileHandle) => Promise<void>): Promise<void> {
  try {
    await use(handle)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Whether the last line lacks its end: a new line must not be glued to it. */
async function isTorn(handle: FileHandle, size: number): Promise<boolean> {
  if (size === 0) return false
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1)
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
