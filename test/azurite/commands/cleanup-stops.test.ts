import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type BlobRequest, PASS, type Verdict } from '../../support/blob-proxy.js'
import { uuid } from '../../support/builders.js'
import { CLEANUP, GOING_BLOBS, LOCK, NEEDED, type Site, STAYING, sorted, startSite, TREE } from '../../support/cleanup-site.js'
import { makeFullFile } from '../../support/full-file.js'

let site: Site

beforeEach(async () => {
  site = await startSite()
})
afterEach(() => site.close())

const runsDirectory = () => join(site.cli.dir, 'state/flinkops/runs')
const deletesSent = () => site.proxy.requests.filter((one) => one.kind === 'delete').length

/** Acts right before the delete that so many came before. */
function atDelete(number: number, act: (request: BlobRequest) => Promise<Verdict> | Verdict): void {
  site.proxy.decide((request) => (request.kind === 'delete' && request.before === number ? act(request) : PASS))
}

/** Blobs of the plan that are gone by the container's own word. */
async function goneBlobs(): Promise<number> {
  return GOING_BLOBS + STAYING.length - (await site.names()).length
}

describe('a lease that is lost in mid-run', () => {
  it('stops the run with 3, which says why and what was done', async () => {
    let tellRenewal: (verdict: Verdict) => void = () => undefined
    const renewal = new Promise<Verdict>((resolve) => {
      tellRenewal = resolve
    })
    site.proxy.decide(({ kind, before }) => {
      // The clean-up must hear of it before its delete breaks off, else it takes that for a lost connection.
      if (kind === 'lease' && before > 0) setTimeout(() => tellRenewal('drop'), 2000)
      // Held until the clean-up has asked for its lease again, and dropped then.
      return kind === 'delete' && before >= 5
        ? site.client
            .getBlobClient(LOCK)
            .getBlobLeaseClient()
            .breakLease(0)
            .then(
              () => renewal,
              () => renewal,
            )
        : PASS
    })
    const { stdout, code } = await site.cli.run([...CLEANUP, '--yes'])

    const run = /Run (\S+): Deleted (\d+) blobs/.exec(stdout)
    const uncertain = /\nUnder way when it stopped, gone or not: (\d+) blobs/.exec(stdout)
    const gone = await goneBlobs()
    expect(Number(run?.[2])).toBe(3)
    expect(gone).toBe(5)
    expect(Number(uncertain?.[1])).toBeGreaterThanOrEqual(gone - 3)
    expect(stdout).toMatch(/\nIt stopped: The lock on \S+ was lost; nothing more is deleted\.\n/)
    expect(stdout).toContain(`finish it: flinkops cleanup --resume ${run?.[1]}\n`)
    expect(code).toBe(3)
    expect(await site.names()).toEqual(expect.arrayContaining(NEEDED))
  }, 120_000)
})

describe('a journal that cannot be written', () => {
  it('before the first delete: nothing is deleted', async () => {
    site.proxy.decide(async ({ kind, before }) => {
      if (kind === 'lease' && before === 0) {
        await rm(runsDirectory(), { recursive: true, force: true })
        await mkdir(dirname(runsDirectory()), { recursive: true })
        await writeFile(runsDirectory(), '')
      }
      return PASS
    })
    const { code, json } = await site.cleanup('--yes')

    expect(json.error).toMatchObject({
      code: 'JOURNAL_UNWRITABLE',
      message: expect.stringContaining('nothing goes ahead without a record'),
    })
    expect(json.error?.suggestions).toContain('Nothing was deleted.')
    expect(code).toBe(6)
    expect(deletesSent()).toBe(0)
  })

  it('next to the data, before the first delete: nothing is deleted', async () => {
    site.proxy.decide(({ kind, name }) =>
      kind === 'write' && name.endsWith('plan.json') ? { status: 403, code: 'AuthorizationPermissionMismatch' } : PASS,
    )
    const { code, json } = await site.cleanup('--yes')

    expect(json.error).toMatchObject({ code: 'NOT_AUTHORISED', suggestions: expect.arrayContaining(['Nothing was deleted.']) })
    expect(code).toBe(4)
    expect(deletesSent()).toBe(0)
  })

  it.each([0, 7])('because the disk is full, %d deletes on: the run stops, and counts what is gone as gone', async (number) => {
    let why = ''
    atDelete(number, async () => {
      const [runId = ''] = await readdir(runsDirectory())
      const file = join(runsDirectory(), runId, 'progress.jsonl')
      why = await makeFullFile(`${file}.full`)
      await rename(`${file}.full`, file)
      return PASS
    })
    const { code, json } = await site.cleanup('--yes')

    expect(json).toMatchObject({ outcome: 'partial', result: { failed: [], problem: expect.stringContaining(why) } })
    expect(json.result?.deletedBlobs).toBe(await goneBlobs())
    expect(json.result?.deletedBlobs).toBeLessThan(GOING_BLOBS)
    expect(code).toBe(3)
  })
})

