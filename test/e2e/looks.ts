import { describe, expect, test } from 'vitest'
import { CLICK_COUNTER } from '../../sandbox/click-counter.js'
import { jsonOf, rest, runningJob, stdoutOf, type World } from './world.js'

interface ListedSnapshot {
  path: string
  kind: string
  jobId: string
  jobName: string
  completeness: string
  live: boolean
}

/** What the commands that change nothing show of all this. */
export function lookScenarios(world: World): void {
  describe('looking', () => {
    test('list-jobs: TSV in a pipe, ids alone, JSON as promised', async () => {
      const jobId = await runningJob(world, 'sales_pipeline')
      const rows = (await stdoutOf(world, 'list-jobs')).trimEnd().split('\n')
      expect(rows.map((row) => row.split('\t')).filter((cells) => cells.length !== 7)).toEqual([])
      expect(rows.find((row) => row.startsWith(jobId))).toContain('\tsales_pipeline\tRUNNING\t')
      const ids = (await stdoutOf(world, 'list-jobs', '-o', 'id')).trimEnd().split('\n')
      expect(ids).toEqual(rows.map((row) => row.split('\t')[0]))
      const { jobs } = await jsonOf<{ jobs: { jobId: string }[] }>(world, 'list-jobs')
      expect(jobs.find((job) => job.jobId === jobId)).toEqual({
        jobId,
        name: 'sales_pipeline',
        state: 'RUNNING',
        startedAt: expect.stringMatching(/^\d{4}-.*Z$/),
        durationMs: expect.any(Number),
        lastCheckpointAt: expect.stringMatching(/^\d{4}-.*Z$/),
        lastCheckpointPath: expect.stringContaining(jobId),
        completedCheckpoints: expect.any(Number),
        failedCheckpoints: expect.any(Number),
      })
    })

    test('list-checkpoints: the running job has a complete one, and it is live', async () => {
      const jobId = await runningJob(world, 'sales_pipeline')
      const { snapshots } = await jsonOf<{ snapshots: ListedSnapshot[] }>(world, 'list-checkpoints', 'sales_pipeline')
      expect(snapshots).toContainEqual(expect.objectContaining({ jobId, kind: 'checkpoint', completeness: 'complete', live: true }))
      const rows = (await stdoutOf(world, 'list-checkpoints', CLICK_COUNTER.jobName)).trimEnd().split('\n')
      expect(rows.filter((row) => row.split('\t').length !== 7)).toEqual([])
    })

    test('list-savepoints: what the cluster calls its newest savepoint lies there complete', async () => {
      const jobId = await runningJob(world, 'sales_pipeline')
      const stats = (await rest(world, `/jobs/${jobId}/checkpoints`)) as { latest: { savepoint: { external_path: string } } }
      const { snapshots } = await jsonOf<{ snapshots: ListedSnapshot[] }>(world, 'list-savepoints')
      const path = stats.latest.savepoint.external_path
      expect(snapshots).toContainEqual(
        expect.objectContaining({ path, kind: 'savepoint', jobName: 'sales_pipeline', completeness: 'complete' }),
      )
    })

    test('inspect latest --job: every file of it is there', async () => {
      const shown = await jsonOf<{ path: string; operators: unknown[]; references: { exists: boolean | null }[] }>(
        world,
        'inspect',
        'latest',
        '--job',
        CLICK_COUNTER.jobName,
      )
      expect(shown.operators.length).toBeGreaterThan(1)
      expect(shown.references.length).toBeGreaterThan(0)
      expect(shown.references.filter((one) => one.exists !== true)).toEqual([])
    })
  })
}
