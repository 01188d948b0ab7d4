import { describe, expect, it } from 'vitest'
import { findRestorable } from '../../../src/lib/operations/find-restorable.js'
import type { JobOverview, Journal } from '../../../src/lib/ports.js'
import { ACCOUNT, CONTAINER, type FakeBlob, fakeJobManager, fakeStorage, JOB, NOW_MS, overview, uri } from '../../support/fake-ports.js'
import { encodeMetadata } from '../state/metadata/encoder.js'
import { snapshot } from '../state/metadata/samples.js'

const HOUR_MS = 3_600_000
const complete = (hoursAgo: number, checkpointId = 7): FakeBlob => ({
  bytes: encodeMetadata(snapshot({ checkpointId })),
  lastModifiedMs: NOW_MS - hoursAgo * HOUR_MS,
})

interface Asked {
  blobs: Record<string, FakeBlob>
  jobs?: JobOverview[]
  ownDirectories?: string[]
  rootPaths?: string[]
  before?: { atMs: number } | { agoMs: number }
}

async function find({
  blobs,
  jobs = [overview({ state: 'CANCELED' })],
  ownDirectories = [],
  rootPaths = [uri('checkpoints')],
  before,
}: Asked) {
  const jobManager = fakeJobManager({ jobs: async () => jobs, checkpoints: async () => null, checkpointConfig: async () => null })
  return findRestorable({
    readers: [await fakeStorage(blobs).container(ACCOUNT, CONTAINER)],
    cluster: { jobManagers: [jobManager], history: null },
    journal: {
      rememberName: async () => undefined,
      rememberRestore: async () => undefined,
      names: async () => new Map(),
      restores: async () => new Map(),
      rememberSightings: async () => undefined,
      sightings: async () => [],
    } as Partial<Journal> as Journal,
    exclusive: false,
    stateRoots: [{ account: ACCOUNT, container: CONTAINER, name: '' }],
    // Our own clock is wrong by a day; ages count against the service's.
    now: () => NOW_MS + 24 * HOUR_MS,
    signal: new AbortController().signal,
    names: ['sales_pipeline'],
    ownDirectories,
    rootPaths,
    before: before ?? null,
    spell: (_account, _container, name) => uri(name),
  })
}

describe('findRestorable', () => {
  const at = (number: number) => `checkpoints/${JOB}/chk-${number}`

  it('finds the newest one that is all there, and says what it passed over', async () => {
    const found = await find({
      blobs: { [`${at(7)}/_metadata`]: complete(2), [`${at(8)}/_metadata`]: { ...complete(1), bytes: new Uint8Array(9) } },
    })
    expect(found).toMatchObject({
      newest: { path: uri(at(7)), jobId: JOB, checkpointId: 7, ageMs: 2 * HOUR_MS },
      restorable: 1,
      passedOver: [{ path: uri(at(8)), ageMs: HOUR_MS, reason: expect.stringMatching(/^unreadable: /) }],
      silent: [],
    })
  })

  it.each([
    ['an age', { agoMs: 90 * 60_000 }],
    ['a time', { atMs: NOW_MS - 90 * 60_000 }],
  ])('looks before %s by the clock of the service', async (_, before) => {
    const blobs = { [`${at(7)}/_metadata`]: complete(2), [`${at(8)}/_metadata`]: complete(1, 8) }
    expect((await find({ blobs, before })).newest?.path).toBe(uri(at(7)))
  })

  describe('in the directory that the script names', () => {
    const own = `checkpoints/sales/${JOB}/chk-7`
    const blobs = { [`${own}/_metadata`]: complete(1) }
    const nameless = { jobs: [], blobs }

    it('finds what a run left whose name nobody knows', async () => {
      expect((await find({ ...nameless, ownDirectories: [uri('checkpoints/sales')] })).newest?.path).toBe(uri(own))
    })

    it.each([
      ['is a root of the cluster', 'checkpoints'],
      ['holds a root of the cluster', ''],
    ])('finds nothing when that %s: other jobs may leave theirs there', async (_, name) => {
      expect(await find({ ...nameless, ownDirectories: [uri(name)] })).toMatchObject({ newest: null, unnamed: 1 })
    })
  })
})
