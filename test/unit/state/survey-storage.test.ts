import { describe, expect, it } from 'vitest'
import { surveyStorage } from '../../../src/lib/operations/survey-storage.js'
import type { Blob, ContainerReader } from '../../../src/lib/ports.js'
import { ACCOUNT, CONTAINER, checkpointDirectory, HOUR, jobId, keyAt, NOW, uri, uuid } from '../../support/builders.js'
import { mapReader } from '../../support/recorded-tree.js'
import { encodeMetadata } from './metadata/encoder.js'
import type { OperatorHandle } from './metadata/handles.js'
import * as sample from './metadata/samples.js'

const JOB = jobId(1)
const shared = (id: number) => `checkpoints/${JOB}/shared/${uuid(id)}`
const signal = new AbortController().signal

/** A container with some checkpoints, each of which needs one shared file; `write` and `remove` change it under the reader. */
class Container {
  readonly blobs = new Map<string, Blob>()
  readonly reader: ContainerReader = mapReader({
    account: ACCOUNT,
    container: CONTAINER,
    blobs: this.blobs,
    serverTimeMs: NOW,
    bytesOf: (name) => bytesOf(Number(/chk-(\d+)/.exec(name)?.[1])),
  })

  write(id: number, parts: Partial<Blob> = {}): void {
    this.put(shared(id))
    this.put(`${checkpointDirectory(JOB, id)}/_metadata`, { sizeBytes: bytesOf(id).length, ...parts })
  }

  remove(id: number): void {
    this.blobs.delete(shared(id))
    this.blobs.delete(`${checkpointDirectory(JOB, id)}/_metadata`)
  }

  put(name: string, parts: Partial<Blob> = {}): void {
    const common = { sizeBytes: 10, etag: `etag ${name}`, lastModifiedMs: NOW, isDirectory: false, isUploading: false }
    this.blobs.set(name, { name, ...common, ...parts })
  }
}

function bytesOf(id: number): Uint8Array {
  return encodeMetadata(
    sample.withState({ managedKeyed: sample.keyGroups(3, { tag: 2, path: uri(shared(id)), size: 10 }) }, { checkpointId: id }),
  )
}

/** Calls `change` before each reading of a `_metadata`, with how many there were before. */
function changing(container: Container, change: (readings: number) => void): ContainerReader {
  let readings = 0
  const { reader } = container
  return {
    ...reader,
    read: (options) => {
      change(readings++)
      return reader.read(options)
    },
  }
}

const ids = (survey: Awaited<ReturnType<typeof surveyStorage>>) => survey.snapshots.map((one) => one.checkpointId)

describe('surveyStorage', () => {
  it('joins every _metadata with what it needs', async () => {
    const container = new Container()
    container.write(1)
    container.write(2)
    const survey = await surveyStorage({ readers: [container.reader], signal, now: () => NOW + HOUR })
    expect(survey).toMatchObject({ isStable: true, serverTimeMs: NOW, clockSkewMs: HOUR, totals: { blobs: 4 } })
    expect(survey.snapshots.map((one) => [one.checkpointId, one.completeness])).toEqual([
      [1, 'complete'],
      [2, 'complete'],
    ])
    expect([...survey.fingerprint.keys()]).toEqual([1, 2].map((id) => keyAt(`${checkpointDirectory(JOB, id)}/_metadata`)))
  })

  it('counts a blob as needed that is named as a directory which a snapshot needs as a whole', async () => {
    const container = new Container()
    container.write(1)
    const directory = `checkpoints/${JOB}/shared/${uuid(7)}`
    container.put(directory)
    const stream = { tag: 15, offset: 0, size: 10, scope: 0, path: uri(shared(1)), logicalId: uuid(9) } as const
    const handle: OperatorHandle = { tag: 17, states: [], taskOwned: uri(directory), sharedDir: uri(directory), isEmpty: false, stream }
    const bytes = encodeMetadata(sample.withState({ managed: handle }))
    const reader = { ...container.reader, read: async () => ({ state: 'read' as const, bytes, etag: '', lastModifiedMs: NOW }) }
    const survey = await surveyStorage({ readers: [reader], signal, now: () => NOW })
    expect(survey.snapshots.map((one) => one.directories)).toEqual([[keyAt(directory)]])
    expect([survey.stored.get(keyAt(directory))?.name, [...survey.loose]]).toEqual([directory, []])
  })

  it('starts over when a checkpoint takes another’s place while it reads, so that the new one’s files are no orphans', async () => {
    const container = new Container()
    container.write(5)
    const reader = changing(container, (readings) => {
      if (readings > 0) return
      container.remove(5)
      container.write(6)
    })
    const survey = await surveyStorage({ readers: [reader], signal, now: () => NOW })
    expect([survey.isStable, ids(survey), [...survey.loose]]).toEqual([true, [6], []])
  })

  it('reads a _metadata again that was written anew', async () => {
    const container = new Container()
    container.write(5, { etag: 'old' })
    const reader = changing(container, (readings) => {
      if (readings === 0) container.write(5, { etag: 'new' })
    })
    const survey = await surveyStorage({ readers: [reader], signal, now: () => NOW })
    expect([survey.isStable, [...survey.fingerprint.values()]]).toEqual([true, ['new']])
  })

  it('says so when checkpoints never stop changing', async () => {
    const container = new Container()
    container.write(1)
    const reader = changing(container, (readings) => {
      container.remove(readings + 1)
      container.write(readings + 2)
    })
    expect((await surveyStorage({ readers: [reader], signal, now: () => NOW })).isStable).toBe(false)
  })

  it.each([{ sizeBytes: 0 }, { isUploading: true }])('does not read a _metadata that is being written (%j)', async (parts) => {
    const container = new Container()
    container.write(1, parts)
    const reader = changing(container, () => {
      throw new Error('read')
    })
    const survey = await surveyStorage({ readers: [reader], signal, now: () => NOW })
    expect(survey.snapshots.map((one) => one.completeness)).toEqual(['writing'])
    expect(survey.isStable).toBe(true)
  })
})
