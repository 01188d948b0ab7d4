import { refusedError } from '../errors.js'
import type { CopyKeeper } from '../ports-copies.js'
import type { RunRecorder, Undeleter } from '../ports-record.js'
import { locationKey } from '../state/location.js'
import { type Age, copyFileOf, encodeCopy } from '../taken.js'
import { mapBySize, mapConcurrently } from './concurrently.js'
import { type Copy, keyOfCopy, type Place, readAges, readCopy } from './copies.js'
import type { Deletion } from './execution.js'

export type CopyStorage = RunRecorder & CopyKeeper & Undeleter

const IN_FLIGHT = 16

export interface TakeInput {
  runId: string
  /** The `_metadata` that are to go. */
  metadata: Deletion[]
  /** What runs before took and left; it is taken over. */
  earlier: Copy[]
  storage: CopyStorage
  signal: AbortSignal
}

/** Writes a copy of each into the container's record of the run, and reads it back: nothing goes of which there is no proven copy. */
export async function takeCopies(input: TakeInput): Promise<Copy[]> {
  const earlier = new Map(input.earlier.map((copy) => [`${keyOfCopy(copy)}#${copy.original.etag}`, copy]))
  const sized = { atOnce: IN_FLIGHT, sizeOf: (one: Deletion) => one.sizeBytes }
  const taken = await mapBySize(input.metadata, sized, (one) => takeOne(one, earlier.get(`${locationKey(one)}#${one.etag}`), input))
  return taken.flatMap((copy) => copy ?? [])
}

/** `null`: it is gone or another version, and will be left alone. */
async function takeOne(one: Deletion, before: Copy | undefined, { runId, storage, signal }: TakeInput): Promise<Copy | null> {
  const { account, container, name, etag } = one
  const found = await storage.original({ account, container, name, etag, signal })
  const source = found.state === 'read' ? found : before && (await readCopy(storage, before, signal))
  if (!source) return null
  const copy: Copy = { account, container, runId, file: copyFileOf(name), original: source.original, sizeBytes: source.bytes.length }
  await writeProven(copy, encodeCopy(source.original, source.bytes), { storage, signal })
  if (before !== undefined && before.runId !== runId) await forget(before, { storage, signal })
  return copy
}

interface Means {
  storage: CopyStorage
  signal: AbortSignal
}

async function writeProven(
  { account, container, runId, file, original }: Copy,
  json: Uint8Array,
  { storage, signal }: Means,
): Promise<void> {
  const place = { account, container, runId, file, signal }
  await storage.record({ ...place, json })
  const back = await storage.recorded(place)
  if (back !== null && Buffer.compare(back, json) === 0) return
  throw refusedError(
    'COPY_NOT_PROVEN',
    `The copy of ${original.name} that was written into the container is not what was written.`,
    'Try again; if it stays so, look for a proxy between here and the account.',
  )
}

/**
 * Puts taken `_metadata` back where they were: by undelete where the account keeps them, so that ETag, date and owner stay; else as a new blob with the old
 * metadata and headers. The record tells from then on how old they are. What somebody wrote there since is left alone. Answers how many came back.
 */
export async function putBack(copies: Copy[], means: Means): Promise<number> {
  const back = await mapConcurrently(copies, IN_FLIGHT, (copy) => putOneBack(copy, means))
  await noteAges(
    copies.flatMap((copy, at) => {
      const age = back[at]?.age
      return age ? [{ place: copy, age }] : []
    }),
    means,
  )
  await forgetCopies(copies, means)
  return back.filter((one) => one.isBack).length
}

interface Back {
  isBack: boolean
  /** `null`: it has its own ETag and date. */
  age: Age | null
}

async function putOneBack(copy: Copy, { storage, signal }: Means): Promise<Back> {
  const { account, container, original } = copy
  const { name, etag } = original
  const undeleted = await storage.undelete({ account, container, name, etag, signal })
  if (undeleted.state === 'restored') return { isBack: true, age: ageOf(copy, undeleted) }
  if (undeleted.state === 'there' && undeleted.etag === etag) return { isBack: false, age: null }
  const kept = await readCopy(storage, copy, signal)
  if (kept === null) return { isBack: false, age: null }
  const written = undeleted.state === 'there' ? null : await storage.putBack({ account, container, ...kept, signal })
  if (written !== null) return { isBack: true, age: ageOf(copy, written) }
  const now = await storage.original({ account, container, name, signal })
  // A run that put it back and died before it could say so.
  const isOurs = now.state === 'read' && Buffer.compare(now.bytes, kept.bytes) === 0
  return { isBack: isOurs, age: isOurs ? ageOf(copy, now.original) : null }
}

function ageOf({ original }: Copy, now: { etag: string; lastModifiedMs: number }): Age | null {
  const { name, etag, lastModifiedMs, createdMs } = original
  if (now.etag === etag && now.lastModifiedMs === lastModifiedMs) return null
  return { name, etag: now.etag, was: { etag, lastModifiedMs, createdMs } }
}

/** Adds to what the record of each run tells of ages. */
export async function noteAges(aged: { place: Place & { runId: string }; age: Age }[], { storage, signal }: Means): Promise<void> {
  const runs = new Map(
    aged.map(({ place: { account, container, runId } }) => [`${account}/${container}/${runId}`, { account, container, runId }]),
  )
  for (const [key, run] of runs) {
    const told = aged.filter(({ place }) => `${place.account}/${place.container}/${place.runId}` === key).map(({ age }) => age)
    const ages = [...(await readAges(storage, { ...run, signal })), ...told]
    const each = [...new Map(ages.map((age) => [`${age.name}#${age.etag}`, age])).values()]
    await storage.record({ ...run, signal, file: 'ages.json', json: Buffer.from(JSON.stringify(each)) })
  }
}

export async function forgetCopies(copies: Copy[], means: Means): Promise<void> {
  await mapConcurrently(copies, IN_FLIGHT, (copy) => forget(copy, means))
}

async function forget({ account, container, runId, file }: Copy, { storage, signal }: Means): Promise<void> {
  await storage.forget({ account, container, runId, file, signal })
}
