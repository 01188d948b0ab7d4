import { describe, expect, test } from 'vitest'
import { waitUntil } from '../../sandbox/wait.js'
import { answerOf, failureOf, onceTriggered, rest, runningJob, type World } from './world.js'

/** What a JobManager takes with it when it dies, and what is left in storage. */
export function lossScenarios(world: World): void {
  describe('a JobManager that dies', () => {
    let completed = { triggerId: '', path: '' }
    let lost = ''

    test('in mid-wait: exit 7 and how to re-attach', async () => {
      completed = await detachedAndCompleted(world)
      const { code, stdout, stderr, triggerId } = await onceTriggered(world, ['savepoint', 'doomed_counter'], () =>
        setTimeout(() => void world().cluster.killJobManager(), 500),
      )
      expect({ code, stdout, stderr }).toMatchObject({ code: 7, stdout: '' })
      expect(stderr).toContain(`flinkops savepoint --attach ${triggerId}`)
      lost = triggerId
    })

    test('when it is back, --attach finds the savepoint that lies in storage', async () => {
      await world().cluster.startJobManager()
      expect(await answerOf(world, 'savepoint', '--attach', completed.triggerId)).toBe(completed.path)
    })

    test('and says so where there is none: exit 9', async () => {
      const error = await failureOf(world, 9, 'savepoint', '--attach', lost)
      expect(error).toMatchObject({ code: 'OPERATION_UNKNOWN', message: expect.stringContaining(lost) })
    })
  })
}

/** A savepoint that nobody waited for; its path is known from the JobManager alone. */
async function detachedAndCompleted(world: World): Promise<{ triggerId: string; path: string }> {
  const jobId = await runningJob(world, 'orders_enrich')
  const triggerId = await answerOf(world, 'savepoint', 'orders_enrich', '--detach')
  const path = await waitUntil({
    until: 'the detached savepoint is completed',
    probe: async () => {
      const { operation } = (await rest(world, `/jobs/${jobId}/savepoints/${triggerId}`)) as { operation: { location?: string } | null }
      return operation?.location ?? null
    },
  })
  return { triggerId, path }
}
