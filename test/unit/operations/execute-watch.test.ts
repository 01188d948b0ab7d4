import { describe, expect, it } from 'vitest'
import { EXIT, FlinkopsError } from '../../../src/lib/errors.js'
import { keyOfCopy, listCopies } from '../../../src/lib/operations/copies.js'
import { type ExecuteRunInput, executeRun } from '../../../src/lib/operations/execute-run.js'
import type { Deletion } from '../../../src/lib/operations/execution.js'
import { withCopies } from '../../../src/lib/operations/with-copies.js'
import { locationKey } from '../../../src/lib/state/location.js'
import type { Meanwhile } from '../../../src/lib/state/meanwhile.js'
import { MemoryAccount } from '../../support/memory-account.js'

const signal = new AbortController().signal
const PLACE = { account: 'acct.blob.core.windows.net', container: 'flink' }
const NOTHING: Meanwhile = { restored: [], unsaid: null }
const chk = (id: number, name: string) => `checkpoints/a/chk-${id}/${name}`
const restoredFrom = (id: number): Meanwhile => ({
  restored: [{ job: 'sales', path: `wasbs://flink@acct.blob.core.windows.net/checkpoints/a/chk-${id}` }],
  unsaid: null,
})

/** Two expired checkpoints of a file each, and an orphan. */
function site(account = new MemoryAccount(PLACE)) {
  const all = [1, 2].flatMap((id) => [chk(id, '_metadata'), chk(id, 'file')]).concat('checkpoints/a/shared/orphan')
  for (const name of all) account.put(name, `bytes of ${name}`)
  const deletion = (name: string, reason: string, after: string[] = []): Deletion => {
    const { etag, sizeBytes } = account.blobs.get(name)!
    return { ...PLACE, name, sizeBytes, etag, reason, after }
  }
  const metadata = [1, 2].map((id) => deletion(chk(id, '_metadata'), 'expired-checkpoint'))
  const files = [1, 2].map((id) => deletion(chk(id, 'file'), 'expired-checkpoint', [locationKey({ ...PLACE, name: chk(id, '_metadata') })]))
  return { account, all, waves: [metadata, [...files, deletion('checkpoints/a/shared/orphan', 'orphan')]] }
}

interface Given {
  looks?: Meanwhile[]
  more?: Partial<ExecuteRunInput>
  place?: ReturnType<typeof site>
  onLook?: () => void
  runId?: string
}

/** Carries the plan out on a clock of its own. */
async function run({ looks = [], more = {}, place = site(), onLook, runId = 'run-1' }: Given = {}) {
  const { account, waves } = place
  let nowMs = 0
  const slept: number[] = []
  const asked = { looks: 0 }
  const entries: unknown[] = []
  const clusters = {
    refreshMs: async () => 10_000,
    look: async () => {
      asked.looks++
      onLook?.()
      return looks.shift() ?? NOTHING
    },
  }
  const ending = executeRun({
    runId,
    record: () => ({ runId, waves }),
    containers: [PLACE],
    recheck: async () => ({ state: 'go', waves, left: [], clusters }),
    storage: account,
    runs: {
      planned: async () => undefined,
      progress: async (_, some) => void entries.push(...some),
      plan: async () => null,
      entries: async () => entries,
      runs: async () => [],
    },
    signal,
    now: () => nowMs,
    sleep: async (ms) => {
      slept.push(ms)
      nowMs += ms
    },
    ...more,
  })
  const ended = await ending.then((result) => ({ result, error: null })).catch((error: unknown) => ({ result: null, error }))
  return { ...ended, ...place, slept, looks: asked.looks, entries, copies: await listCopies(account, PLACE, signal) }
}

