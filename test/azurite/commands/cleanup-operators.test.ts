import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { runIdOf } from '../../../src/lib/operations/run-record.js'
import { PASS } from '../../support/blob-proxy.js'
import { uuid } from '../../support/builders.js'
import {
  CLEANUP,
  GOING_BLOBS,
  LAST,
  LIVE,
  NEEDED,
  overwrite,
  ownFile,
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

/** A run that is cut off after three deletes, or before the first, for want of a right. */
async function cutOff(after: 'three deletes' | 'none' = 'three deletes'): Promise<string> {
  const most = after === 'none' ? 0 : 3
  site.proxy.decide(({ kind, before }) =>
    kind === 'delete' && before >= most ? { status: 403, code: 'AuthorizationPermissionMismatch' } : PASS,
  )
  const { json } = await site.cleanup('--yes')
  site.proxy.decide(() => PASS)
  expect(json.result?.deletedBlobs).toBe(most)
  return json.runId ?? ''
}

async function resume(runId: string, ...args: string[]) {
  const ended = await site.cli.run(['cleanup', '--resume', runId, '--without-soft-delete', '--yes', ...args, '--json'])
  return { ...ended, json: JSON.parse(ended.stdout) }
}

/** What a run that goes on says: the `_metadata` of which it has copies count as there until then. */
const REST = { deletedBlobs: GOING_BLOBS - 3, alreadyGone: 3, changed: 0, spared: 0, failed: [], uncertain: 0, problem: null }

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
  /** Once, at the first request of its kind after the lock was asked for. */
  function startAt(at: 'lease' | 'list', nth: number, { restoredFrom, ...job }: Partial<FakeJob>): void {
    let seen = 0
    let isLocked = false
    site.proxy.decide(({ kind }) => {
      isLocked ||= kind === 'lease'
      if (isLocked && kind === at && seen++ === nth) {
        const path = restoredFrom === undefined ? {} : { restoredFrom: site.cli.path(restoredFrom) }
        site.jobManager.script(cluster({ jobs: [{ jobId: LIVE, name: 'sales', ...job, ...path }] }))
      }
      return PASS
    })
  }

  it('from what stays, and may claim it: the one before stays, too, and the rest goes', async () => {
    startAt('lease', 0, { restoredFrom: LAST })
    const { code, json } = await site.cleanup('--yes')

    // Its `_metadata`, its own file, the shared file that only it needs, and its directory.
    const before = [`${TREE}/chk-3`, `${TREE}/chk-3/_metadata`, `${TREE}/chk-3/${ownFile(3)}`, `${TREE}/shared/${uuid(3)}`]
    expect(json.result).toMatchObject({ deletedBlobs: GOING_BLOBS - 4, spared: 4, failed: [] })
    expect(code).toBe(0)
    expect(sorted(await site.names())).toEqual(sorted([...STAYING, ...before]))
  })

  it('from what was to go: that is spared with all that it needs, and reported', async () => {
    startAt('lease', 0, { restoredFrom: `${TREE}/chk-2` })
    const { code, json } = await site.cleanup('--yes')

    // Its `_metadata`, its own file, its two shared files, and its directory.
    const spared = [`${TREE}/chk-2`, `${TREE}/chk-2/_metadata`, `${TREE}/chk-2/${ownFile(2)}`]
    expect(json.result).toMatchObject({ spared: 5, deletedBlobs: GOING_BLOBS - 5, failed: [] })
    expect(code).toBe(0)
    expect(sorted(await site.names())).toEqual(sorted([...STAYING, ...spared, ...[2, 3].map((number) => `${TREE}/shared/${uuid(number)}`)]))
  })

  it.each<[string, 'lease' | 'list', Partial<FakeJob>, string]>([
    ['and is still initializing', 'lease', { state: 'INITIALIZING' }, 'starting: job sales is INITIALIZING and may be restoring'],
    ['while storage is listed again', 'list', { restoredFrom: LAST }, `job sales (${LIVE.slice(0, 8)}) started meanwhile`],
    ['while storage is listed again, from what was to go', 'list', { restoredFrom: `${TREE}/chk-2` }, 'started meanwhile'],
  ])('ends the run: %s', async (_, at, job, why) => {
    startAt(at, 0, job)
    const { code, json } = await site.cleanup('--yes')

    expect(json.error).toMatchObject({ code: 'RECHECK', message: expect.stringContaining(why) })
    expect(json.error?.message).toMatch(/^The plan does not hold any more: /)
    expect(json.error?.suggestions).toContain('Nothing was deleted.')
    expect(code).toBe(6)
    expect(deletesSent()).toBe(0)
  })
})