describe('an account that is busy', () => {
  it('slows the run down, and no more: all goes', async () => {
    const refused = new Map<string, number>()
    site.proxy.decide(({ kind, name }) => {
      const times = refused.get(name) ?? 0
      if (kind !== 'delete' || times >= 3) return PASS
      refused.set(name, times + 1)
      return { status: 503, code: 'ServerBusy' }
    })
    const startedAt = performance.now()
    const { code, json } = await site.cleanup('--yes')

    expect(json.result).toMatchObject({ deletedBlobs: GOING_BLOBS, failed: [], uncertain: 0 })
    expect(sorted(await site.names())).toEqual(STAYING)
    expect(performance.now() - startedAt).toBeGreaterThan(4 * 125)
    expect(code).toBe(0)
  })
})

describe('blobs that cannot be deleted', () => {
  it('are grouped in the summary, and the rest goes: exit 3', async () => {
    for (const number of [71, 72])
      await site.client
        .getBlobClient(`${TREE}/shared/${uuid(number)}`)
        .getBlobLeaseClient()
        .acquireLease(-1)
    await site.client.getBlobClient(`${TREE}/chk-5/${uuid(81)}`).createSnapshot()
    const { stdout, code } = await site.cli.run([...CLEANUP, '--yes'])

    // The directory of one of them stays too.
    expect(stdout).toMatch(
      new RegExp(`: Deleted ${GOING_BLOBS - 4} blobs, .*\nLeft alone because it changed, or depends on what changed: 1 blob\\.\n`),
    )
    expect(stdout).toMatch(
      /\nCould not be deleted: 3 blobs: (2 x LeaseIdMissing, 1 x SnapshotsPresent|1 x SnapshotsPresent, 2 x LeaseIdMissing)\.\n$/,
    )
    expect(code).toBe(3)
    expect(await goneBlobs()).toBe(GOING_BLOBS - 4)
    for (const number of [71, 72])
      await site.client
        .getBlobClient(`${TREE}/shared/${uuid(number)}`)
        .getBlobLeaseClient()
        .breakLease(0)
  })

  it('for want of a right end the run at once: what is gone is counted, the rest is there', async () => {
    site.proxy.decide(({ kind, before }) =>
      kind === 'delete' && before >= 3 ? { status: 403, code: 'AuthorizationPermissionMismatch' } : PASS,
    )
    const { code, json } = await site.cleanup('--yes')

    expect(json.result).toMatchObject({
      deletedBlobs: 3,
      uncertain: 0,
      problem: expect.stringMatching(/^Not allowed to delete checkpoints/),
    })
    expect(new Set(json.result?.failed.map((one) => one.code))).toEqual(new Set(['NOT_AUTHORISED']))
    expect(await goneBlobs()).toBe(3)
    expect(code).toBe(3)
  })

  it('for want of a connection end the run: what was under way is called neither deleted nor failed', async () => {
    site.proxy.decide(({ kind, before }) => (kind === 'delete' && before >= 3 ? 'lose' : PASS))
    const { code, json } = await site.cleanup('--yes')

    const { deletedBlobs = 0, alreadyGone = 0, uncertain = 0 } = json.result ?? {}
    expect(deletedBlobs).toBe(3)
    expect(json.result).toMatchObject({ failed: [], problem: expect.stringContaining('cannot be reached') })
    const gone = await goneBlobs()
    expect(gone).toBeGreaterThanOrEqual(deletedBlobs + alreadyGone)
    expect(gone).toBeLessThanOrEqual(deletedBlobs + alreadyGone + uncertain)
    expect(code).toBe(3)
  })

  it('because they were put there anew stay, and so does what hangs on them', async () => {
    site.proxy.decide(async ({ kind, before, name }) => {
      const blob = site.client.getBlockBlobClient(name)
      if (kind === 'delete' && before === 0)
        await blob.upload(await blob.downloadToBuffer(), (await blob.getProperties()).contentLength ?? 0)
      return PASS
    })
    const { code, json } = await site.cleanup('--yes')

    // A `_metadata`, its checkpoint's own file, its two shared files or one, and directories above them.
    expect(json.result?.changed).toBeGreaterThanOrEqual(3)
    expect(json.result).toMatchObject({ deletedBlobs: GOING_BLOBS - (json.result?.changed ?? 0), failed: [] })
    const { stdout } = await site.cli.run(['list-checkpoints'])
    expect(stdout.match(/\tcomplete\t/g)).toHaveLength(2)
    expect(code).toBe(0)
  })
})
