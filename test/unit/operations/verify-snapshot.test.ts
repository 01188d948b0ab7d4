import { describe, expect, it } from 'vitest'
import { foreignAccount } from '../../../src/lib/foreign.js'
import { findingsOf } from '../../../src/lib/operations/verify-restorable.js'
import { isUnproven, verifyOnce, verifySnapshot } from '../../../src/lib/operations/verify-snapshot.js'
import { ACCOUNT, CONTAINER, type FakeBlob, fakeStorage, uri } from '../../support/fake-ports.js'
import { encodeMetadata } from '../state/metadata/encoder.js'
import type { Stream } from '../state/metadata/handles.js'
import { keyGroups, operator, snapshot, subtask } from '../state/metadata/samples.js'

const DIRECTORY = 'savepoints/savepoint-a1b2c3-000000000001'
const location = { account: ACCOUNT, container: CONTAINER, name: DIRECTORY }
const uuid = (at: number) => `${String(at).padStart(8, '0')}-0000-4000-8000-000000000000`
const A = uuid(1)
const B = uuid(2)
const { signal } = new AbortController()

function metadata(...streams: Stream[]): FakeBlob {
  const subtasks = streams.map((stream, index) => ({ index, state: subtask({ managedKeyed: keyGroups(3, stream) }) }))
  return { bytes: encodeMetadata(snapshot({ operators: [operator({ parallelism: streams.length, subtasks })], properties: 'CANONICAL' })) }
}

const relative = (name: string, size = 10): Stream => ({ tag: 6, name, size })
const absolute = (path: string, size = 10): Stream => ({ tag: 2, path, size })
const verify = (blobs: Record<string, FakeBlob>) => verifyOnce({ storage: fakeStorage(blobs), location, signal })

describe('verifyOnce', () => {
  it('calls a snapshot complete when every file is there and long enough', async () => {
    const found = await verify({
      [`${DIRECTORY}/_metadata`]: metadata(relative(A), absolute(uri('checkpoints/x/shared/b'))),
      [`${DIRECTORY}/${A}`]: { sizeBytes: 10 },
      'checkpoints/x/shared/b': { sizeBytes: 25 },
    })

    expect(found).toMatchObject({ state: 'complete', measured: { exclusiveBytes: 10, sharedBytes: 25, missing: 0 } })
  })

  it.each<[string, FakeBlob | undefined, string, string]>([
    ['is missing', undefined, 'broken', '1 of 2 referenced files are missing'],
    ['is empty', { sizeBytes: 0 }, 'incomplete', '1 of 2 referenced files are empty or shorter than their handle says'],
    [
      'is shorter than its handle says',
      { sizeBytes: 9 },
      'incomplete',
      '1 of 2 referenced files are empty or shorter than their handle says',
    ],
    [
      'is still being uploaded',
      { sizeBytes: 10, isUploading: true },
      'incomplete',
      '1 of 2 referenced files are empty or shorter than their handle says',
    ],
    ['is a directory marker', { sizeBytes: 0, isDirectory: true }, 'broken', '1 of 2 referenced files are missing'],
  ])('is wanting when a file %s', async (_, blob, completeness, problem) => {
    const found = await verify({
      [`${DIRECTORY}/_metadata`]: metadata(relative(A), relative(B)),
      [`${DIRECTORY}/${A}`]: { sizeBytes: 10 },
      ...(blob && { [`${DIRECTORY}/${B}`]: blob }),
    })

    expect(found).toMatchObject({ state: 'wanting', problem, measured: { completeness } })
  })

  it('tells a _metadata that is missing, empty or unreadable', async () => {
    expect(await verify({})).toMatchObject({ state: 'missing', problem: `there is no ${DIRECTORY}/_metadata` })
    expect(await verify({ [`${DIRECTORY}/_metadata`]: { sizeBytes: 0 } })).toMatchObject({ state: 'writing' })
    expect(
      await verify({ [`${DIRECTORY}/_metadata`]: { bytes: metadata(relative(A)).bytes?.subarray(0, 40) ?? new Uint8Array() } }),
    ).toMatchObject({
      state: 'unreadable',
      problem: expect.stringMatching(/ at byte \d+/),
    })
  })

  it('is wanting, and says why, when a file lies on an account that cannot be reached', async () => {
    const found = await verify({
      [`${DIRECTORY}/_metadata`]: metadata(absolute('wasbs://flink@elsewhere.blob.core.windows.net/b')),
    })

    const problem =
      '1 file that it names in flink on elsewhere.blob.core.windows.net was not looked at: elsewhere.blob.core.windows.net cannot be reached'
    expect(found).toMatchObject({ state: 'wanting', problem })
  })

  it('is not proven, and says how many files nobody looked at, when they lie on an account that nobody named', async () => {
    const stranger = (name: string) => absolute(`wasbs://c@stranger.blob.core.windows.net/${name}`)
    const storage = fakeStorage({ [`${DIRECTORY}/_metadata`]: metadata(stranger('a'), stranger('b'), stranger('b')) })
    const own = storage.container
    storage.container = async (account, container) => {
      if (account.startsWith('stranger')) throw foreignAccount(account)
      return own(account, container)
    }

    const found = await verifySnapshot({ storage, location, signal })

    expect(found).toMatchObject({
      state: 'wanting',
      problem: expect.stringMatching(/^2 files that it names in c on stranger\S+ were not looked at/),
    })
    expect(isUnproven(found)).toBe(true)
    expect(findingsOf(found).filter((one) => one.includes('missing'))).toEqual([])
  })

  it('finds many files of one directory, too', async () => {
    const names = Array.from({ length: 40 }, (_, at) => uuid(at))
    const blobs = Object.fromEntries(names.map((name) => [`${DIRECTORY}/${name}`, { sizeBytes: 10 }]))

    const whole = await verify({ ...blobs, [`${DIRECTORY}/_metadata`]: metadata(...names.map((name) => relative(name))) })
    const lacking = await verify({
      ...blobs,
      [`${DIRECTORY}/_metadata`]: metadata(...names.map((name) => relative(name)), relative(uuid(99))),
    })

    expect(whole).toMatchObject({ state: 'complete', measured: { exclusiveBytes: 400 } })
    expect(lacking).toMatchObject({ state: 'wanting', problem: '1 of 41 referenced files are missing' })
  })
})