describe('what changes while a plan waits for its answer', () => {
  const atLease = (act: () => Promise<unknown>) =>
    site.proxy.decide(async ({ kind, before }) => {
      if (kind === 'lease' && before === 0) await act()
      return PASS
    })

  it('a pin: what it names stays', async () => {
    const config = join(site.cli.dir, 'flinkops.yaml')
    atLease(async () => writeFile(config, withField(await readFile(config, 'utf8'), { pins: [site.cli.path(`${TREE}/chk-1`)] })))
    const { code, json } = await site.cleanup('--yes')

    expect(json.result?.spared).toBeGreaterThan(0)
    expect(code).toBe(0)
    expect(await site.names()).toContain(`${TREE}/chk-1/_metadata`)
  })

  it('the newest restore point vanishes: the one before it stays', async () => {
    atLease(() => site.client.deleteBlob(`${LAST}/_metadata`))
    const { code } = await site.cleanup('--yes')

    expect(code).toBe(0)
    expect(await site.names()).toEqual(
      expect.arrayContaining([`${TREE}/chk-3/_metadata`, ...[3, 4].map((number) => `${TREE}/shared/${uuid(number)}`)]),
    )
  })
})

/** The configuration of the one context, with a field more. */
function withField(text: string, field: object): string {
  const { contexts, ...rest } = parseYaml(text)
  return JSON.stringify({
    ...rest,
    contexts: Object.fromEntries(Object.entries(contexts).map(([name, one]) => [name, { ...Object(one), ...field }])),
  })
}

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
    const { stdout, code } = await other.run(['cleanup', '--resume', runId, '--without-soft-delete', '--yes', '--json'])
    await other.close()

    // What that machine deleted, this one finds gone.
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'done', result: REST })
    expect(code).toBe(0)
    expect(sorted(await site.names())).toEqual(STAYING)
  })

  it('shows what is left of the plan under --dry-run, and deletes nothing', async () => {
    const runId = await cutOff()
    const before = await site.names()
    const { stdout, code } = await site.cli.run(['cleanup', '--resume', runId, '--without-soft-delete', '--dry-run'])

    expect(stdout).toMatch(new RegExp(`^Run ${runId} of \\S+: 0 blobs done, ${GOING_BLOBS} blobs to go\\.\n\nScanned `))
    expect(stdout).toContain(`\nDelete ${GOING_BLOBS} blobs, frees `)
    expect(stdout).toMatch(/\nDry run: nothing was deleted\.\n$/)
    expect(code).toBe(0)
    expect(await site.names()).toEqual(before)
  })

  it('is shown and confirmed as a new plan is: in a pipe nothing goes without --yes', async () => {
    const runId = await cutOff()
    const before = await site.names()
    const { stdout, code } = await site.cli.run(['cleanup', '--resume', runId, '--without-soft-delete'])

    expect(stdout).toContain('Guards: ')
    expect(stdout).toMatch(/\nNothing was deleted: there is nobody to ask\. Confirm with --yes\.\n$/)
    expect(code).toBe(6)
    expect(await site.names()).toEqual(before)
  })

  it('is refused by the guards of now, as a new plan is: what it had taken aside is put back', async () => {
    const runId = await cutOff()
    const before = await site.names()
    const { stdout, code } = await site.cli.run(['cleanup', '--resume', runId, '--yes'])

    expect(stdout).toMatch(/\nRefused: soft-delete\. Nothing was deleted\.\n$/)
    expect(code).toBe(6)
    const back = [1, 2, 3].map((id) => `${TREE}/chk-${id}/_metadata`)
    expect(sorted(await site.names())).toEqual(sorted([...before, ...back]))
  })

  it('spares what a job that has started since came from, and finishes the rest', async () => {
    const runId = await cutOff('none')
    site.jobManager.script(cluster({ jobs: [{ jobId: LIVE, name: 'sales', restoredFrom: site.cli.path(`${TREE}/chk-2`) }] }))
    const { json, code } = await resume(runId)

    expect(json.result).toMatchObject({ spared: 5, failed: [], problem: null })
    expect(code).toBe(0)
    expect(await site.names()).toContain(`${TREE}/chk-2/_metadata`)
    expect(await site.names()).not.toContain(`${TREE}/chk-1/_metadata`)
  })

  it.each(['here', 'on another machine'])('spares what is pinned now, and says so: %s', async (where) => {
    const runId = await cutOff('none')
    const pinned = { pins: [site.cli.path(`${TREE}/chk-2`)] }
    const { container, endpoint } = { container: site.client.containerName, endpoint: site.proxy.endpoint }
    const other = await startCli({ container, endpoint, jobManagers: [site.jobManager.url], context: pinned })
    const env = where === 'here' ? { env: { XDG_STATE_HOME: site.cli.env.XDG_STATE_HOME } } : {}
    const { stdout, code } = await other.run(['cleanup', '--resume', runId, '--without-soft-delete', '--yes'], env)
    await other.close()

    expect(stdout).toContain('5 blobs of its plan stay: the plan of now does not want them.')
    expect(stdout.includes('It was made by: flinkops cleanup --older-than 24h --without-soft-delete --yes --json.')).toBe(where === 'here')
    expect(stdout.includes('this machine did not make it')).toBe(where !== 'here')
    expect(stdout).toContain('Spared because the plan, made again, does not want it any more: 5 blobs.')
    expect(code).toBe(0)
    expect(await site.names()).toEqual(
      expect.arrayContaining([`${TREE}/chk-2/_metadata`, ...[2, 3].map((one) => `${TREE}/shared/${uuid(one)}`)]),
    )
    expect(await site.names()).not.toContain(`${TREE}/chk-1/_metadata`)
  })

  /** What the plan of a run lies in, here and in the container. */
  const local = (runId: string) => join(site.cli.dir, 'state/flinkops/runs', runId, 'plan.json')
  const copyOf = (runId: string) => site.client.getBlockBlobClient(`_flinkops/runs/${runId}/plan.json`)
  /** The plan, with what a running job needs put into it. */
  async function planted(runId: string): Promise<string> {
    const plan = JSON.parse(await readFile(local(runId), 'utf8'))
    const [[sample]] = plan.waves
    const more = NEEDED.map((name) => ({ ...sample, name, after: [], reason: 'orphan' }))
    return JSON.stringify({ ...plan, waves: [...plan.waves, more] })
  }

  it('refuses a plan in the container that somebody has changed, and its undo: exit 6', async () => {
    const runId = await cutOff()
    const text = await planted(runId)
    await copyOf(runId).upload(text, text.length)
    const before = await site.names()
    const { container, endpoint } = { container: site.client.containerName, endpoint: site.proxy.endpoint }
    const other = await startCli({ container, endpoint, jobManagers: [site.jobManager.url] })
    const resumed = await other.run(['cleanup', '--resume', runId, '--without-soft-delete', '--yes'])
    const undone = await other.run(['undo', runId, '--yes'])
    await other.close()

    for (const { stderr, code } of [resumed, undone]) {
      expect(stderr).toMatch(
        new RegExp(`^Error: The plan of run ${runId} is not the plan that the run was made with: somebody has changed it\\.\n`),
      )
      expect(code).toBe(6)
    }
    expect(await site.names()).toEqual(before)
  })

  it('deletes nothing that a snapshot needs, although a whole plan with a fitting id says so', async () => {
    const { runId: _, ...plan } = JSON.parse(await planted(await cutOff()))
    const etags = new Map<string, string>()
    for await (const { name, properties } of site.client.listBlobsFlat()) etags.set(name, properties.etag.replaceAll('"', ''))
    const waves = plan.waves.map((wave: { name: string; etag: string }[]) =>
      wave.map((one) => ({ ...one, etag: etags.get(one.name) ?? one.etag })),
    )
    const content = { ...plan, waves }
    const runId = runIdOf(content)
    const text = JSON.stringify({ runId, ...content })
    await copyOf(runId).upload(text, text.length)
    const { json, code } = await resume(runId)

    expect(json.result).toMatchObject({ spared: NEEDED.length, failed: [] })
    expect(code).toBe(0)
    expect(sorted(await site.names())).toEqual(STAYING)
  })

  it('takes an id of a version before on the machine that made the run, and nowhere else', async () => {
    const runId = '20261122T180000-1a2b3c'
    const made = await cutOff()
    const text = JSON.stringify({ ...JSON.parse(await readFile(local(made), 'utf8')), runId, fingerprint: [], jobs: [] })
    await copyOf(runId).upload(text, text.length)
    const elsewhere = await resume(runId)
    await mkdir(join(local(runId), '..'), { recursive: true })
    await writeFile(local(runId), text)
    const here = await resume(runId)

    expect(elsewhere.json.error).toMatchObject({ code: 'RUN_NOT_BOUND', exitCode: 6 })
    expect(here.json.result).toMatchObject({ deletedBlobs: GOING_BLOBS - 3, failed: [] })
    expect(here.code).toBe(0)
  })

  it('refuses a run about a container in which no root lies: nobody would look again there', async () => {
    const runId = await cutOff()
    const elsewhere = { context: { roots: { checkpoints: ['wasbs://other@coolr0flink0starrocks.blob.core.windows.net/checkpoints'] } } }
    const other = await startCli({ container: 'other', endpoint: site.proxy.endpoint, jobManagers: [site.jobManager.url], ...elsewhere })
    const { stderr, code } = await other.run(['cleanup', '--resume', runId, '--yes'], {
      env: { XDG_STATE_HOME: site.cli.env.XDG_STATE_HOME },
    })
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
