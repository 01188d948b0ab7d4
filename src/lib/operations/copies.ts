import type { RecordFile, RunRecorder } from '../ports-record.js'
import { locationKey } from '../state/location.js'
import { type Age, decodeAges, decodeCopy, type Original } from '../taken.js'
import { mapConcurrently } from './concurrently.js'

/** The copy of a `_metadata` that a run took and did not come to its end. */
export interface Copy {
  account: string
  container: string
  runId: string
  file: Extract<RecordFile, `taken/${string}`>
  original: Original
  sizeBytes: number
}

export interface Place {
  account: string
  container: string
}

const IN_FLIGHT = 16

/** What runs that did not come to their end took from a container; and how old what was brought back is. */
export async function listCopies(recorder: RunRecorder, place: Place, signal: AbortSignal): Promise<{ copies: Copy[]; ages: Age[] }> {
  const { account, container } = place
  const files = await recorder.recordFiles({ account, container, signal })
  const taken = files.flatMap(({ runId, file }) => (isCopyFile(file) ? [{ account, container, runId, file }] : []))
  const ended = new Set<string>()
  for (const runId of new Set(taken.map((one) => one.runId))) {
    const hasResult = files.some((one) => one.runId === runId && one.file === 'result.json')
    if (hasResult && (await hasEnded(recorder, { account, container, runId, signal }))) ended.add(runId)
  }
  const open = taken.filter((one) => !ended.has(one.runId))
  const copies = await mapConcurrently(open, IN_FLIGHT, async (one): Promise<Copy[]> => {
    const read = await readCopy(recorder, one, signal)
    return read === null ? [] : [{ ...one, original: read.original, sizeBytes: read.bytes.length }]
  })
  const told = files.filter(({ file }) => file === 'ages.json')
  const ages = await mapConcurrently(told, IN_FLIGHT, ({ runId }) => readAges(recorder, { account, container, runId, signal }))
  return { copies: copies.flat(), ages: ages.flat() }
}

/** `null`: it is not there, or no copy. */
export async function readCopy(
  recorder: RunRecorder,
  { account, container, runId, file }: Omit<Copy, 'original' | 'sizeBytes'>,
  signal: AbortSignal,
) {
  const bytes = await recorder.recorded({ account, container, runId, file, signal })
  return bytes === null ? null : decodeCopy(file, bytes)
}

export async function readAges(recorder: RunRecorder, run: Place & { runId: string; signal: AbortSignal }): Promise<Age[]> {
  return decodeAges(await recorder.recorded({ ...run, file: 'ages.json' }))
}

/** Of what it took. */
export function keyOfCopy({ account, container, original }: Copy): string {
  return locationKey({ account, container, name: original.name })
}

/** A run that has settled all of its plan needs no copies any more; some may be left where it died while it took them away. */
async function hasEnded(recorder: RunRecorder, run: Place & { runId: string; signal: AbortSignal }): Promise<boolean> {
  const json = await recorder.recorded({ ...run, file: 'result.json' })
  try {
    const result: unknown = json === null ? null : JSON.parse(Buffer.from(json).toString('utf8'))
    return typeof result === 'object' && result !== null && 'stopped' in result && result.stopped === false
  } catch {
    return false
  }
}

function isCopyFile(file: string): file is Copy['file'] {
  return file.startsWith('taken/')
}
