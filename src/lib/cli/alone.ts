import { setMaxListeners } from 'node:events'
import type { Context } from '../context.js'
import { EXIT, FlinkopsError } from '../errors.js'
import { isForeignAccount } from '../foreign.js'
import type { HeldLock } from '../ports-lock.js'
import { parseLocation } from '../state/location.js'
import { type Screen, windowPlace } from './window.js'

export interface AloneInput {
  context: Context
  screen: Pick<Screen, 'notice'>
  /** Looking is free. */
  isDryRun: boolean
  /** For whoever is turned away meanwhile. */
  command: 'stop' | 'stop --all' | 'resume --all'
  /** A path in the container of the savepoints, in which other machines are kept away; `null` = none is known. */
  savepoints: () => Promise<string | null>
}

/** One flinkops at a time works on the windows of a place: of this machine, and of all whose savepoints lie in the container. */
export async function alone<T>(input: AloneInput, work: (context: Context) => Promise<T>): Promise<T> {
  const { context, isDryRun } = input
  if (isDryRun) return work(context)
  const where = windowPlace(context, await context.jobManager())
  const place = where.context ?? where.jobManager
  const giveBack = await context.maintenance.hold(place)
  try {
    const lock = await lockContainer(input, place)
    try {
      return await work(lock === null ? context : endedBy(lock, context))
    } finally {
      await lock?.release()
    }
  } finally {
    await giveBack()
  }
}

function endedBy(lock: HeldLock, context: Context): Context {
  const signal = AbortSignal.any([context.signal, lock.lost])
  setMaxListeners(0, signal)
  return { ...context, signal }
}

/** A storage that cannot be reached, or not be written to, keeps nobody from his jobs: what it means is said, and the work goes on. */
async function lockContainer({ context, screen, command, savepoints }: AloneInput, place: string): Promise<HeldLock | null> {
  const parsed = parseLocation((await savepoints()) ?? '')
  if (!parsed.ok) return null
  const { account, container } = parsed.location
  const leaseId = await context.maintenance.leaseId(place)
  try {
    return await (await context.storage()).acquireWindow({ account, container, command, leaseId, signal: context.signal })
  } catch (error) {
    if (context.signal.aborted || !(error instanceof FlinkopsError) || !(MILD.has(error.exitCode) || isForeignAccount(error))) throw error
    screen.notice(`Other machines are not kept away from this ${command === 'stop' ? 'stop' : 'window'}: ${error.message}`)
    return null
  }
}

const MILD = new Set<number>([EXIT.notAuthorised, EXIT.notFound, EXIT.unreachable])
