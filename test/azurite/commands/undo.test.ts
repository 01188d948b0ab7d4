import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GOING_BLOBS, LOCK, ownFile, type Site, STAYING, sorted, startSite, TREE } from '../../support/cleanup-site.js'
import { keepDeleted } from '../../support/soft-delete.js'

let site: Site

beforeEach(async () => {
  site = await startSite()
})
afterEach(() => site.close())

async function cleanedUp(): Promise<string> {
  const { json } = await site.cleanup('--yes')
  expect(json.result?.deletedBlobs).toBe(GOING_BLOBS)
  return json.runId ?? ''
}

describe('undo where the account keeps deleted blobs', () => {
  it('brings back all that a run deleted, a _metadata only after its files', async () => {
    keepDeleted(site.proxy, site.client)
    const before = sorted(await site.names())
    const runId = await cleanedUp()
    const { stdout, code } = await site.cli.run(['undo', runId, '--yes'])

    expect(stdout).toMatch(
      new RegExp(`^Run ${runId} of \\S+ planned to delete ${GOING_BLOBS} blobs\\.\nBrought back ${GOING_BLOBS} blobs, .*\\.\n$`),
    )
    expect(code).toBe(0)
    expect(sorted(await site.names())).toEqual(before)
    const back = site.proxy.requests.filter((one) => one.kind === 'undelete').map((one) => one.name)
    expect(back.slice(-3).every((name) => name.endsWith('/_metadata'))).toBe(true)
    expect((await site.cli.run(['list-checkpoints'])).stdout.match(/\tcomplete\t/g)).toHaveLength(4)
  })

  it('leaves a snapshot deleted of which a file is lost for good, and says so: exit 3', async () => {
    const trash = keepDeleted(site.proxy, site.client)
    const runId = await cleanedUp()
    trash.forget(`${TREE}/chk-1/${ownFile(1)}`)
    const { stdout, code } = await site.cli.run(['undo', runId, '--yes', '--json'])

    expect(JSON.parse(stdout)).toMatchObject({
      runId,
      outcome: 'partial',
      result: { restoredBlobs: GOING_BLOBS - 2, there: 0, failed: [], offersUndelete: true },
    })
    const lost = [`${TREE}/chk-1/${ownFile(1)}`, `${TREE}/chk-1/_metadata`]
    expect(sorted(JSON.parse(stdout).result.lost)).toEqual(sorted(lost.map((name) => site.cli.path(name))))
    expect(await site.names()).not.toContain(`${TREE}/chk-1/_metadata`)
    expect(code).toBe(3)
  })

  it('brings nothing back under --dry-run, nor without a yes', async () => {
    keepDeleted(site.proxy, site.client)
    const runId = await cleanedUp()
    const dry = await site.cli.run(['undo', runId, '--dry-run', '--json'])
    const unasked = await site.cli.run(['undo', runId])

    expect(JSON.parse(dry.stdout)).toMatchObject({ runId, outcome: 'planned', result: null })
    expect(dry.code).toBe(0)
    expect(unasked.stderr).toBe('Error: Nothing was brought back.\n  Confirm with --yes.\n')
    expect(unasked.code).toBe(6)
    expect(sorted(await site.names())).toEqual(STAYING)
  })

  it('waits for no clean-up: with 10 it names who holds the lock', async () => {
    keepDeleted(site.proxy, site.client)
    const runId = await cleanedUp()
    const lease = site.client.getBlobClient(LOCK).getBlobLeaseClient()
    await lease.acquireLease(-1)
    const { stderr, code } = await site.cli.run(['undo', runId, '--yes'])
    await lease.breakLease(0)

    expect(stderr).toMatch(/^Error: Another clean-up holds the lock on /)
    expect(code).toBe(10)
    expect(sorted(await site.names())).toEqual(STAYING)
  })
})

describe('undo where the service has no undelete', () => {
  it('says plainly that nothing can come back, not to try again: exit 3', async () => {
    const runId = await cleanedUp()
    const { stdout, code } = await site.cli.run(['undo', runId, '--yes'])

    expect(stdout.split('\n').slice(1)).toEqual([
      'Brought back 0 blobs, 0 B.',
      `Cannot come back: ${GOING_BLOBS} blobs: this storage service has no undelete, and no earlier version of them.`,
      '',
    ])
    expect(code).toBe(3)
    expect(sorted(await site.names())).toEqual(STAYING)
  })
})
