import { describe, expect, it } from 'vitest'
import { listRuns } from '../../../src/lib/operations/list-runs.js'
import type { RunJournal } from '../../../src/lib/ports-runs.js'

const deletion = (name: string, sizeBytes: number) => ({
  account: 'a',
  container: 'c',
  name,
  sizeBytes,
  etag: 'e',
  reason: 'orphan',
  after: [],
})
const record = (runId: string, names: string[]) => ({
  runId,
  createdAt: '2026-11-15T02:15:00.000Z',
  waves: [names.map((name) => deletion(name, 10))],
  fingerprint: [],
  jobs: [],
})

function journal(plans: Record<string, unknown>, entries: Record<string, unknown[]> = {}): RunJournal {
  return {
    planned: async () => undefined,
    progress: async () => undefined,
    plan: async (id) => plans[id] ?? null,
    entries: async (id) => entries[id] ?? [],
    runs: async () => Object.keys(plans),
  }
}

describe('the runs of this machine', () => {
  it('are told, too, when their plan has the key of each blob, as plans first had', async () => {
    const plan = { ...record('r1', []), waves: [[{ ...deletion('a', 10), key: 'a/c/a' }]] }
    const { runs, unreadable } = await listRuns({ runs: journal({ r1: plan }, { r1: [{ key: 'a/c/a', outcome: 'deleted' }] }), most: 5 })
    expect(unreadable).toEqual([])
    expect(runs).toMatchObject([{ plannedBlobs: 1, deletedBlobs: 1, open: 0 }])
  })

  it('are told the newest first, each with what became of its plan', async () => {
    const runs = journal(
      { r1: record('r1', ['a', 'b', 'c', 'd', 'e']), r2: record('r2', ['x']) },
      {
        r1: [
          { key: 'a/c/a', outcome: 'failed' },
          { key: 'a/c/b', outcome: 'gone' },
          { key: 'a/c/c', outcome: 'changed' },
          { key: 'a/c/d', outcome: 'busy' },
          'no entry',
          { key: 'a/c/a', outcome: 'deleted' },
        ],
      },
    )
    const { runs: listed, older, unreadable } = await listRuns({ runs, most: 5 })
    expect(listed.map(({ runId }) => runId)).toEqual(['r2', 'r1'])
    // `a` was taken up again, and the last word counts.
    expect(listed[1]).toEqual({
      runId: 'r1',
      createdAt: '2026-11-15T02:15:00.000Z',
      plannedBlobs: 5,
      deletedBlobs: 1,
      deletedBytes: 10,
      alreadyGone: 1,
      changed: 1,
      failed: 1,
      open: 1,
    })
    expect(listed[0]).toMatchObject({ deletedBlobs: 0, open: 1 })
    expect({ older, unreadable }).toEqual({ older: 0, unreadable: [] })
  })

  it('counts those that are not shown, and names one that cannot be read', async () => {
    const runs = journal({ r1: record('r1', []), r2: { runId: 'r2' }, r3: record('r3', []) })
    expect(await listRuns({ runs, most: 2 })).toMatchObject({ runs: [{ runId: 'r3' }], older: 1, unreadable: ['r2'] })
  })
})
