import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type BlobRequest, PASS, type Verdict } from '../../support/blob-proxy.js'
import { uuid } from '../../support/builders.js'
import { CLEANUP, ENDED, GOING_BLOBS, overwrite, type Site, STAYING, sorted, startSite, TREE } from '../../support/cleanup-site.js'
import { storeCheckpoint } from '../../support/stored-snapshot.js'

let site: Site

beforeEach(async () => {
  site = await startSite()
})
afterEach(() => site.close())

const deletesSent = () => site.proxy.requests.filter((one) => one.kind === 'delete')

/** Runs with `--yes`, and proves that nothing was deleted, nor tried to. */
async function runInVain(act: () => unknown = () => undefined) {
  await act()
  const before = await site.names()
  const ended = await site.cleanup('--yes')
  expect(deletesSent()).toEqual([])
  expect(await site.names()).toEqual(expect.arrayContaining(before))
  return ended
}

const torn = { rewrite: (body: string) => body.slice(0, body.length / 2) }
const sameMarker = { rewrite: (body: string) => body.replace(/<NextMarker ?\/>/, '<NextMarker>again</NextMarker>') }

/** From which on listings fail. */
type From = (one: BlobRequest) => boolean

const isWhole: From = ({ query }) => !query.has('delimiter') && !query.has('prefix')
const isLocked = () => site.proxy.requests.some((one) => one.kind === 'lease')
const WHICH: [string, From][] = [
  ['the first', () => true],
  ['that of everything', isWhole],
  ['the one right before the first delete', () => isLocked()],
]

function failsFrom(isFirst: From, verdict: Verdict): void {
  let hasBegun = false
  site.proxy.decide((one) => {
    if (one.kind !== 'list') return 'pass'
    hasBegun ||= isFirst(one)
    return hasBegun ? verdict : 'pass'
  })
}

describe.each(WHICH)('a listing that fails: %s', (_, isFirst) => {
  it.each<[string, Verdict, number, string, string]>([
    ['is refused', { status: 403, code: 'AuthorizationPermissionMismatch' }, 4, 'NOT_AUTHORISED', 'Not allowed to list '],
    ['is torn', torn, 7, 'STORAGE_ANSWER_BROKEN', 'its XML is incomplete or is none'],
    ['repeats its marker', sameMarker, 7, 'STORAGE_ANSWER_BROKEN', 'it repeats a continuation marker'],
  ])('%s', async (_, verdict, exitCode, code, words) => {
    failsFrom(isFirst, verdict)
    const ended = await runInVain()

    expect(ended.json).toEqual({ error: { code, message: expect.stringContaining(words), suggestions: expect.any(Array), exitCode } })
    expect(ended.json.error?.message).toMatch(/^[^.]*(\.[^ .][^.]*)*\.$/)
    expect(ended.code).toBe(exitCode)
  })
})

it('a listing that fails beyond all retries is told with 7, whichever it is', async () => {
  const sites = await Promise.all([0, 1, 2].map(() => startSite()))
  const ended = await Promise.all(
    sites.map((own, which) => {
      own.proxy.decide(({ kind, before }) => (kind === 'list' && before >= which ? { status: 500, code: 'InternalError' } : 'pass'))
      return own.cleanup('--yes')
    }),
  )
  for (const [which, own] of sites.entries()) {
    expect(ended[which]).toMatchObject({ code: 7, json: { error: { code: 'STORAGE_BUSY', exitCode: 7 } } })
    expect(own.proxy.requests.filter((one) => one.kind === 'delete')).toEqual([])
    await own.close()
  }
})

it('a person hears of a failed listing in one sentence on stderr, and the plan is all that stands on stdout', async () => {
  failsFrom(() => isLocked(), { status: 403, code: 'AuthorizationFailure' })
  const { stdout, stderr, code } = await site.cli.run([...CLEANUP, '--yes'])

  expect(stdout).toMatch(/^Scanned /)
  expect(stdout).not.toMatch(/Deleted|Run /)
  expect(stderr).toMatch(
    /^Error: Not allowed to list blobs in \S+ with the account key from AZURE_STORAGE_KEY \(AuthorizationFailure\)\.\n {2}Nothing was deleted\.\n {2}The key/,
  )
  expect(code).toBe(4)
})

