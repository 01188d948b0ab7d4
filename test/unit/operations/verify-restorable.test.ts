import { describe, expect, it } from 'vitest'
import { verifyLocated, verifyRestorable } from '../../../src/lib/operations/verify-restorable.js'
import type { ContentReader } from '../../../src/lib/ports-content.js'
import { ACCOUNT, CONTAINER, type FakeBlob, type FakeStorage, fakeStorage, uri } from '../../support/fake-ports.js'
import { readTree, recordedTrees, TREE_ACCOUNT } from '../../support/recorded-tree.js'
import { readTable } from '../../support/tables.js'
import { encodeMetadata } from '../state/metadata/encoder.js'
import { incremental, keyGroups, operator, snapshot, subtask } from '../state/metadata/samples.js'

const JOB_TREE = 'checkpoints/a1b2c3d4e5f60718293a4b5c6d7e8f90'
const DIRECTORY = `${JOB_TREE}/chk-7`
const uuid = (at: number) => `${String(at).padStart(8, '0')}-0000-4000-8000-000000000000`
const [OWN, KEYED, TABLE] = [`${DIRECTORY}/${uuid(1)}`, `${DIRECTORY}/${uuid(2)}`, `${JOB_TREE}/shared/${uuid(3)}`]
const table = readTable('frocksdb8-bloom')
const file = (name: string, size: number) => ({ tag: 2, path: uri(name), size }) as const

/** An incremental checkpoint (a table, its own files) with keyed state of a heap backend beside it. */
function checkpoint(checkpointId = 7): Record<string, FakeBlob> {
  const own = file(OWN, 10)
  const states = [incremental(11, { meta: own, shared: file(TABLE, table.length), private: own }), keyGroups(12, file(KEYED, 300))]
  const subtasks = states.map((managedKeyed, index) => ({ index, state: subtask({ managedKeyed }) }))
  return {
    [`${DIRECTORY}/_metadata`]: { bytes: encodeMetadata(snapshot({ checkpointId, operators: [operator({ subtasks })] })) },
    [OWN]: { bytes: new Uint8Array(10) },
    [KEYED]: { bytes: new Uint8Array(300) },
    [TABLE]: { bytes: table },
  }
}

/** A fake storage of which parts can be read; counts the largest. */
function withContent(storage: FakeStorage): FakeStorage & ContentReader & { largest: number } {
  const counting = {
    ...storage,
    largest: 0,
    readRange: async ({ name, offset, count }: Parameters<ContentReader['readRange']>[0]) => {
      counting.largest = Math.max(counting.largest, count)
      const reader = await storage.container(ACCOUNT, CONTAINER)
      const content = await reader.read({ name, signal })
      return content.state === 'read' ? { ...content, bytes: content.bytes.subarray(offset, offset + count) } : content
    },
  }
  return counting
}

const { signal } = new AbortController()

function verify(blobs: Record<string, FakeBlob>, deep = false) {
  const location = { account: ACCOUNT, container: CONTAINER, name: DIRECTORY }
  return verifyRestorable({ storage: withContent(fakeStorage(blobs)), location, path: 'chk-7', deep, signal, onBytes: () => undefined })
}

