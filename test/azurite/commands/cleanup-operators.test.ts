import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PASS } from '../../support/blob-proxy.js'
import { uuid } from '../../support/builders.js'
import {
  CLEANUP,
  ENDED,
  GOING_BLOBS,
  LAST,
  LIVE,
  overwrite,
  type Site,
  STAYING,
  sorted,
  startSite,
  TREE,
} from '../../support/cleanup-site.js'
import { cluster, type FakeJob } from '../../support/fake-cluster.js'
import { startCli } from '../../support/run-cli.js'

let site: Site

beforeEach(async () => {
  site = await startSite()
})
afterEach(() => site.close())

const deletesSent = () => site.proxy.requests.filter((one) => one.kind === 'delete').length

/** A run that is cut off after three deletes, for want of a right. */
async function cutOff(): Promise<string> {
  site.proxy.decide(({ kind, before }) =>
    kind === 'delete' && before >= 3 ? { status: 403, code: 'AuthorizationPermissionMismatch' } : PASS,
  )
  const { json } = await site.cleanup('--yes')
  site.proxy.decide(() => PASS)
  expect(json.result?.deletedBlobs).toBe(3)
  return json.runId ?? ''
}

async function resume(runId: string, ...args: string[]) {
  const ended = await site.cli.run(['cleanup', '--resume', runId, ...args, '--json'])
  return { ...ended, json: JSON.parse(ended.stdout) }
}

const REST = { deletedBlobs: GOING_BLOBS - 3, alreadyGone: 0, changed: 0, failed: [], uncertain: 0, problem: null }

describe('two clean-ups at once', () => {
  it('one runs; the other exits with 10, says who holds the lock and since when, and until when at most', async () => {
    let second = ''
    let secondCode = 0
    site.proxy.decide(async ({ kind, before }) => {
      if (kind !== 'delete' || before !== 0) return PASS
      const ended = await site.cli.run([...CLEANUP, '--yes'], { ownProcess: true })
      second = ended.stderr
      secondCode = ended.code
      return PASS
    })
    const startedAt = new Date()
    const first = await site.cleanup('--yes')

    const [, runId, since] = /run (\S+) on \S+ \(process \d+\), since (\S+)\.\n/.exec(second) ?? []
    const [, until = ''] = /the lock is free again by (\S+) at the latest\./.exec(second) ?? []
    expect(second).toMatch(/^Error: Another clean-up holds the lock on /)
    expect(secondCode).toBe(10)
    expect(runId).toBe(first.json.runId)
    expect(Date.parse(since ?? '')).toBeGreaterThanOrEqual(startedAt.getTime())
    expect(Date.parse(until) - Date.parse(since ?? '')).toBeGreaterThanOrEqual(60_000)
    expect(first.json.result).toMatchObject({ deletedBlobs: GOING_BLOBS, failed: [] })
    expect(first.code).toBe(0)
  }, 120_000)
})

describe('a job that starts between plan and delete', () => {
  it.each<[string, Partial<FakeJob>]>([
    ['with CLAIM from what stays', { restoredFrom: LAST }],
    ['from what was to go', { restoredFrom: `checkpoints/${ENDED}/chk-2` }],
    ['and is still initializing', { state: 'INITIALIZING' }],
  ])('ends the run: %s', async (_, { restoredFrom, ...job }) => {
    site.proxy.decide(({ kind, before }) => {
      const started = {
        jobId: LIVE,
        name: 'sales',
        ...job,
        ...(restoredFrom !== undefined && { restoredFrom: site.cli.path(restoredFrom) }),
      }
      if (kind === 'lease' && before === 0) site.jobManager.script(cluster({ jobs: [started] }))
      return PASS
    })
    const { code, json } = await site.cleanup('--yes')

    expect(json.error).toMatchObject({
      code: 'RECHECK',
      message: `The plan does not hold any more: job sales (${LIVE.slice(0, 8)}) started meanwhile.`,
    })
    expect(json.error?.suggestions).toContain('Nothing was deleted.')
    expect(code).toBe(6)
    expect(deletesSent()).toBe(0)
  })
})

