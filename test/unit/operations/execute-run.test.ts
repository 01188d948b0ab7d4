import { describe, expect, it } from 'vitest'
import { type ExecuteRunInput, executeRun } from '../../../src/lib/operations/execute-run.js'
import type { Deletion } from '../../../src/lib/operations/execution.js'

const DELETION: Deletion = {
  key: 'acct/flink/checkpoints/x',
  account: 'acct',
  container: 'flink',
  name: 'checkpoints/x',
  sizeBytes: 10,
  etag: '0x1',
  reason: 'orphan',
  after: [],
}

/** Runs a plan of one blob against fakes that tell what was done, in order. */
async function run(more: Partial<ExecuteRunInput> = {}, failing: { planned?: Error; copy?: Error } = {}) {
  const done: string[] = []
  const act = async (what: string, failure?: Error) => {
    await new Promise((resolve) => setTimeout(resolve, 1))
    if (failure !== undefined) throw failure
    done.push(what)
  }
  const ending = executeRun({
    record: { runId: 'run-1', waves: [[DELETION]] },
    settled: new Set(),
    containers: [{ account: 'acct', container: 'flink' }],
    recheck: async () => {
      await act('re-checked')
      return { state: 'go', spare: new Set() }
    },
    storage: {
      eraser: async (account, container) => ({
        account,
        container,
        perRequest: 256,
        delete: async () => {
          await act('deleted')
          return [{ state: 'deleted', permanent: true }]
        },
      }),
      acquire: async () => ({ lost: new AbortController().signal, release: () => act('lock given back') }),
      record: ({ file }) => act(`copied ${file}`, file === 'plan.json' ? failing.copy : undefined),
      recorded: async () => null,
    },
    runs: {
      planned: () => act('planned', failing.planned),
      progress: () => act('on record'),
      plan: async () => null,
      entries: async () => [],
      runs: async () => [],
    },
    signal: new AbortController().signal,
    sleep: async () => undefined,
    ...more,
  })
  return { done, error: await ending.then(() => null).catch((error: unknown) => error) }
}

describe('a run', () => {
  it('re-checks its plan when that is on disk and next to the data, and deletes when it still holds', async () => {
    const { done, error } = await run()
    expect(error).toBeNull()
    expect(new Set(done.slice(0, 2))).toEqual(new Set(['copied plan.json', 'planned']))
    expect(done.slice(2)).toEqual(['re-checked', 'deleted', 'on record', 'copied result.json', 'lock given back'])
  })

  it.each([
    ['on disk', { planned: new Error('the disk is full') }, ['copied plan.json']],
    ['next to the data', { copy: new Error('no right to write') }, ['planned']],
  ])('whose plan cannot be written %s ends there', async (_, failing, written) => {
    const { done, error } = await run({}, failing)
    expect(error).toEqual(Object.values(failing)[0])
    expect(done).toEqual([...written, 'lock given back'])
  })

  it('whose plan would be too long to be read back is refused before anything is written', async () => {
    const { done, error } = await run({ mostPlanBytes: 100 })
    expect(error).toMatchObject({
      code: 'PLAN_TOO_LONG',
      exitCode: 6,
      suggestions: ['Nothing was deleted.', expect.stringMatching(/--job/)],
    })
    expect(done).toEqual(['lock given back'])
  })
})
