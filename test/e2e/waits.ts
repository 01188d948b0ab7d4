import { describe, expect, test } from 'vitest'
import { answerOf, onceTriggered, triggerIdIn, type World } from './world.js'

/** Waits that end early: the savepoint goes on, and `--attach` finds it. The snapshots of `slow_counter` take six seconds. */
export function waitScenarios(world: World): void {
  describe('waiting for a savepoint', () => {
    test('--timeout: exit 8, and the way back', async () => {
      const { code, stdout, stderr } = await world().flinkops(['savepoint', 'slow_counter', '--timeout', '5s'])
      expect({ code, stdout, stderr }).toMatchObject({ code: 8, stdout: '' })
      expect(stderr).toContain('goes on in the cluster')
      expect(stderr).toContain(`flinkops savepoint --attach ${triggerIdIn(stderr)}`)
    })

    test('Ctrl-C: exit 130, the way back, and --attach then waits to the end', async () => {
      const interrupted = await onceTriggered(world, ['savepoint', 'slow_counter'], (abort) => setTimeout(() => abort.abort(), 1_000))
      expect(interrupted).toMatchObject({ code: 130, stdout: '' })
      expect(interrupted.stderr).toContain(`flinkops savepoint --attach ${interrupted.triggerId}`)
      expect(await answerOf(world, 'savepoint', '--attach', interrupted.triggerId)).toContain('/savepoint-')
    })

    test('Ctrl-C before the JobManager has answered the trigger names the way back, too', async () => {
      const { code, stderr, triggerId } = await onceTriggered(world, ['savepoint', 'sales_pipeline'], (abort) => abort.abort())
      expect(code).toBe(130)
      expect(stderr).toContain(`flinkops savepoint --attach ${triggerId}`)
    })

    test('--detach prints the trigger id, --attach the path', async () => {
      const triggerId = await answerOf(world, 'savepoint', 'sales_pipeline', '--detach')
      expect(triggerId).toMatch(/^[0-9a-f]{32}$/)
      expect(await answerOf(world, 'savepoint', '--attach', triggerId)).toContain('/savepoint-')
    })
  })
}
