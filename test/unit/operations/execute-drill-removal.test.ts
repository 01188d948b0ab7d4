import { describe, expect, it } from 'vitest'
import { findTraces } from '../../../src/lib/operations/drill-traces.js'
import { removeDrillTraces } from '../../../src/lib/operations/execute-drill-removal.js'
import type { Blob } from '../../../src/lib/ports.js'
import type { StorageEraser } from '../../../src/lib/ports-erase.js'
import { ACCOUNT, CONTAINER, type FakeBlob, fakeStorage, JOB } from '../../support/fake-ports.js'

const OWN = `checkpoints/flinkops-drill/${JOB}`
const OTHER = `checkpoints/flinkops-drill/${'b'.repeat(32)}`
const MARKER: FakeBlob = { isDirectory: true }
const FILE: FakeBlob = { sizeBytes: 9 }

const LEFT = {
  'checkpoints/flinkops-drill': MARKER,
  [OWN]: MARKER,
  [`${OWN}/${JOB}/shared`]: MARKER,
  [`${OWN}/${JOB}/chk-3/_metadata`]: FILE,
}

async function remove(blobs: Record<string, FakeBlob>, directory = OWN, found?: Blob[]) {
  const storage = fakeStorage(blobs)
  const location = { account: ACCOUNT, container: CONTAINER, name: directory }
  const signal = new AbortController().signal
  const gone: string[] = []
  const eraser: StorageEraser = {
    eraser: async (account, container) => ({
      account,
      container,
      perRequest: 256,
      delete: async ({ blobs }) => {
        gone.push(...blobs.map((blob) => blob.name))
        return blobs.map(({ name }) => (storage.blobs.delete(name) ? { state: 'deleted', permanent: null } : { state: 'gone' }))
      },
    }),
  }
  const reader = await storage.container(ACCOUNT, CONTAINER)
  const find = async () => found?.filter(({ name }) => storage.blobs.has(name)) ?? (await findTraces(reader, location, signal))
  const result = await removeDrillTraces({ directory: location, find, storage: eraser, signal, sleep: async () => undefined }).catch(
    (error: unknown) => error,
  )
  return { result, gone, left: [...storage.blobs.keys()] }
}

describe('what a drill left in storage', () => {
  it('goes whole, files before the directories that hold them, and nothing beside it', async () => {
    const beside = { checkpoints: MARKER, [`checkpoints/${JOB}/chk-1/_metadata`]: FILE, 'checkpoints/flinkops-drills': FILE }
    const { result, gone, left } = await remove({ ...LEFT, ...beside })
    expect(result).toBe(4)
    expect(gone).toEqual([`${OWN}/${JOB}/chk-3/_metadata`, `${OWN}/${JOB}/shared`, OWN, 'checkpoints/flinkops-drill'])
    expect(left).toEqual(Object.keys(beside))
  })

  it('goes without the directory of all drills, while another one is there', async () => {
    const { left } = await remove({ ...LEFT, [`${OTHER}/x`]: FILE })
    expect(new Set(left)).toEqual(new Set(['checkpoints/flinkops-drill', `${OTHER}/x`]))
  })

  it.each([['checkpoints'], [`checkpoints/${JOB}`], ['checkpoints/flinkops-drill'], ['']])(
    'is never looked for in %j',
    async (directory) => {
      const blobs = { [`checkpoints/${JOB}/chk-1/_metadata`]: FILE }
      expect(await remove(blobs, directory)).toMatchObject({ result: { code: 'DRILL_TRACES_LEFT' }, gone: [] })
    },
  )

  it('is never a blob outside, whatever was found', async () => {
    const name = `checkpoints/${JOB}/chk-1/_metadata`
    const strange: Blob = { name, sizeBytes: 9, etag: 'x', lastModifiedMs: 0, isDirectory: false, isUploading: false }
    expect(await remove({ [name]: FILE }, OWN, [strange])).toMatchObject({ result: { code: 'DRILL_TRACES_LEFT' }, gone: [], left: [name] })
  })
})
