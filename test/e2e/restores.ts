import { describe, expect, test } from 'vitest'
import { CLICK_COUNTER } from '../../sandbox/click-counter.js'
import { statePath } from '../../sandbox/emulator.js'
import { at, numberAt } from '../../sandbox/http-json.js'
import { ORDERS_ENRICH, SALES_PIPELINE, submitJar, waitForCheckpoints } from '../../sandbox/jobs.js'
import { answerOf, blobsBelow, clickCounterJar, failureOf, jsonOf, rest, restoredFrom, runningJob, stateOf, type World } from './world.js'

const SLOW_JOBS = ['slow_counter', 'doomed_counter']
/** The job itself goes on meanwhile. */
const SECOND = '--allow-second'
const HEX = /^[0-9a-f]{32}$/

/** Savepoints, stops, and restores with proof, of scripts and of a jar. */
export function restoreScenarios(world: World): void {
  describe('savepoint, stop, resume', () => {
    let native = ''
    let stopped = ''
    let clicks = ''

    test('a canonical savepoint prints its path and nothing else', async () => {
      const jobId = await runningJob(world, 'sales_pipeline')
      const path = await answerOf(world, 'savepoint', 'sales_pipeline')
      expect(path).toMatch(new RegExp(`^${statePath('savepoints')}/savepoint-${jobId.slice(0, 6)}-[0-9a-f]{12}$`))
      const name = path.slice(statePath('').length)
      expect(await blobsBelow(world, name)).toContain(`${name}/_metadata`)
    })

    test('a native savepoint, with everything the JSON promises', async () => {
      const jobId = await runningJob(world, 'sales_pipeline')
      const savepoint = await jsonOf<{ path: string }>(world, 'savepoint', jobId.slice(0, 8), '--format', 'native')
      expect(savepoint).toEqual({
        jobId,
        jobName: 'sales_pipeline',
        triggerId: expect.stringMatching(HEX),
        path: expect.stringContaining('/savepoint-'),
        format: 'NATIVE',
        sizeBytes: expect.any(Number),
        durationMs: expect.any(Number),
        verified: true,
        references: { count: expect.any(Number), bytes: expect.any(Number), missing: 0 },
        warnings: [],
      })
      native = savepoint.path
      const { totals } = await jsonOf<{ totals: { files: number } }>(world, 'inspect', native)
      expect(totals.files).toBeGreaterThan(0)
    })

    test('stop with --savepointPath puts the savepoint there and ends the job', async () => {
      const jobId = await runningJob(world, 'orders_enrich')
      stopped = await answerOf(world, 'stop', 'orders_enrich', '--yes', '--savepointPath', statePath('savepoints/maintenance'))
      expect(stopped).toContain(`${statePath('savepoints/maintenance')}/savepoint-`)
      expect(await stateOf(world, jobId)).toBe('FINISHED')
    })

    test('a script is resumed from that path, and proven', async () => {
      const resumed = await jsonOf<{ jobId: string }>(world, 'resume', ORDERS_ENRICH, '--from', stopped)
      expect(resumed).toEqual({
        jobId: expect.stringMatching(HEX),
        jobName: 'orders_enrich',
        state: 'RUNNING',
        restoredFrom: stopped,
        claimMode: 'NO_CLAIM',
        restoredCheckpointId: expect.any(Number),
        verified: true,
        warnings: [],
      })
      const stats = await rest(world, `/jobs/${resumed.jobId}/checkpoints`)
      expect(at(stats, 'latest', 'restored', 'external_path')).toBe(stopped)
      expect(numberAt(stats, 'counts', 'completed')).toBeGreaterThan(0)
    })

    test('a jar is stopped, and resumed by the name it has in flinkops.yaml', async () => {
      const { restUrl } = world().cluster
      const first = await submitJar(restUrl, { jarFile: clickCounterJar(world), entryClass: CLICK_COUNTER.entryClass })
      await waitForCheckpoints(restUrl, first)
      clicks = await answerOf(world, 'stop', CLICK_COUNTER.jobName, '--yes')
      const jobId = await answerOf(world, 'resume', CLICK_COUNTER.jobName, '--from', clicks)
      expect(await restoredFrom(world, jobId)).toBe(clicks)
    })

    test('a jar file is resumed with arguments, up to the restore; its upload is used again', async () => {
      const uploadsBefore = await uploads(world)
      // Two jobs whose snapshots take six seconds, for the scenarios that wait.
      for (const name of SLOW_JOBS) {
        const args = ['--snapshot-delay-ms', '6000', '--name', name].map((arg) => `--arg=${arg}`)
        const from = ['--from', clicks, '--wait', 'restored']
        const jobId = await answerOf(world, 'resume', clickCounterJar(world), '--entry-class', CLICK_COUNTER.entryClass, ...args, ...from)
        expect(await restoredFrom(world, jobId)).toBe(clicks)
        expect(await runningJob(world, name)).toBe(jobId)
      }
      expect(await uploads(world)).toBe(uploadsBefore)
    })

    test('CLAIM of a native savepoint is refused: exit 6', async () => {
      const error = await failureOf(world, 6, 'resume', SALES_PIPELINE, '--from', native, '--claim-mode', 'claim', SECOND)
      expect(error).toMatchObject({ code: 'CLAIM_OF_NATIVE_SAVEPOINT', message: expect.stringContaining('FLINK-39964') })
      expect(error.suggestions.join()).toContain('--allow-claim-native')
    })

    test("another program's savepoint does not fit: exit 9, Flink's cause, and the flag", async () => {
      const error = await failureOf(world, 9, 'resume', SALES_PIPELINE, '--from', clicks, SECOND)
      expect(error.message).toContain('Cannot map checkpoint/savepoint state')
      expect(error.suggestions.join()).toContain('--allow-non-restored-state')
    })

    test("another program's savepoint does not fit a jar either", async () => {
      const error = await failureOf(world, 9, 'resume', CLICK_COUNTER.jobName, '--from', stopped, SECOND)
      expect(error.message).toContain('Cannot map checkpoint/savepoint state')
      expect(error.suggestions.join()).toContain('--allow-non-restored-state')
    })
  })
}

async function uploads(world: World): Promise<number> {
  const files = at(await rest(world, '/jars'), 'files')
  return Array.isArray(files) ? files.length : 0
}