const isReadOf = (id: number) => (one: BlobRequest) => one.kind === 'read' && one.name === `${TREE}/chk-${id}/_metadata`

describe('a _metadata that between listing and reading', () => {
  const rewriteOnce = async (id: number, times: number) => {
    const blob = site.client.getBlockBlobClient(`${TREE}/chk-${id}/_metadata`)
    const bytes = await blob.downloadToBuffer()
    let left = times
    site.proxy.decide(async (one) => {
      if (isReadOf(id)(one) && left-- > 0) await blob.upload(bytes, bytes.length)
      return PASS
    })
  }

  it('is written anew is read anew, and the run goes on', async () => {
    await rewriteOnce(4, 1)
    const { code, json } = await site.cleanup('--yes')

    expect(code).toBe(0)
    expect(json.result?.deletedBlobs).toBe(GOING_BLOBS)
    expect(sorted(await site.names())).toEqual(STAYING)
  })

  it('is written anew again and again is a refusal', async () => {
    const { code, json } = await runInVain(() => rewriteOnce(4, Number.POSITIVE_INFINITY))

    expect(json.outcome).toBe('refused')
    expect(json.guards).toContainEqual(expect.objectContaining({ name: 'stable-listing', status: 'refuse' }))
    expect(code).toBe(6)
  })

  it('disappears was subsumed: what nobody needs any more goes with the rest', async () => {
    site.proxy.decide(async (one) => {
      if (isReadOf(1)(one)) await site.client.deleteBlob(one.name)
      return PASS
    })
    const { code, json } = await site.cleanup('--yes')

    expect(json.result).toMatchObject({ deletedBlobs: GOING_BLOBS - 1, alreadyGone: 0 })
    expect(sorted(await site.names())).toEqual(STAYING)
    expect(code).toBe(0)
  })

  it('is cut short needs nobody knows what: refused, naming it and the way on', async () => {
    const { code, json } = await runInVain(async () => {
      const bytes = await site.client.getBlobClient(`${TREE}/chk-2/_metadata`).downloadToBuffer()
      await overwrite(site.client, `${TREE}/chk-2/_metadata`, bytes.subarray(0, bytes.length / 2))
    })

    expect(json.guards).toContainEqual({
      name: 'metadata',
      status: 'refuse',
      message: expect.stringContaining(`${TREE}/chk-2/_metadata`),
      override: expect.stringMatching(`^--dead ${TREE}/chk-2/_metadata#`),
    })
    expect(code).toBe(6)
  })
})

describe('what comes while the plan is confirmed', () => {
  let hasCome = false
  beforeEach(() => {
    hasCome = false
  })

  /** Right before the listing that the run makes before its first delete. */
  const meanwhile = (act: () => Promise<unknown> | unknown) =>
    site.proxy.decide(async ({ kind }) => {
      if (kind === 'list' && isLocked() && !hasCome) {
        hasCome = true
        await act()
      }
      return PASS
    })

  it('is spared with all that it needs, if it is a snapshot', async () => {
    meanwhile(() => storeCheckpoint(site.client, { jobId: ENDED, checkpointId: 6, shared: [uuid(71)] }))
    const { code, json } = await site.cleanup('--yes')

    expect(await site.names()).toEqual(expect.arrayContaining([`${TREE}/shared/${uuid(71)}`, `${TREE}/chk-6/_metadata`]))
    expect(json.result).toMatchObject({ failed: [] })
    expect(json.result?.changed).toBeGreaterThan(0)
    expect(code).toBe(0)
  })

  it('ends the run, if it cannot be read', async () => {
    const { code, json } = await runInVain(() => meanwhile(() => overwrite(site.client, `${TREE}/chk-9/_metadata`, Buffer.from('rubbish'))))

    expect(json.error).toMatchObject({
      code: 'RECHECK',
      message: expect.stringContaining(`metadata: ${TREE}/chk-9/_metadata: `),
    })
    expect(code).toBe(6)
  })
})
