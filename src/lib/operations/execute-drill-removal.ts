import { EXIT, FlinkopsError } from '../errors.js'
import type { Blob } from '../ports.js'
import type { ContainerEraser, StorageEraser } from '../ports-erase.js'
import { isDrillDirectory } from '../state/drill.js'
import { parentOf } from '../state/layout.js'
import { isBelow, type Location } from '../state/location.js'

export interface DrillRemovalInput {
  directory: Location
  /** What is there now, in the order in which it may go. */
  find: () => Promise<Blob[]>
  storage: StorageEraser
  signal: AbortSignal
  sleep: (ms: number, signal: AbortSignal) => Promise<void>
}

const ROUNDS = 12
const PAUSE_MS = 1000

/**
 * Deletes what a drill left, each blob bound to its ETag, until two looks in a row find nothing: an upload that was under way when the job
 * was cancelled may land after the first. Answers how many blobs went. Deletes nothing outside the directory of one drill, whatever it is given.
 */
export async function removeDrillTraces(input: DrillRemovalInput): Promise<number> {
  const { directory, find, storage, signal, sleep } = input
  if (!isDrillDirectory(directory.name)) throw left(`${directory.name} is not the directory of a drill`)
  const eraser = await storage.eraser(directory.account, directory.container)
  let removed = 0
  let emptyLooks = 0
  for (let round = 0; round < ROUNDS; round++) {
    const blobs = await find()
    emptyLooks = blobs.length === 0 ? emptyLooks + 1 : 0
    if (emptyLooks === 2) return removed
    for (const blob of blobs) if (isOwn(blob, directory)) removed += await removeOne(blob, eraser, signal)
    await sleep(PAUSE_MS, signal)
  }
  throw left(`${directory.name} does not stay empty`)
}

/** One by one, for the order: a directory only behind what was in it. What is busy or has changed is found again. */
async function removeOne({ name, etag }: Blob, eraser: ContainerEraser, signal: AbortSignal): Promise<number> {
  const [outcome] = await eraser.delete({ blobs: [{ name, etag }], signal })
  if (outcome?.state === 'hopeless') throw outcome.error
  if (outcome?.state === 'failed') throw left(`${name} could not be deleted (${outcome.code})`)
  return outcome?.state === 'deleted' ? 1 : 0
}

/** In the directory, or the marker of the one that holds all drills. */
function isOwn({ name, isDirectory }: Blob, directory: Location): boolean {
  return isBelow(name, directory.name) || (isDirectory && name === parentOf(directory.name))
}

function left(why: string): FlinkopsError {
  return new FlinkopsError(`Traces of the drill are left: ${why}.`, { code: 'DRILL_TRACES_LEFT', exitCode: EXIT.partly })
}