describe('verifyRestorable', () => {
  it('finds nothing wrong with a whole checkpoint, and says what it saw', async () => {
    expect(await verify(checkpoint())).toEqual({
      path: 'chk-7',
      findings: [],
      proof: { formatVersion: 6, checkpointId: 7, files: 3, bytes: 310 + table.length },
      deep: null,
      unseen: [],
    })
  })

  it('finds the one file that was removed', async () => {
    const { [TABLE]: _, ...blobs } = checkpoint()
    expect((await verify(blobs)).findings).toEqual(['1 of 3 referenced files are missing', `${TABLE} is missing`])
  })

  it('finds the one file that was truncated', { timeout: 20_000 }, async () => {
    const { findings } = await verify({ ...checkpoint(), [KEYED]: { bytes: new Uint8Array(299) } })
    expect(findings).toEqual([
      '1 of 3 referenced files are empty or shorter than their handle says',
      `${KEYED} has 299 bytes, its handle says 300`,
    ])
  })

  it('finds a _metadata of 0 bytes', { timeout: 20_000 }, async () => {
    const { findings } = await verify({ ...checkpoint(), [`${DIRECTORY}/_metadata`]: { sizeBytes: 0 } })
    expect(findings).toEqual(['its _metadata is empty: it is being written, or its writer died'])
  })

  it('finds a _metadata that was cut at every 100th byte', async () => {
    const whole = checkpoint()[`${DIRECTORY}/_metadata`]?.bytes ?? new Uint8Array()
    for (let length = 100; length < whole.length; length += 100) {
      const { findings, proof } = await verify({ ...checkpoint(), [`${DIRECTORY}/_metadata`]: { bytes: whole.subarray(0, length) } })
      expect(findings).toEqual([expect.stringMatching(/ at byte \d+/)])
      expect(proof).toBeNull()
    }
  })

  it('finds the _metadata of another checkpoint', async () => {
    const other = { [`${DIRECTORY}/_metadata`]: checkpoint(8)[`${DIRECTORY}/_metadata`] ?? {} }
    expect((await verify({ ...checkpoint(), ...other })).findings).toEqual([
      'it is the _metadata of checkpoint 8, in the directory of checkpoint 7',
    ])
  })

  it('names every file that is missing, once', async () => {
    const names = Array.from({ length: 9 }, (_, at) => `${DIRECTORY}/${uuid(at)}`)
    const subtasks = names.map((name, index) => ({ index, state: subtask({ managedKeyed: keyGroups(3, file(name, 200)) }) }))
    const bytes = encodeMetadata(snapshot({ operators: [operator({ parallelism: 9, subtasks })] }))
    const { findings } = await verify({ [`${DIRECTORY}/_metadata`]: { bytes } })
    expect(findings).toHaveLength(10)
    expect(findings[0]).toBe('9 of 9 referenced files are missing')
  })
})

describe('verifyRestorable, deep', () => {
  it('reads all of it, looks into its tables and holds key-group offsets against their files', async () => {
    expect((await verify(checkpoint(), true)).deep).toEqual({
      files: 3,
      bytes: 310 + table.length,
      tables: 1,
      checksums: ['XXH3'],
      checkedBlocks: 4,
      uncheckedBlocks: 0,
      keyGroupHandles: 1,
    })
  })

  it.each<[string, string, Uint8Array, RegExp]>([
    ['a table that is none', TABLE, new Uint8Array(table.length), /shared\/\S+: it does not end with the magic number of a RocksDB table$/],
    ['a table with a flipped bit', TABLE, flipped(table), /: its properties block does not match its checksum \(XXH3\)$/],
  ])('finds %s', async (_, name, bytes, words) => {
    const { findings } = await verify({ ...checkpoint(), [name]: { bytes } }, true)
    expect(findings).toEqual([expect.stringMatching(words)])
    expect((await verify({ ...checkpoint(), [name]: { bytes } })).findings).toEqual([])
  })

  it('finds a key group that would begin behind the end of its file', async () => {
    const state = subtask({ managedKeyed: { tag: 3, first: 0, offsets: [0, 301, -1], stream: file(KEYED, 300) } })
    const bytes = encodeMetadata(snapshot({ operators: [operator({ subtasks: [{ index: 0, state }] })] }))
    const { findings } = await verify({ ...checkpoint(), [`${DIRECTORY}/_metadata`]: { bytes } }, true)
    expect(findings).toEqual([`${KEYED}: a key group begins at byte 301, and the state ends at 300`])
  })

  it('holds no more than a window of a file at a time', async () => {
    const MIB = 1024 ** 2
    const state = subtask({ managedKeyed: keyGroups(3, file(KEYED, 20 * MIB)) })
    const bytes = encodeMetadata(snapshot({ operators: [operator({ subtasks: [{ index: 0, state }] })] }))
    const storage = withContent(fakeStorage({ [`${DIRECTORY}/_metadata`]: { bytes }, [KEYED]: { bytes: new Uint8Array(20 * MIB) } }))
    const location = { account: ACCOUNT, container: CONTAINER, name: DIRECTORY }
    const seen: number[] = []
    const input = { storage, location, path: 'chk-7', deep: true, signal, onBytes: (count: number) => seen.push(count) }

    expect(await verifyRestorable(input)).toMatchObject({ findings: [], deep: { bytes: 20 * MIB } })
    expect(storage.largest).toBe(8 * MIB)
    expect(seen).toEqual([8 * MIB, 16 * MIB, 20 * MIB])
  })

  it('does not vouch for a file that changes while it is read', async () => {
    const storage = withContent(fakeStorage(checkpoint()))
    const readRange: ContentReader['readRange'] = async (part) => (part.name === OWN ? { state: 'gone' } : storage.readRange(part))
    const location = { account: ACCOUNT, container: CONTAINER, name: DIRECTORY }
    const input = { storage: { ...storage, readRange }, location, path: 'chk-7', deep: true, signal, onBytes: () => undefined }
    expect((await verifyRestorable(input)).findings).toEqual([`${OWN}: it changed or went while it was read`])
  })
})

