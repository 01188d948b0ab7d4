import { hostname } from 'node:os'
import { beforeEach, describe, expect, it } from 'vitest'
import { acquireLock } from '../../../src/lib/azure/lock.js'
import { LOCKS } from '../../../src/lib/azure/lock-kinds.js'
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
  return JSON.parse((await fresh.client.getBlobClient(LOCKS.cleanup.blob).downloadToBuffer()).toString('utf8'))
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
    await fresh.client.getBlobClient(LOCKS.cleanup.blob).getBlobLeaseClient().breakLease(0)
    await new Promise((resolve) => lock.lost.addEventListener('abort', resolve))
    expect(lock.lost.reason).toMatchObject({ code: 'LOCK_LOST', exitCode: 10 })
    await lock.release()
  })

  it('needs a container', async () => {
    const gone = locks().acquire({ account: fresh.accountHost, container: 'no-such-container', runId: 'r', signal })
    await expect(gone).rejects.toMatchObject({ code: 'CONTAINER_NOT_FOUND', exitCode: 5 })
  })
})

describe('the lock on a maintenance window', () => {
  const MINE = '6f1c0b52-0d3e-4c59-9a56-1d2f3e4a5b6c'
  const acquireWindow = (leaseId: string, command = 'stop --all') =>
    locks().acquireWindow({ account: fresh.accountHost, container: fresh.container, command, leaseId, signal })

  it('turns another machine away, naming who is at it and since when', async () => {
    const lock = await acquireWindow(MINE)
    await expect(acquireWindow('00000000-0d3e-4c59-9a56-1d2f3e4a5b6c', 'resume --all')).rejects.toMatchObject({
      code: 'LOCKED',
      exitCode: 10,
      message: expect.stringMatching(
        `^Another flinkops is stopping or bringing back jobs .*: stop --all on ${hostname()} \\(process ${process.pid}\\), since 20.*Z\\.$`,
      ),
      suggestions: [expect.stringContaining('the lock is free again by 20')],
    })
    await lock.release()
    await (await acquireWindow('00000000-0d3e-4c59-9a56-1d2f3e4a5b6c')).release()
  })

  it('is taken up at once by the machine whose process was killed while it held it', async () => {
    await acquireWindow(MINE)
    await (await acquireWindow(MINE)).release()
  })

  it('is another than that of the clean-up', async () => {
    const lock = await acquireWindow(MINE)
    await (await acquire('run-1')).release()
    await lock.release()
  })
})
