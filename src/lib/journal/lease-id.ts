import { createHash, randomUUID } from 'node:crypto'
import { link, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { errorCode, unwritable } from './failure.js'
import { makeDirectory, readOrNull } from './files.js'
import type { StateFile } from './trust.js'

/**
 * The id under which this machine, with this journal, holds the lease on a place: the same each time, so that what a killed process held
 * is taken up at once. A journal that several machines share gives each its own.
 */
export async function leaseIdAt(file: StateFile, place: string): Promise<string> {
  const seed = (await readOrNull(file)) ?? (await plant(file))
  return sha256(`${seed.trim()} ${hostname()} ${place}`)
    .slice(0, 32)
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** 16 hex digits that stand for a place in the name of its lock file. */
export function shortHash(place: string): string {
  return sha256(place).slice(0, 16)
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

async function plant(file: StateFile): Promise<string> {
  const { path } = file
  const own = `${path}.${randomUUID()}`
  try {
    await makeDirectory(file)
    await writeFile(own, randomUUID(), { flag: 'wx', mode: 0o600 })
    // A link appears whole, with its content, or not at all.
    await link(own, path)
  } catch (error) {
    // Another process was quicker.
    if (errorCode(error) !== 'EEXIST') throw unwritable(path, error)
  } finally {
    await rm(own, { force: true })
  }
  return (await readOrNull(file)) ?? ''
}
