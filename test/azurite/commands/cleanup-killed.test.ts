import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { mapConcurrently } from '../../../src/lib/operations/concurrently.js'
import { PASS } from '../../support/blob-proxy.js'
import { CLEANUP, GOING_BLOBS, LOCK, type Site, STAYING, sorted, startSite } from '../../support/cleanup-site.js'

/**
 * A run of this plan sends 63 requests: the 14th takes the lock, then the plan is made again, three `_metadata` are copied and the copies read back; the
 * 41st is the first delete, the 58th the last; the copies go when the result is there.
 */
const REQUESTS = 63
const FIRST_DELETE = 40
const MARKERS = 4
/** Before the plan is made, one look is like the other: so many are left out. */
const FIRST = 5

interface Point {
  /** How many requests came before the one at which the process dies. */
  at: number
  /** Whether that request still reaches the storage account. */
  isDone: boolean
  way: 'again' | 'resume'
}

/** Each request once, dying before it or after it; then each delete the other way round. */
const POINTS: Point[] = [
  ...Array.from({ length: REQUESTS - FIRST }, (_, index): Point => {
    const at = FIRST + index
    return { at, isDone: at % 2 === 1, way: at % 4 < 2 ? 'again' : 'resume' }
  }),
  ...Array.from({ length: GOING_BLOBS }, (_, index): Point => {
    const at = FIRST_DELETE + index
    return { at, isDone: at % 2 === 0, way: at % 4 < 2 ? 'resume' : 'again' }
  }),
]

const isLocked = async ({ client }: Site) => {
  const lock = client.getBlobClient(LOCK)
  return (await lock.exists()) && (await lock.getProperties()).leaseState === 'leased'
}

async function runIds({ cli }: Site): Promise<string[]> {
  const directory = join(cli.dir, 'state/flinkops/runs')
  const ids = await readdir(directory).catch(() => [])
  const planned = await Promise.all(ids.map(async (id) => (await readdir(join(directory, id))).includes('plan.json')))
  return ids.filter((_, index) => planned[index])
}

async function killedAt(site: Site, { at, isDone }: Point): Promise<number> {
  const kill = new AbortController()
  site.proxy.decide((request) => {
    if (request.at !== at) return PASS
    kill.abort()
    return isDone ? 'lose' : 'drop'
  })
  const { code } = await site.cli.run([...CLEANUP, '--yes'], { kill: kill.signal })
  site.proxy.decide(() => PASS)
  return code
}

/** As a person would: the same again, or the rest of the run that was cut off, if it came so far. */
async function goOn(site: Site, way: Point['way']) {
  const [runId] = await runIds(site)
  const args =
    way === 'resume' && runId !== undefined ? ['cleanup', '--resume', runId, '--without-soft-delete', '--yes'] : [...CLEANUP, '--yes']
  // The emulator was once seen to answer nothing for 30 s: exit 7 says so, and the same command is the way on.
  const first = await site.cli.run([...args, '--json'])
  const ended = first.code === 7 ? await site.cli.run([...args, '--json']) : first
  return { code: ended.code, json: JSON.parse(ended.stdout) }
}

/** Turned away while the dead run's lease lasts, with who holds it and until when; a test cannot wait for that. */
async function passLock(site: Site, isAsked: boolean): Promise<void> {
  if (!(await isLocked(site))) return
  const [runId = ''] = await runIds(site)
  if (isAsked) {
    const { stderr, code } = await site.cli.run([...CLEANUP, '--yes'])
    expect(stderr).toMatch(new RegExp(`^Error: Another clean-up holds the lock on \\S+: run ${runId}.* \\(process \\d+\\), since `))
    expect(stderr).toMatch(/If that process has died, the lock is free again by 20\S+Z at the latest\./)
    expect(code).toBe(10)
  }
  await site.client.getBlobClient(LOCK).getBlobLeaseClient().breakLease(0)
}

it(`a run killed with -9 at any of ${POINTS.length} points and gone on with leaves just what its plan left, and the lock free`, async () => {
  expect(POINTS).toHaveLength(76)
  await mapConcurrently(POINTS, 3, async (point) => {
    const site = await startSite()
    const told = JSON.stringify(point)
    expect(await killedAt(site, point), told).toBe(137)
    const [cutOff] = await runIds(site)
    // The last deletes are on their way together: after them there is nothing left to ask the lock for.
    await passLock(site, point.at % 6 === 0 && point.at < FIRST_DELETE + GOING_BLOBS - MARKERS)
    const { code, json } = await goOn(site, point.way)

    expect(code, `${told} ${JSON.stringify(json.error ?? json.guards)}`).toBe(0)
    expect(json.result, told).toMatchObject({ changed: 0, failed: [], uncertain: 0, problem: null })
    expect(sorted(await site.names()), told).toEqual(STAYING)
    expect(await isLocked(site), told).toBe(false)
    if (point.at >= FIRST_DELETE) expect(cutOff, told).toBeDefined()
    await site.close()
  })
}, 900_000)
