import { describe, expect, it } from 'vitest'
import { EXIT, FlinkopsError } from '../../../src/lib/errors.js'
import { type ExecuteInput, executeCleanup } from '../../../src/lib/operations/execute-cleanup.js'
import type { Deletion } from '../../../src/lib/operations/execution.js'
import type { BlobVersion, DeleteOutcome } from '../../../src/lib/ports-erase.js'

const DELETED: DeleteOutcome = { state: 'deleted', permanent: true }
const BUSY: DeleteOutcome = { state: 'busy' }

const keyOf = (name: string) => `acct/flink/${name}`

function deletion(name: string, after: string[] = []): Deletion {
  return { account: 'acct', container: 'flink', name, sizeBytes: 10, etag: `0x${name}`, reason: 'orphan', after }
}

const many = (count: number, prefix = 'f') => Array.from({ length: count }, (_, index) => deletion(`${prefix}${index}`))

interface Played {
  waves: Deletion[][]
  /** What the service says to a blob when it is asked for the nth time (from 1). */
  say?: (name: string, times: number) => DeleteOutcome
  perRequest?: number
  input?: Partial<ExecuteInput>
  onRequest?: (names: string[]) => void
  journal?: (entries: readonly unknown[]) => Promise<void>
}

async function play({ waves, say = () => DELETED, perRequest = 256, input = {}, onRequest, journal }: Played) {
  const requests: string[][] = []
  const times = new Map<string, number>()
  const recorded: unknown[] = []
  const rests: number[] = []
  let inFlight = 0
  let mostInFlight = 0
  const result = await executeCleanup({
    runId: 'run',
    waves,
    storage: {
      eraser: async (account, container) => ({
        account,
        container,
        perRequest,
        delete: async ({ blobs }: { blobs: readonly BlobVersion[] }) => {
          const names = blobs.map(({ name }) => name)
          requests.push(names)
          onRequest?.(names)
          mostInFlight = Math.max(mostInFlight, ++inFlight)
          await new Promise((resolve) => setTimeout(resolve, 1))
          inFlight--
          return names.map((name) => {
            times.set(name, (times.get(name) ?? 0) + 1)
            return say(name, times.get(name) ?? 0)
          })
        },
      }),
    },
    runs: {
      planned: async () => undefined,
      progress: async (_, entries) => {
        await journal?.(entries)
        recorded.push(...entries)
      },
      plan: async () => null,
      entries: async () => [],
      runs: async () => [],
    },
    signal: new AbortController().signal,
    sleep: async (ms) => void rests.push(ms),
    ...input,
  })
  return { result, requests, recorded, rests, mostInFlight }
}

describe('a wave', () => {
  it('goes in requests of as many blobs as one may take, and all of it is on record', async () => {
    const { result, requests, recorded } = await play({ waves: [many(600)] })
    expect(requests.map((names) => names.length)).toEqual([256, 256, 88])
    expect(result).toMatchObject({ deletedBlobs: 600, deletedBytes: 6000, failed: [], stopped: false })
    expect(recorded).toEqual(many(600).map(({ name }) => ({ key: keyOf(name), outcome: 'deleted' })))
  })

  it('begins only when the one before it is settled', async () => {
    const order: string[] = []
    await play({
      waves: [many(20, 'a'), many(20, 'b')],
      perRequest: 3,
      say: (name, times) => (name === 'a7' && times < 3 ? BUSY : DELETED),
      onRequest: (names) => order.push(...names),
    })
    expect(order.lastIndexOf('a7')).toBeLessThan(order.indexOf('b0'))
  })

  it('leaves alone what hangs on a blob that changed or failed, and what hangs on that', async () => {
    const waves = [
      many(4, 'm'),
      ['m0', 'm1', 'm2', 'm3'].map((name) => deletion(`of-${name}`, [keyOf(name)])),
      [deletion('top', [keyOf('of-m3')])],
    ]
    const outcomes: Record<string, DeleteOutcome> = {
      m0: { state: 'changed' },
      m1: { state: 'failed', code: 'LeaseIdMissing' },
      m2: { state: 'gone' },
      m3: { state: 'changed' },
    }
    const { result, requests } = await play({ waves, say: (name) => outcomes[name] ?? DELETED })
    expect(requests.flat()).toEqual(['m0', 'm1', 'm2', 'm3', 'of-m2'])
    expect(result).toMatchObject({
      deletedBlobs: 1,
      alreadyGone: 1,
      changed: 1 + 1 + 3 + 1,
      failed: [{ path: keyOf('m1'), code: 'LeaseIdMissing' }],
    })
  })
})