describe('verifyLocated', () => {
  const newer = DIRECTORY.replace('chk-7', 'chk-8')
  const at = (name: string) => ({ location: { account: ACCOUNT, container: CONTAINER, name }, path: name })
  const bytes = encodeMetadata(snapshot({ checkpointId: 8 }))
  const input = { storage: withContent(fakeStorage({ [`${newer}/_metadata`]: { bytes } })), deep: false, signal, onBytes: () => undefined }

  it('follows a running job to its newer checkpoint, when the one that was the latest goes meanwhile', async () => {
    const located = [at(DIRECTORY), at(newer)]
    expect(await verifyLocated(async () => located.shift() ?? at(newer), input)).toMatchObject({ path: newer, findings: [] })
  })

  it('does not take the word back about one that still is what was named', async () => {
    expect(await verifyLocated(async () => at(DIRECTORY), input)).toMatchObject({
      path: DIRECTORY,
      findings: [`there is no ${DIRECTORY}/_metadata`],
    })
  })

  it('gives up after some, so that it comes to an end', async () => {
    let number = 100
    const verdict = await verifyLocated(async () => at(`${JOB_TREE}/chk-${number++}`), input)
    expect(verdict.findings).toHaveLength(1)
    expect(number).toBeLessThan(110)
  })
})

describe('verifyRestorable on what a real Flink left', () => {
  it.each(recordedTrees())('finds nothing wrong with what Flink could restore: %s', async (name) => {
    const { truth, reader } = readTree(name)
    const storage = { container: async () => reader, readRange: () => Promise.reject(new Error('not asked for')) }
    const missing = new Set(truth.missing)
    let restorable = 0
    for (const metadata of truth.metadata) {
      const needed = Object.values(truth.byMetadata[metadata] ?? {}).flat()
      if (needed.some((one) => missing.has(one))) continue
      restorable++
      const location = { account: TREE_ACCOUNT, container: truth.container, name: metadata }
      const input = { storage, location, path: metadata, deep: false, signal, onBytes: () => undefined }
      expect({ metadata, findings: (await verifyRestorable(input)).findings }).toEqual({ metadata, findings: [] })
    }
    expect(restorable).toBeGreaterThan(0)
  })

  it.runIf(recordedTrees().includes('15-shared-root-2.3.0'))(
    "finds every _metadata of one job that was copied into another job's checkpoint",
    async () => {
      const { truth, reader } = readTree('15-shared-root-2.3.0')
      const checkpoints = truth.metadata.filter((one) => one.includes('/chk-'))
      const jobOf = (metadata: string) => /[0-9a-f]{32}/.exec(metadata)?.[0]
      const pairs = checkpoints.flatMap((from) => checkpoints.filter((to) => jobOf(to) !== jobOf(from)).map((to) => [from, to] as const))
      for (const [from, to] of pairs) {
        const copied: typeof reader = {
          ...reader,
          read: (options) => reader.read({ ...options, name: options.name === to ? from : options.name }),
        }
        const storage = { container: async () => copied, readRange: () => Promise.reject(new Error('not asked for')) }
        const location = { account: TREE_ACCOUNT, container: truth.container, name: to }
        const { findings } = await verifyRestorable({ storage, location, path: to, deep: false, signal, onBytes: () => undefined })
        expect(findings[0]).toMatch(/^it is the _metadata of (another snapshot|checkpoint \d+)/)
      }
      expect(pairs.length).toBeGreaterThan(0)
    },
  )
})

function flipped(bytes: Buffer): Uint8Array {
  const damaged = Buffer.from(bytes)
  const at = damaged.indexOf('leveldb.BytewiseComparator')
  damaged[at] = (damaged[at] ?? 0) ^ 1
  return damaged
}