describe('a run that takes snapshots', () => {
  it('has a proven copy of each _metadata before the first goes, looks before a file goes, and leaves no copy', async () => {
    const place = site()
    const atFirst: string[][] = []
    place.account.beforeDelete = (name) => {
      if (!name.startsWith('_flinkops/')) atFirst.push([...place.account.records()].filter((file) => file.startsWith('taken/')))
    }
    const { result, slept, looks, account, copies } = await run({ place })
    expect(atFirst[0]).toHaveLength(2)
    expect(result).toMatchObject({ deletedBlobs: 5, spared: 0, needed: [], stopped: false })
    expect(slept).toEqual([3000])
    expect(looks).toBe(1)
    expect(account.names()).toEqual([])
    expect(copies).toEqual({ copies: [], ages: [] })
  })

  it('takes nothing of which the copy is not what was written', async () => {
    const place = site()
    place.account.garbles = true
    const { error } = await run({ place })
    expect(error).toMatchObject({
      code: 'COPY_NOT_PROVEN',
      exitCode: EXIT.refused,
      suggestions: ['Nothing was deleted.', expect.any(String)],
    })
    expect(place.account.names().toSorted()).toEqual(place.all.toSorted())
  })

  it('waits for nobody and asks nobody where it takes no snapshot', async () => {
    const place = site()
    place.waves = [place.waves[1]!.slice(2)]
    const { result, slept, looks } = await run({ place })
    expect(result).toMatchObject({ deletedBlobs: 1 })
    expect([slept, looks]).toEqual([[], 0])
  })

  it.each([[true], [false]])(
    'puts back what a job was restored from meanwhile, with all its files, and takes the rest (undelete: %s)',
    async (keepsDeleted) => {
      const place = site()
      place.account.keepsDeleted = keepsDeleted
      const before = place.account.blobs.get(chk(1, '_metadata'))!
      const { result, account, copies, entries } = await run({ place, looks: [restoredFrom(1)] })
      expect(result).toMatchObject({ deletedBlobs: 3, spared: 2, stopped: false, needed: [{ job: 'sales', lostFiles: 0 }] })
      expect(account.names().toSorted()).toEqual([chk(1, '_metadata'), chk(1, 'file')])
      const back = account.blobs.get(chk(1, '_metadata'))!
      expect(back).toMatchObject({ bytes: before.bytes, metadata: before.metadata, headers: before.headers })
      expect(entries.at(-1) === undefined).toBe(false)
      expect(copies.copies).toEqual([])
      const listed = await firstOf(withCopies(account.reader(), account).list({ signal }))
      expect(listed.blobs.find(({ name }) => name === chk(1, '_metadata'))?.lastModifiedMs).toBe(before.lastModifiedMs)
      if (keepsDeleted) expect(back.etag).toBe(before.etag)
      else
        expect(copies.ages).toEqual([{ name: chk(1, '_metadata'), etag: back.etag, was: expect.objectContaining({ etag: before.etag }) }])
    },
  )

  it('waits for a job that does not say yet, and goes on when it says', async () => {
    const { result, slept } = await run({ looks: [{ restored: [], unsaid: 'job x is INITIALIZING' }, restoredFrom(2)] })
    expect(slept).toEqual([3000, 10_000])
    expect(result).toMatchObject({ needed: [{ job: 'sales' }], spared: 2 })
  })

  it('puts everything back when a job never says, and ends with exit 6', async () => {
    const looks = Array.from({ length: 100 }, () => ({ restored: [], unsaid: 'job x is INITIALIZING' }))
    const { error, account, all, copies } = await run({ looks })
    expect(error).toMatchObject({
      code: 'RESTORE_UNKNOWN',
      exitCode: EXIT.refused,
      message: 'Everything was put back: job x is INITIALIZING.',
    })
    expect(account.names().toSorted()).toEqual(all.toSorted())
    expect(copies.copies).toEqual([])
  })

  it('puts everything back when --timeout ends while it waits, and ends with exit 6', async () => {
    const timeout = new AbortController()
    const reason = new FlinkopsError('Gave up waiting after 5 s (--timeout).', { code: 'TIMEOUT', exitCode: EXIT.stillRunning })
    const sleep = async () => {
      timeout.abort(reason)
      throw reason
    }
    const { error, account, all } = await run({ more: { signal: timeout.signal, sleep } })
    expect(error).toMatchObject({ code: 'RESTORE_UNKNOWN', exitCode: EXIT.refused })
    expect(account.names().toSorted()).toEqual(all.toSorted())
  })

  it('touches nothing more when its lock is lost while it waits: what it took lies there as copies', async () => {
    const lost = new AbortController()
    const place = site()
    place.account.lost = lost.signal
    const reason = new FlinkopsError('The lock was lost.', { code: 'LOCK_LOST', exitCode: EXIT.locked })
    const sleep = async () => {
      lost.abort(reason)
      throw reason
    }
    const { error, copies, account } = await run({ place, more: { sleep } })
    expect(error).toBe(reason)
    expect(new Set(copies.copies.map(keyOfCopy))).toEqual(new Set(place.waves[0]!.map(locationKey)))
    expect(account.names()).not.toContain(chk(1, '_metadata'))
  })
})

async function firstOf<T>(items: AsyncIterable<T>): Promise<T> {
  for await (const item of items) return item
  throw new Error('nothing came')
}