describe('verifySnapshot', () => {
  it('looks again while a file is empty: with file merging it fills after _metadata is written', async () => {
    const storage = fakeStorage({ [`${DIRECTORY}/_metadata`]: metadata(relative(A)), [`${DIRECTORY}/${A}`]: { sizeBytes: 0 } })
    setTimeout(() => storage.blobs.set(`${DIRECTORY}/${A}`, { sizeBytes: 10 }), 50)

    expect(await verifySnapshot({ storage, location, signal })).toMatchObject({ state: 'complete' })
  })

  it('looks again while _metadata is empty', async () => {
    const storage = fakeStorage({ [`${DIRECTORY}/_metadata`]: { sizeBytes: 0 }, [`${DIRECTORY}/${A}`]: { sizeBytes: 10 } })
    setTimeout(() => storage.blobs.set(`${DIRECTORY}/_metadata`, metadata(relative(A))), 50)

    expect(await verifySnapshot({ storage, location, signal })).toMatchObject({ state: 'complete' })
  })

  it('ends its looking with the signal', async () => {
    const abort = new AbortController()
    setTimeout(() => abort.abort(new Error('Ctrl-C')), 50)

    const looking = verifySnapshot({
      storage: fakeStorage({ [`${DIRECTORY}/_metadata`]: { sizeBytes: 0 } }),
      location,
      signal: abort.signal,
    })

    await expect(looking).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('looks once at what cannot pass, such as a missing file', { timeout: 1000 }, async () => {
    const found = await verifySnapshot({ storage: fakeStorage({ [`${DIRECTORY}/_metadata`]: metadata(relative(A)) }), location, signal })

    expect(found).toMatchObject({ state: 'wanting', measured: { completeness: 'broken' } })
  })

  it('throws what kept it from looking, instead of calling the snapshot wanting', async () => {
    const storage = fakeStorage({ [`${DIRECTORY}/_metadata`]: metadata(absolute('wasbs://flink@elsewhere.blob.core.windows.net/b')) })

    await expect(verifySnapshot({ storage, location, signal })).rejects.toMatchObject({ exitCode: 7 })
  })
})
