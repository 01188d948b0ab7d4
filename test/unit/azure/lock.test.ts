import { afterEach, describe, expect, it } from 'vitest'
import type { LeaseTimes } from '../../../src/lib/azure/lease.js'
import { acquireLock } from '../../../src/lib/azure/lock.js'
import { serviceClient } from '../../../src/lib/azure/service-client.js'
import { Secret } from '../../../src/lib/secret.js'
import {
  ACCOUNT,
  type Answer,
  answer,
  BLOB_HEADERS,
  CONTAINER,
  MARKED_KEY,
  refusal,
  type ScriptedServer,
  scriptedServer,
} from './scripted-server.js'

const { signal } = new AbortController()
/** Runs out 300 ms after the last renewal, the margin of 5 s taken off. */
const SHORT = { leaseMs: 5300, renewMs: 40 }
const taken = [answer(201, BLOB_HEADERS), answer(201, { ...BLOB_HEADERS, 'x-ms-lease-id': 'l' }), answer(201, BLOB_HEADERS)]

let server: ScriptedServer | undefined
afterEach(() => server?.close())

async function acquire(...answers: Answer[]) {
  return acquireFor(SHORT, answers)
}

async function acquireFor(times: LeaseTimes, answers: Answer[]) {
  server = await scriptedServer(answers)
  const credential = { kind: 'key', key: new Secret(MARKED_KEY) } as const
  const access = { account: ACCOUNT, endpoint: server.endpoint, credential, source: 'test' }
  const service = await serviceClient(access, { maxTries: 1, retryDelayInMs: 1 }, () => Promise.reject(new Error('not needed')))
  const target = { account: ACCOUNT, container: CONTAINER, client: service.getContainerClient(CONTAINER) }
  return acquireLock(target, { runId: 'run-1', signal, times })
}

const lostWithin = (lost: AbortSignal, ms: number) =>
  new Promise<boolean>((resolve) => {
    lost.addEventListener('abort', () => resolve(true))
    setTimeout(() => resolve(lost.aborted), ms)
  })

describe('a held lock', () => {
  it('is lost when no renewal gets through before the lease runs out', async () => {
    const lock = await acquire(...taken, refusal(503, 'ServerBusy'))
    expect(await lostWithin(lock.lost, 100)).toBe(false)
    expect(await lostWithin(lock.lost, 2000)).toBe(true)
    expect(lock.lost.reason).toMatchObject({ code: 'LOCK_LOST', exitCode: 10 })
    await lock.release()
  })

  it('stays when a renewal fails and the next one gets through', async () => {
    const renewed = answer(200, { ...BLOB_HEADERS, 'x-ms-lease-id': 'l' })
    const lock = await acquire(...taken, refusal(500, 'InternalError'), (_, response) => response.destroy(), renewed)
    expect(await lostWithin(lock.lost, 800)).toBe(false)
    await lock.release()
  })

  it.each([refusal(409, 'LeaseLost'), refusal(412, 'LeaseNotPresentWithBlobOperation'), refusal(404, 'BlobNotFound')])(
    'is lost at once when the service says so',
    async (said) => {
      const lock = await acquire(...taken, said)
      expect(await lostWithin(lock.lost, 250)).toBe(true)
      await lock.release()
    },
  )

  it('can be given back while the service does not answer', async () => {
    // No renewal comes between: what does not answer is the release.
    const lock = await acquireFor({ leaseMs: 60_000, renewMs: 20_000 }, [...taken, (_, response) => response.destroy()])
    await lock.release()
    expect(lock.lost.aborted).toBe(false)
  })
})

describe('taking the lock', () => {
  it('goes on when the lock blob is there, leased or not', async () => {
    for (const there of [refusal(409, 'BlobAlreadyExists'), refusal(412, 'LeaseIdMissing')]) {
      const lock = await acquire(there, ...taken.slice(1), answer(200, { ...BLOB_HEADERS, 'x-ms-lease-id': 'l' }))
      await lock.release()
      await server?.close()
    }
  })

  it('turns away without knowing by whom when the blob does not say', async () => {
    const held = acquire(refusal(412, 'LeaseIdMissing'), refusal(409, 'LeaseAlreadyPresent'), answer(200, BLOB_HEADERS, 'rubbish'))
    await expect(held).rejects.toMatchObject({
      code: 'LOCKED',
      exitCode: 10,
      message: expect.stringContaining('by whom is not written there'),
    })
  })

  it.each([
    ['the create', [refusal(403, 'AuthorizationPermissionMismatch')]],
    ['the lease', [taken[0] ?? answer(201), refusal(403, 'AuthorizationPermissionMismatch')]],
    ['the owner', [...taken.slice(0, 2), refusal(403, 'AuthorizationPermissionMismatch')]],
  ])('names the role when %s is refused', async (_, answers) => {
    await expect(acquire(...answers)).rejects.toMatchObject({
      code: 'NOT_AUTHORISED',
      exitCode: 4,
      suggestions: [expect.stringContaining('Storage Blob Data Contributor')],
    })
  })
})
