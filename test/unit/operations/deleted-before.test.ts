import { describe, expect, it } from 'vitest'
import { deletedBefore } from '../../../src/lib/operations/deleted-before.js'
import type { Deletion } from '../../../src/lib/operations/execution.js'
import { NOTHING_DONE } from '../../../src/lib/operations/execution.js'
import { runIdOf } from '../../../src/lib/operations/run-record.js'
import type { RunRecorder } from '../../../src/lib/ports-record.js'
import type { RunJournal } from '../../../src/lib/ports-runs.js'
import { ACCOUNT, CONTAINER, fakeStorage } from '../../support/fake-ports.js'

const [ONE, TWO] = ['checkpoints/a/chk-1/_metadata', 'checkpoints/a/chk-2/_metadata']
const key = (name: string) => `${ACCOUNT}/${CONTAINER}/${name}`
const CONTENT = { createdAt: '2026-11-20T00:00:00.000Z', madeBy: '', waves: [[deletion(ONE)]] }
const RUN = runIdOf(CONTENT)

interface Given {
  entries?: unknown[]
  result?: unknown
  content?: object
}

async function deleted({ entries, result, content = CONTENT }: Given): Promise<string[]> {
  const storage = fakeStorage({
    [`_flinkops/runs/${RUN}/plan.json`]: {},
    ...(result !== undefined && { [`_flinkops/runs/${RUN}/result.json`]: {} }),
  })
  const runs: Partial<RunJournal> = { runs: async () => (entries ? [RUN] : []), entries: async () => entries ?? [] }
  const plan = { runId: RUN, ...content }
  const recorded = async ({ file }: { file: string }) => Buffer.from(JSON.stringify(file === 'plan.json' ? plan : result))
  const found = await deletedBefore(new Set([key(ONE), key(TWO)]), {
    readers: [await storage.container(ACCOUNT, CONTAINER)],
    runs: runs as RunJournal,
    recorder: { recorded } as unknown as RunRecorder,
    signal: AbortSignal.timeout(10_000),
  })
  return [...found]
}

function deletion(name: string): Deletion {
  return { account: ACCOUNT, container: CONTAINER, name, sizeBytes: 1, etag: 'e', reason: 'expired-checkpoint', after: [] }
}

describe('deletedBefore', () => {
  it('knows what a run of this machine deleted, not what was gone, changed or failed when it came there', async () => {
    const entries = [{ key: key(ONE), outcome: 'deleted' }, { key: key(TWO), outcome: 'gone' }, 'torn', null]
    expect(await deleted({ entries })).toEqual([key(ONE)])
    for (const outcome of ['gone', 'changed', 'failed']) expect(await deleted({ entries: [{ key: key(ONE), outcome }] })).toEqual([])
  })

  it('knows what a run of another machine deleted, by the record in the container, when it left nothing out', async () => {
    expect(await deleted({ result: NOTHING_DONE })).toEqual([key(ONE)])
  })

  it.each<[string, unknown]>([
    ['stopped', { ...NOTHING_DONE, stopped: true }],
    ['failed somewhere', { ...NOTHING_DONE, failed: [{ path: 'x', code: 'y' }] }],
    ['left something that had changed', { ...NOTHING_DONE, changed: 1 }],
    ['spared something', { ...NOTHING_DONE, spared: 1 }],
    ['met something that was gone', { ...NOTHING_DONE, alreadyGone: 1 }],
    ['has no result yet', undefined],
    ['has a result that is none', 7],
    ['has a result without its fields', {}],
  ])('takes no word of a run that %s', async (_, result) => {
    expect(await deleted({ result })).toEqual([])
  })

  it('takes no word of a plan that is not the one of its run', async () => {
    expect(await deleted({ result: NOTHING_DONE, content: { ...CONTENT, madeBy: 'somebody else' } })).toEqual([])
  })
})
