import { describe, expect, it } from 'vitest'
import { type ExecuteRunInput, executeRun } from '../../../src/lib/operations/execute-run.js'
import type { Deletion } from '../../../src/lib/operations/execution.js'
import type { LeftOut } from '../../../src/lib/state/confirmed.js'
import { locationKey } from '../../../src/lib/state/location.js'

const DELETION: Deletion = {
  account: 'acct',
  container: 'flink',
  name: 'checkpoints/x',
  sizeBytes: 10,
  etag: '0x1',
  reason: 'orphan',
  after: [],
}

const OTHER: Deletion = { ...DELETION, name: 'checkpoints/y' }

/** Runs a plan of one blob against fakes that tell what was done, in order. */
async function run(more: Partial<ExecuteRunInput> = {}, failing: { planned?: Error; copy?: Error } = {}) {
  const done: string[] = []
  const act = async (what: string, failure?: Error) => {
    await new Promise((resolve) => setTimeout(resolve, 1))
    if (failure !== undefined) throw failure
    done.push(what)
  }
  const ending = executeRun({
    runId: 'run-1',
    record: () => ({ runId: 'run-1', waves: [[DELETION]] }),
    containers: [{ account: 'acct', container: 'flink' }],
    recheck: async () => {
      await act('re-checked')
      return { state: 'go', waves: [[DELETION]], left: [] }
    },
    storage: {
      eraser: async (account, container) => ({
        account,
        container,
        perRequest: 256,
        delete: async ({ blobs }) => {
          await act(`deleted ${blobs.map(({ name }) => name)}`)
          return blobs.map(() => ({ state: 'deleted', permanent: true }))
        },
      }),
      acquire: async () => ({ lost: new AbortController().signal, release: () => act('lock given back') }),
      record: ({ file }) => act(`copied ${file}`, file === 'plan.json' ? failing.copy : undefined),
      recorded: async () => null,
      recordFiles: async () => [],
      forget: ({ file }) => act(`gave up ${file}`),
      original: async () => ({ state: 'gone' }),
      putBack: async () => null,
      undelete: async () => ({ state: 'lost' }),
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
  const ended = await ending.then((result) => ({ result, error: null })).catch((error: unknown) => ({ result: null, error }))
  return { done, ...ended }
}

describe('a run', () => {
  it('re-checks its plan when that is on disk and next to the data, and deletes when it still holds', async () => {
    const { done, error } = await run()
    expect(error).toBeNull()
    expect(new Set(done.slice(0, 2))).toEqual(new Set(['copied plan.json', 'planned']))
    expect(done.slice(2)).toEqual(['re-checked', 'deleted checkpoints/x', 'on record', 'copied result.json', 'lock given back'])
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
      message: expect.stringMatching(/^The plan takes 0\.0 GB, /),
      exitCode: 6,
      suggestions: ['Nothing was deleted.', expect.stringMatching(/--job,.* --root;.* --grace/)],
    })
    expect(done).toEqual(['lock given back'])
  })

  it('whose plan does not hold any more ends before its first delete, and says why', async () => {
    const { done, error } = await run({ recheck: async () => ({ state: 'abort', why: 'a job was restored from chk-1' }) })
    expect(error).toMatchObject({
      code: 'RECHECK',
      message: 'The plan does not hold any more: a job was restored from chk-1.',
      suggestions: ['Nothing was deleted.', 'Plan again: flinkops cleanup'],
      exitCode: 6,
    })
    expect(done.filter((what) => what.startsWith('deleted'))).toEqual([])
  })

  it('deletes what the re-check says and nothing else of the plan, tells how far it is, and why the rest stays', async () => {
    const left: LeftOut[] = [
      { key: locationKey(DELETION), outcome: 'gone' },
      { key: locationKey({ ...DELETION, name: 'checkpoints/z' }), outcome: 'spared' },
      { key: locationKey({ ...DELETION, name: 'checkpoints/w' }), outcome: 'changed' },
    ]
    const seen: number[] = []
    const noted: unknown[] = []
    const { done, result } = await run({
      record: () => ({ runId: 'run-1', waves: [[DELETION, OTHER, { ...DELETION, name: 'checkpoints/z' }]] }),
      recheck: async () => ({ state: 'go', waves: [[OTHER]], left }),
      onProgress: ({ deletedBlobs }) => seen.push(deletedBlobs),
      runs: {
        planned: async () => undefined,
        progress: async (_, entries) => void noted.push(...entries),
        plan: async () => null,
        entries: async () => [],
        runs: async () => [],
      },
    })
    expect(done.filter((what) => what.startsWith('deleted'))).toEqual(['deleted checkpoints/y'])
    expect(seen).toEqual([0, 1])
    expect(noted).toEqual([...left, { key: locationKey(OTHER), outcome: 'deleted' }])
    expect(result).toMatchObject({ deletedBlobs: 1, alreadyGone: 1, spared: 1, changed: 1, failed: [] })
  })

  it('holds its plan no longer than until that is on record', async () => {
    const asked: number[] = []
    const { done } = await run({
      record: () => {
        asked.push(asked.length)
        return { runId: 'run-1', waves: [[DELETION]] }
      },
    })
    expect(asked).toEqual([0])
    expect(done).toContain('deleted checkpoints/x')
  })
})
