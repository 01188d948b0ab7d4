import { describe, expect, test } from 'vitest'
import { statePath } from '../../sandbox/emulator.js'
import { failureOf, runningJob, stateOf, type World } from './world.js'

/** Flink has no file system for this scheme, so it fails at once; an account that cannot be reached would stop the whole JobManager. */
const UNWRITABLE = 's3://nowhere/savepoints'

/** Savepoints that Flink itself fails on. */
export function failureScenarios(world: World): void {
  describe('a target that cannot be written', () => {
    test("savepoint: exit 9 with Flink's cause, and the job goes on", async () => {
      const jobId = await runningJob(world, 'sales_pipeline')
      const error = await failureOf(world, 9, 'savepoint', 'sales_pipeline', '--target', UNWRITABLE, '--allow-foreign-target')
      expect(error.code).toBe('SAVEPOINT_FAILED')
      expect(error.message).toContain("Could not find a file system implementation for scheme 's3'")
      expect(await stateOf(world, jobId)).toBe('RUNNING')
    })

    test('stop: exit 9, and the job goes on', async () => {
      const jobId = await runningJob(world, 'sales_pipeline')
      const target = ['--savepoint-path', UNWRITABLE, '--allow-foreign-target']
      const error = await failureOf(world, 9, 'stop', 'sales_pipeline', '--yes', ...target)
      expect(error.message).toContain('sales_pipeline was not stopped: ')
      expect(error.message).toContain("scheme 's3'")
      expect(await stateOf(world, jobId)).toBe('RUNNING')
    })

    test('a directory below a file: exit 9, and the job goes on', async () => {
      await world().storage.getBlockBlobClient('savepoints/a-file').upload('no directory', 12)
      const jobId = await runningJob(world, 'sales_pipeline')
      const error = await failureOf(world, 9, 'savepoint', 'sales_pipeline', '--target', statePath('savepoints/a-file/below'))
      expect(error).toMatchObject({ code: 'SAVEPOINT_FAILED', message: expect.stringContaining('a-file') })
      expect(await stateOf(world, jobId)).toBe('RUNNING')
    })
  })
}