describe('cleanup after a run that was cut off when the _metadata had gone', () => {
  /** Files beside which `_metadata` weighs nothing: without their `_metadata` they are orphans, and most of the container. */
  const growFiles = async () => {
    for (const number of [1, 2, 3]) await overwrite(site.client, `${TREE}/shared/${uuid(number)}`, Buffer.alloc(40_000))
  }

  it('goes on, on this machine or another: what was confirmed once is no surprise', async () => {
    await growFiles()
    await cutOff()
    const { container, endpoint } = { container: site.client.containerName, endpoint: site.proxy.endpoint }
    const other = await startCli({ container, endpoint, jobManagers: [site.jobManager.url] })
    const elsewhere = await other.run([...CLEANUP, '--dry-run'])
    await other.close()
    const here = await site.cleanup('--yes')

    expect(elsewhere.stdout).toMatch(/\nDry run: nothing was deleted\.\n$/)
    expect(here.json).toMatchObject({ outcome: 'done', result: REST })
    expect(sorted(await site.names())).toEqual(STAYING)
  })

  it('refuses a large share of orphans that nobody confirmed', async () => {
    await growFiles()
    for (const id of [1, 2, 3]) await site.client.deleteBlob(`${TREE}/chk-${id}/_metadata`)
    const { code, json } = await site.cleanup('--yes')

    expect(json.guards).toContainEqual(
      expect.objectContaining({ name: 'share', status: 'refuse', override: expect.stringContaining('--max-share') }),
    )
    expect(code).toBe(6)
  })
})

describe('cleanup --resume', () => {
  it('finishes exactly the rest of the plan', async () => {
    const { json, code } = await resume(await cutOff())

    expect(json).toMatchObject({ outcome: 'done', result: REST })
    expect(code).toBe(0)
    expect(sorted(await site.names())).toEqual(STAYING)
  })

  it('finishes the run of another machine, from the copy next to the data', async () => {
    const runId = await cutOff()
    const { container, endpoint } = { container: site.client.containerName, endpoint: site.proxy.endpoint }
    const other = await startCli({ container, endpoint, jobManagers: [site.jobManager.url] })
    const { stdout, code } = await other.run(['cleanup', '--resume', runId, '--json'])
    await other.close()

    // What that machine deleted, this one finds gone.
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'done', result: { ...REST, alreadyGone: 3 } })
    expect(code).toBe(0)
    expect(sorted(await site.names())).toEqual(STAYING)
  })

  it('deletes nothing under --dry-run', async () => {
    const runId = await cutOff()
    const before = await site.names()
    const { stdout, code } = await site.cli.run(['cleanup', '--resume', runId, '--dry-run'])

    expect(stdout).toMatch(
      new RegExp(`^Run ${runId} of \\S+: 3 blobs done, ${GOING_BLOBS - 3} blobs to go\\.\nDry run: nothing was deleted\\.\n$`),
    )
    expect(code).toBe(0)
    expect(await site.names()).toEqual(before)
  })

  it('ends before its first delete when a job has started since', async () => {
    const runId = await cutOff()
    const before = await site.names()
    site.jobManager.script(cluster({ jobs: [{ jobId: LIVE, name: 'sales', restoredFrom: site.cli.path(LAST) }] }))
    const { json, code } = await resume(runId)

    expect(json.error).toMatchObject({ code: 'RECHECK', message: expect.stringContaining('started meanwhile') })
    expect(code).toBe(6)
    expect(await site.names()).toEqual(before)
  })

  it('refuses a run about a container in which no root lies: nobody would look again there', async () => {
    const runId = await cutOff()
    const elsewhere = { context: { roots: { checkpoints: ['wasbs://other@coolr0flink0starrocks.blob.core.windows.net/checkpoints'] } } }
    const other = await startCli({ container: 'other', endpoint: site.proxy.endpoint, jobManagers: [site.jobManager.url], ...elsewhere })
    const { stderr, code } = await other.run(['cleanup', '--resume', runId], { env: { XDG_STATE_HOME: site.cli.env.XDG_STATE_HOME } })
    await other.close()

    expect(stderr).toMatch(
      new RegExp(`^Error: Run ${runId} is about the container ${site.client.containerName} of \\S+, which no root lies in\\.\n`),
    )
    expect(code).toBe(6)
  })

  it('has exit 5 for a run that nobody made, and names those of this machine', async () => {
    const runId = await cutOff()
    const { json, code } = await resume('20200101T000000-abcdef')

    expect(json.error).toMatchObject({ code: 'RUN_NOT_FOUND', suggestions: [`Runs of this machine: ${runId}.`] })
    expect(code).toBe(5)
  })
})