describe('a busy service', () => {
  it('gets what it turned away again, and only that, after longer and longer rests', async () => {
    const { result, requests, rests } = await play({
      waves: [many(10)],
      say: (name, times) => (name === 'f3' && times <= 3 ? BUSY : DELETED),
    })
    expect(requests).toEqual([many(10).map(({ name }) => name), ['f3'], ['f3'], ['f3']])
    expect(result).toMatchObject({ deletedBlobs: 10, failed: [] })
    expect(Math.max(...rests)).toBeGreaterThanOrEqual(500)
  })

  it('is asked six times for each blob, and no more; the run goes on', async () => {
    const { result, requests, recorded } = await play({
      waves: [many(3), many(2, 'next')],
      say: (name) => (name === 'f1' ? BUSY : DELETED),
    })
    expect(requests.filter((names) => names.includes('f1'))).toHaveLength(6)
    expect(result).toMatchObject({ deletedBlobs: 4, failed: [{ path: keyOf('f1'), code: 'ServerBusy' }], stopped: false })
    expect(recorded).toContainEqual({ key: keyOf('f1'), outcome: 'busy' })
  })

  it('is left alone as long as it asks for', async () => {
    const { rests } = await play({ waves: [many(1)], say: (_, times) => (times === 1 ? { state: 'busy', waitMs: 7000 } : DELETED) })
    expect(Math.max(...rests)).toBe(7000)
  })

  it('has no more requests in flight than at the start, a calm one gets more', async () => {
    const calm = await play({ waves: [many(4000)], perRequest: 10 })
    const strained = await play({ waves: [many(400)], perRequest: 10, say: () => BUSY })
    expect(calm.mostInFlight).toBe(16)
    expect(strained.mostInFlight).toBe(4)
    expect(strained.result).toMatchObject({ deletedBlobs: 0, stopped: false })
    expect(strained.result.failed).toHaveLength(400)
  })

  it('takes more single deletes at a time than batches', async () => {
    expect((await play({ waves: [many(3000)], perRequest: 1 })).mostInFlight).toBe(64)
  })
})

describe('a run that ends early', () => {
  it('at Ctrl-C: between two requests, and what was answered is counted and on record', async () => {
    const controller = new AbortController()
    let requests = 0
    const played = await play({
      waves: [many(100)],
      perRequest: 10,
      onRequest: () => {
        if (++requests === 6) controller.abort(new Error('Interrupted.'))
      },
      input: { signal: controller.signal },
    })
    expect(played.result).toMatchObject({ stopped: true, problem: 'Interrupted.', uncertain: 0, failed: [] })
    expect(played.result.deletedBlobs).toBe(played.requests.flat().length)
    expect(played.result.deletedBlobs).toBeLessThan(100)
    expect(played.recorded).toHaveLength(played.result.deletedBlobs)
  })

  it('for want of a right to one part: the others of its request are counted, nothing more is sent', async () => {
    const error = new FlinkopsError('Not allowed.', { code: 'NOT_AUTHORISED', exitCode: EXIT.notAuthorised, suggestions: [] })
    const { result, requests, recorded } = await play({
      waves: [many(5), many(5, 'b')],
      say: (name) => (name === 'f2' ? { state: 'hopeless', error } : DELETED),
    })
    expect(requests).toHaveLength(1)
    expect(result).toMatchObject({
      deletedBlobs: 4,
      failed: [{ path: keyOf('f2'), code: 'NOT_AUTHORISED' }],
      uncertain: 0,
      stopped: true,
      problem: 'Not allowed.',
    })
    expect(recorded).toHaveLength(4)
  })

  it('for want of an answer: the blobs of that request are uncertain, and not on record', async () => {
    const error = new Error('cannot be reached')
    const { result, recorded } = await play({ waves: [many(5)], say: () => ({ state: 'hopeless', error }) })
    expect(result).toMatchObject({ deletedBlobs: 0, uncertain: 5, stopped: true })
    expect(recorded).toEqual([])
  })

  it('for want of a journal: what is gone is counted, nothing more goes', async () => {
    const { result, requests } = await play({
      waves: [many(5), many(5, 'b')],
      journal: () => Promise.reject(new Error('the disk is full')),
    })
    expect(requests).toHaveLength(1)
    expect(result).toMatchObject({ deletedBlobs: 5, stopped: true, problem: 'the disk is full' })
  })

  it('an eraser that answers too little leaves the rest uncertain', async () => {
    const { result } = await play({ waves: [many(2)], say: (name) => (name === 'f0' ? DELETED : (undefined as unknown as DeleteOutcome)) })
    expect(result).toMatchObject({ deletedBlobs: 1, uncertain: 1, stopped: true })
  })
})

describe('a capped rate', () => {
  it('is kept to, in heaps of a quarter of a second', async () => {
    const startedAt = performance.now()
    const { requests, result } = await play({
      waves: [many(200)],
      input: { maxRate: 400, sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
    })
    expect(requests.map((names) => names.length)).toEqual([100, 100])
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(249)
    expect(result.deletedBlobs).toBe(200)
  })
})

it('tells how far it is, from nothing to all, each time after the record', async () => {
  const told: number[] = []
  let onRecord = 0
  await play({
    waves: [many(25)],
    perRequest: 10,
    journal: async (entries) => {
      onRecord += entries.length
    },
    input: {
      onProgress: ({ settledBlobs }) => {
        expect(settledBlobs).toBeLessThanOrEqual(Math.max(onRecord, 25))
        told.push(settledBlobs)
      },
    },
  })
  expect(told[0]).toBe(0)
  expect(told.at(-1)).toBe(25)
})
