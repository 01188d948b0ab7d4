import { hostname } from 'node:os'
import { beforeEach, describe, expect, it } from 'vitest'
import { acquireLock, LOCK_NAME } from '../../../src/lib/azure/lock.js'
import { createStorage } from '../../../src/lib/azure/storage.js'
import { Secret } from '../../../src/lib/secret.js'
import { EMULATOR_KEY, type FreshContainer, freshContainer } from '../../support/azurite.js'

const { signal } = new AbortController()
const QUICK = { leaseMs: 15_000, renewMs: 100 }

let fresh: FreshContainer

beforeEach(async () => {
  fresh = await freshContainer()
})

function target() {
  return { account: fresh.accountHost, container: fresh.container, client: fresh.client }
}

function locks() {
  const credential = { kind: 'key', key: new Secret(EMULATOR_KEY) } as const
  return createStorage({ accessFor: (account) => ({ account, endpoint: fresh.endpoint, credential, source: 'test' }) })
}

const acquire = (runId: string) => locks().acquire({ account: fresh.accountHost, container: fresh.container, runId, signal })

async function owner(): Promise<unknown> {
  return JSON.parse((await fresh.client.getBlobClient(LOCK_NAME).downloadToBuffer()).toString('utf8'))
}

describe('the clean-up lock', () => {
  it('says in the container who holds it', async () => {
    const lock = await acquire('run-1')
    expect(await owner()).toEqual({ host: hostname(), pid: process.pid, startedAt: expect.any(String), runId: 'run-1' })
    expect(lock.lost.aborted).toBe(false)
    await lock.release()
  })

  it('turns the second one away, naming the first', async () => {
    const lock = await acquire('run-1')
    await expect(acquire('run-2')).rejects.toMatchObject({
      code: 'LOCKED',
      exitCode: 10,
      message: expect.stringMatching(`run run-1 on ${hostname()} \\(process ${process.pid}\\), since 20`),
    })
    expect(await owner()).toMatchObject({ runId: 'run-1' })
    await lock.release()
    const next = await acquire('run-2')
    expect(await owner()).toMatchObject({ runId: 'run-2' })
    await next.release()
  })

  it('goes to just one of many that begin at the same time', async () => {
    const results = await Promise.allSettled(['a', 'b', 'c', 'd'].map(acquire))
    const held = results.filter((result) => result.status === 'fulfilled')
    expect(held).toHaveLength(1)
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'LOCKED' })
    await held[0]?.value.release()
  })

  it('is renewed for as long as it is held', async () => {
    const lock = await acquireLock(target(), { runId: 'run-1', signal, times: QUICK })
    await new Promise((resolve) => setTimeout(resolve, 16_000))
    expect(lock.lost.aborted).toBe(false)
    await expect(acquire('run-2')).rejects.toMatchObject({ code: 'LOCKED' })
    await lock.release()
  })

  it('tells at once when it was broken by somebody else', async () => {
    const lock = await acquireLock(target(), { runId: 'run-1', signal, times: QUICK })
    await fresh.client.getBlobClient(LOCK_NAME).getBlobLeaseClient().breakLease(0)
    await new Promise((resolve) => lock.lost.addEventListener('abort', resolve))
    expect(lock.lost.reason).toMatchObject({ code: 'LOCK_LOST', exitCode: 10 })
    await lock.release()
  })

  it('needs a container', async () => {
    const gone = locks().acquire({ account: fresh.accountHost, container: 'no-such-container', runId: 'r', signal })
    await expect(gone).rejects.toMatchObject({ code: 'CONTAINER_NOT_FOUND', exitCode: 5 })
  })
})
