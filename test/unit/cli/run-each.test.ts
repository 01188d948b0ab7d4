import { describe, expect, it } from 'vitest'
import { runEach } from '../../../src/lib/cli/run-each.js'
import { EXIT, type ExitCode, FlinkopsError } from '../../../src/lib/errors.js'
import { startProcess, world } from '../../support/fake-window.js'
import { program } from '../../support/programs.js'

const jobs = ['orders', 'buyers', 'stock'].map((name) => ({ program: program(name) }))

/** Runs the jobs; the calls that were made, and what came of it. */
async function run(fails: { name: string; rehearsal?: boolean; exitCode?: ExitCode } | null, given = jobs) {
  const calls: string[] = []
  const { context } = startProcess(world([]))
  const result = await runEach(given, context, async ({ program: { title } }, isRehearsal) => {
    calls.push(`${isRehearsal ? 'rehearse' : 'run'} ${title}`)
    if (fails?.name === title && (fails.rehearsal ?? false) === isRehearsal)
      throw new FlinkopsError('No.', { code: 'SQL_FAILED', exitCode: fails.exitCode ?? EXIT.failedOnCluster })
    return { jobId: isRehearsal ? null : `id of ${title}` }
  }).catch((error: unknown) => error)
  return { calls, result }
}

describe('the jobs of a script', () => {
  it('are all rehearsed before the first is run', async () => {
    const { calls, result } = await run(null)
    expect(calls).toEqual(['rehearse orders', 'rehearse buyers', 'rehearse stock', 'run orders', 'run buyers', 'run stock'])
    expect(result).toEqual([{ jobId: 'id of orders' }, { jobId: 'id of buyers' }, { jobId: 'id of stock' }])
  })

  it('are not rehearsed when there is one', async () => {
    expect((await run(null, jobs.slice(0, 1))).calls).toEqual(['run orders'])
  })

  it('are none of them run when one cannot be', async () => {
    const { calls, result } = await run({ name: 'stock', rehearsal: true })
    expect(calls).toEqual(['rehearse orders', 'rehearse buyers', 'rehearse stock'])
    expect(result).toMatchObject({ message: 'No.', exitCode: 9 })
  })

  it('stay as they are when a later one fails: exit 3, what is up, what was not tried', async () => {
    expect((await run({ name: 'buyers' })).result).toMatchObject({
      code: 'SQL_FAILED',
      exitCode: 3,
      message: 'buyers: No. Up by then: orders (id of orders). Not tried: stock.',
    })
  })

  it('keep the failure of the first, and an interruption', async () => {
    expect((await run({ name: 'orders' })).result).toMatchObject({ message: 'No.', exitCode: 9 })
    expect((await run({ name: 'buyers', exitCode: EXIT.interrupted })).result).toMatchObject({ exitCode: 130 })
  })
})
