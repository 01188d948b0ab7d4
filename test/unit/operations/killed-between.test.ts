import { expect, it } from 'vitest'
import { listCopies } from '../../../src/lib/operations/copies.js'
import { putBackKept } from '../../../src/lib/operations/execute-put-back.js'
import { executeRun } from '../../../src/lib/operations/execute-run.js'
import type { Deletion } from '../../../src/lib/operations/execution.js'
import { withCopies } from '../../../src/lib/operations/with-copies.js'
import { locationKey } from '../../../src/lib/state/location.js'
import type { Meanwhile } from '../../../src/lib/state/meanwhile.js'
import { MemoryAccount } from '../../support/memory-account.js'

const signal = new AbortController().signal
const PLACE = { account: 'acct.blob.core.windows.net', container: 'flink' }
const IDS = [1, 2, 3]
const chk = (id: number, name: string) => `checkpoints/a/chk-${id}/${name}`
const metadataOf = (id: number) => chk(id, '_metadata')
const RESTORED: Meanwhile = {
  restored: [{ job: 'sales', path: 'wasbs://flink@acct.blob.core.windows.net/checkpoints/a/chk-2' }],
  unsaid: null,
}

function site(keepsDeleted: boolean) {
  const account = new MemoryAccount(PLACE)
  account.keepsDeleted = keepsDeleted
  for (const id of IDS) for (const name of ['_metadata', 'file']) account.put(chk(id, name), `${name} of ${id}`)
  const deletion = (name: string, after: string[]): Deletion => {
    const { etag, sizeBytes } = account.blobs.get(name)!
    return { ...PLACE, name, sizeBytes, etag, reason: 'expired-checkpoint', after }
  }
  const keyOf = (id: number) => locationKey({ ...PLACE, name: metadataOf(id) })
  const waves = [IDS.map((id) => deletion(metadataOf(id), [])), IDS.map((id) => deletion(chk(id, 'file'), [keyOf(id)]))]
  return { account, waves }
}

/** Dies at its nth request; `isDone`: when the service has done that one already. */
function mortal(account: MemoryAccount, at: number, isDone: boolean): { account: MemoryAccount; isDead: () => boolean } {
  let count = 0
  const guard =
    (work: (...args: unknown[]) => unknown) =>
    async (...args: unknown[]) => {
      const mine = ++count
      if (mine > at || (mine === at && !isDone)) throw new Error('killed')
      const answer = await work(...args)
      if (mine === at) throw new Error('killed')
      return answer
    }
  const proxy = new Proxy(account, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name)
      if (name === 'acquire') return async () => ({ lost: signal, release: async () => undefined })
      if (name === 'eraser')
        return async (one: string, container: string) => {
          const eraser = await target.eraser(one, container)
          return { ...eraser, perRequest: 1, delete: guard((...args) => Reflect.apply(eraser.delete, eraser, args)) }
        }
      return typeof value === 'function' ? guard((...args) => Reflect.apply(value, target, args)) : value
    },
  })
  return { account: proxy, isDead: () => count >= at }
}

async function run(account: MemoryAccount, waves: Deletion[][], seen: Meanwhile): Promise<unknown> {
  const clusters = { refreshMs: async () => 0, look: async () => seen }
  const input = {
    runId: 'run-1',
    record: () => ({}),
    containers: [PLACE],
    storage: account,
    signal,
    sleep: async () => undefined,
    now: () => 0,
  }
  const runs = {
    planned: async () => undefined,
    progress: async () => undefined,
    plan: async () => null,
    entries: async () => [],
    runs: async () => [],
  }
  return executeRun({ ...input, runs, recheck: async () => ({ state: 'go', waves, left: [], clusters }) }).catch(() => null)
}

/** What every command of every machine sees. */
async function seenMetadata(account: MemoryAccount): Promise<Map<string, number>> {
  const seen = new Map<string, number>()
  for await (const { blobs } of withCopies(account.reader(), account).list({ signal }))
    for (const { name, lastModifiedMs } of blobs)
      if (name.endsWith('/_metadata') && !name.startsWith('_flinkops/')) seen.set(name, lastModifiedMs)
  return seen
}

const ALL = Array.from({ length: 60 }, (_, at) => at + 1).flatMap((at) => [true, false].map((isDone) => ({ at, isDone })))

const idsWithFiles = (account: MemoryAccount) => IDS.filter((id) => account.blobs.has(chk(id, 'file')))

/** Whoever comes next keeps them all, since they were pinned; answers whether the run died. */
async function dieAndKeepAll(keepsDeleted: boolean, seen: Meanwhile, { at, isDone }: { at: number; isDone: boolean }): Promise<boolean> {
  const { account, waves } = site(keepsDeleted)
  const dates = await seenMetadata(account)
  const dying = mortal(account, at, isDone)
  await run(dying.account, waves, seen)
  if (!dying.isDead()) return false
  const told = `at ${at}, ${isDone}`
  const before = await seenMetadata(account)
  for (const id of idsWithFiles(account)) expect(before.has(metadataOf(id)), told).toBe(true)
  await putBackKept({ places: [PLACE], wanted: new Set(), storage: account, signal })
  const after = await seenMetadata(account)
  for (const id of idsWithFiles(account)) {
    expect(account.blobs.get(metadataOf(id))?.bytes, told).toBe(`_metadata of ${id}`)
    expect(after.get(metadataOf(id)), told).toBe(dates.get(metadataOf(id)))
  }
  expect((await listCopies(account, PLACE, signal)).copies, told).toEqual([])
  return true
}

it.each([
  ['keeps deleted blobs', true],
  ['does not', false],
])('killed at any request, on an account that %s: no _metadata is lost while its files are there', async (_, keepsDeleted) => {
  let died = 0
  for (const seen of [{ restored: [], unsaid: null }, RESTORED])
    for (const point of ALL) if (await dieAndKeepAll(keepsDeleted, seen, point)) died++
  expect(died).toBeGreaterThan(60)
})

it('killed at any request and gone on with by the same plan: the end is that of one run', async () => {
  for (const { at, isDone } of ALL) {
    const { account, waves } = site(true)
    await run(mortal(account, at, isDone).account, waves, { restored: [], unsaid: null })
    await run(account, waves, { restored: [], unsaid: null })
    expect(account.names(), `at ${at}, ${isDone}`).toEqual([])
    expect((await listCopies(account, PLACE, signal)).copies).toEqual([])
  }
})

it('killed at any request and gone on with by who keeps one that a job was restored from: that one is whole', async () => {
  for (const { at, isDone } of ALL) {
    const { account, waves } = site(false)
    await run(mortal(account, at, isDone).account, waves, RESTORED)
    const wasWhole = account.blobs.has(chk(2, 'file'))
    const narrowed = waves.map((wave) => wave.filter(({ name }) => !name.includes('chk-2/')))
    await run(account, narrowed, { restored: [], unsaid: null })
    expect(wasWhole, `at ${at}, ${isDone}`).toBe(true)
    expect(new Set(account.names()), `at ${at}, ${isDone}`).toEqual(new Set([metadataOf(2), chk(2, 'file')]))
  }
})
