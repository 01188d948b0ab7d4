import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { statePath } from '../../sandbox/emulator.js'
import { cancelJob, ORDERS_ENRICH, SALES_PIPELINE, submitScript, waitForCheckpoints } from '../../sandbox/jobs.js'
import { answerOf, blobsBelow, checkpointsOf, jsonOf, restoredFrom, stateOf, untilStill, type World } from './world.js'

interface CleanupJson {
  outcome: string
  delete: { path: string; lastModified: string; reason: string }[]
  keep: { path: string; reason: string }[]
  held: { prefix: string; blobs: number; reason: string }[]
  totals: { blobs: number }
  result: { deletedBlobs: number; alreadyGone: number; changed: number; failed: unknown[] } | null
}

const CLEANUP = ['cleanup', '--older-than', '24h', '--without-soft-delete']
const MONTH_MS = 30 * 86_400_000

/**
 * Two jobs whose blobs are 40 days old, one cancelled, one still running; in each tree a file that nothing needs, in the running one's
 * also what may be an upload of a checkpoint to come. Leaves both running, restored from what clean-up left.
 */
export function cleanupScenario(world: World): void {
  describe('clean-up', () => {
    let cancelled = ''
    let running = ''
    let kept = ''
    let older: string[] = []
    let orphans: string[] = []
    let upload = ''

    /** A file that no snapshot names. */
    const plant = async (directory: string): Promise<string> => {
      const name = `${directory}/${randomUUID()}`
      await world().storage.getBlockBlobClient(name).upload('not named', 9)
      return statePath(name)
    }

    beforeAll(async () => {
      const { restUrl, gatewayUrl } = world().cluster
      cancelled = await submitScript(gatewayUrl, SALES_PIPELINE)
      running = await submitScript(gatewayUrl, ORDERS_ENRICH)
      await Promise.all([cancelled, running].map((id) => waitForCheckpoints(restUrl, id, 3)))
      orphans = await Promise.all([`checkpoints/${cancelled}/shared`, `checkpoints/orders_enrich/${running}/shared`].map(plant))
      upload = await plant(`checkpoints/orders_enrich/${running}/chk-100000`)
      await cancelJob(restUrl, cancelled)
      await untilStill(world, `checkpoints/${cancelled}/`)
      await world().returnToPresent()
      ;[kept = '', ...older] = await checkpointsOf(world, cancelled)
    })

    test('the cancelled job left three checkpoints', () => {
      expect(older).toHaveLength(2)
    })

    test('the plan deletes what is expired or orphaned, keeps the last restore point, holds what the running job may need', async () => {
      const plan = await jsonOf<CleanupJson>(world, ...CLEANUP, '--dry-run')
      expect(plan.outcome).toBe('planned')
      const expired = plan.delete.filter((one) => one.reason === 'expired-checkpoint').map((one) => one.path)
      expect(expired).toEqual(expect.arrayContaining(older.map((path) => `${path}/_metadata`)))
      expect(expired.filter((path) => path.startsWith(kept))).toEqual([])
      expect(plan.delete.filter((one) => one.reason === 'orphan').map((one) => one.path)).toEqual(expect.arrayContaining(orphans))
      expect(plan.delete.filter((one) => Date.parse(one.lastModified) > Date.now() - MONTH_MS)).toEqual([])
      expect(expired.filter((path) => path.includes(running))).toEqual([])
      expect(plan.delete.map((one) => one.path)).not.toContain(upload)
      expect(plan.keep).toContainEqual(expect.objectContaining({ path: kept, reason: 'last-of-lineage' }))
      expect(plan.held).toContainEqual(expect.objectContaining({ prefix: expect.stringContaining(running), reason: 'in-progress' }))
    })

    test('in a pipe and without --yes nothing is deleted: exit 6', async () => {
      const before = await blobsBelow(world, `checkpoints/${cancelled}/`)
      const { code, stdout } = await world().flinkops(CLEANUP)
      expect(code).toBe(6)
      expect(stdout).toContain('Confirm with --yes')
      expect(await blobsBelow(world, `checkpoints/${cancelled}/`)).toEqual(before)
    })

    test('deletes what the plan names and nothing else', async () => {
      const before = await blobsBelow(world, `checkpoints/${cancelled}/`)
      const done = await jsonOf<CleanupJson>(world, ...CLEANUP, '--yes')
      expect(done.outcome).toBe('done')
      expect(done.result).toMatchObject({ failed: [] })
      // The running job goes on giving up checkpoints: Flink may be faster than the plan, and wasb then writes the marker anew.
      const { deletedBlobs = 0, alreadyGone = 0, changed = 0 } = done.result ?? {}
      expect(deletedBlobs + alreadyGone + changed).toBe(done.totals.blobs)
      expect(deletedBlobs).toBeGreaterThan(0)
      const deleted = new Set(done.delete.map((one) => one.path))
      const left = before.filter((name) => !deleted.has(statePath(name)))
      const isFlinks = ofNoCheckpoint(before)
      const after = await blobsBelow(world, `checkpoints/${cancelled}/`)
      expect(after.filter((name) => !isFlinks(name))).toEqual(left.filter((name) => !isFlinks(name)))
      expect(await blobsBelow(world, upload.slice(statePath('').length))).toHaveLength(1)
      expect(await stateOf(world, running)).toBe('RUNNING')
    })

    test('a second run finds nothing left to delete', async () => {
      const again = await jsonOf<CleanupJson>(world, ...CLEANUP, '--yes')
      expect(again.outcome).toBe('done')
      // What the running job itself just gave up may be caught before Flink has deleted it.
      expect(again.delete.filter((one) => !one.path.includes(running))).toEqual([])
    })

    test('the cancelled job restores from what is left, by its name', async () => {
      const jobId = await answerOf(world, 'resume', 'sales_pipeline', '--from', kept)
      expect(await restoredFrom(world, jobId)).toBe(kept)
    })

    test('the running job stops and restores as well', async () => {
      const path = await answerOf(world, 'stop', 'orders_enrich', '--yes')
      const jobId = await answerOf(world, 'resume', 'orders_enrich', '--from', path)
      expect(await restoredFrom(world, jobId)).toBe(path)
    })
  })
}

/** Whether a blob lies in a directory without `_metadata`: what the cancel cut off, which Flink itself may still be putting away. */
function ofNoCheckpoint(names: string[]): (name: string) => boolean {
  const completed = new Set(names.filter((name) => name.endsWith('/_metadata')).map((name) => name.slice(0, -'/_metadata'.length)))
  return (name) => {
    const directory = /^.*\/chk-\d+(?=\/|$)/.exec(name)?.[0]
    return directory !== undefined && !completed.has(directory)
  }
}
