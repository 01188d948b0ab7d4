import { describe, expect, it } from 'vitest'
import { EXIT, FlinkopsError } from '../../../src/lib/errors.js'
import { inspectFile, inspectVerified } from '../../../src/lib/operations/inspect-snapshot.js'
import { surveyStorage } from '../../../src/lib/operations/survey-storage.js'
import { verifyOnce, verifySnapshot } from '../../../src/lib/operations/verify-snapshot.js'
import type { Blob, ContainerReader, StorageReader } from '../../../src/lib/ports.js'
import { ACCOUNT, at, CONTAINER, NOW, ROOT_URI, uri, uuid } from '../../support/builders.js'
import { mapReader } from '../../support/recorded-tree.js'
import { encodeMetadata } from './metadata/encoder.js'
import type { Stream } from './metadata/handles.js'
import * as sample from './metadata/samples.js'

const DIRECTORY = `checkpoints/${'a'.repeat(32)}/chk-3`
const ODD = 'relative path "../chk-2/x", which is not a plain file name of Flink\'s, at byte '
const signal = new AbortController().signal

function metadataOf(...streams: Stream[]): Uint8Array {
  const shared = streams.map((stream) => ({ name: 'x.sst', stream }))
  return encodeMetadata(sample.withState({ managedKeyed: { ...sample.incremental(11), meta: { tag: 0 }, shared, private: [] } as never }))
}

const relative = (name: string): Stream => ({ tag: 6, name, size: 10 })
const absolute = (path: string): Stream => ({ tag: 2, path, size: 10 })

function blob(name: string, sizeBytes = 10): [string, Blob] {
  return [name, { name, sizeBytes, etag: `etag ${name}`, lastModifiedMs: NOW, isDirectory: false, isUploading: false }]
}

function container(bytes: Uint8Array, ...files: string[]): ContainerReader {
  const blobs = new Map([blob(`${DIRECTORY}/_metadata`, bytes.length), ...files.map((name) => blob(name))])
  return mapReader({ account: ACCOUNT, container: CONTAINER, blobs, serverTimeMs: NOW, bytesOf: () => bytes })
}

/** Only one account can be reached. */
function storageOf(reader: ContainerReader): StorageReader {
  return {
    container: async (account) => {
      if (account === ACCOUNT) return reader
      throw new FlinkopsError(`no key for ${account}`, { code: 'NOT_AUTHORISED', exitCode: EXIT.notAuthorised, suggestions: [] })
    },
  }
}

const look = (reader: ContainerReader) => verifyOnce({ storage: storageOf(reader), location: at(DIRECTORY), signal })

describe('a _metadata that Flink would take but never writes', () => {
  const reader = container(metadataOf(relative('../chk-2/x'), relative('../../../../../y')), `checkpoints/${'a'.repeat(32)}/chk-2/x`)

  it('is unreadable for clean-up, with the oddity as the problem', async () => {
    const survey = await surveyStorage({ readers: [reader], signal, now: () => NOW })
    expect(survey.unreadable).toMatchObject([{ directory: at(DIRECTORY), problem: expect.stringContaining(ODD) }])
    expect(survey.snapshots[0]).toMatchObject({ completeness: 'unreadable', problem: expect.stringContaining(ODD) })
  })

  it('cannot be verified, though every file is there', async () => {
    expect(await look(reader)).toMatchObject({ state: 'unreadable', problem: expect.stringContaining(ODD) })
  })

  it('is shown as it is, with its paths where Flink would look, and a warning', async () => {
    const inspection = inspectVerified(uri(DIRECTORY), await look(reader))
    expect(inspection.references.map(({ path, exists }) => [path, exists])).toEqual([
      [uri(`checkpoints/${'a'.repeat(32)}/chk-2/x`), true],
      [`${ROOT_URI}/../../y`, null],
    ])
    expect(inspection.warnings).toEqual([expect.stringMatching(/never writes one like it: .*and 1 more like it/)])
  })

  it('is shown from a local file with the names that stand in it', () => {
    const inspection = inspectFile('_metadata', metadataOf(relative('a/b')))
    expect(inspection.references).toMatchObject([{ path: 'a/b', relative: true, exists: null }])
    expect(inspection.warnings).toHaveLength(1)
  })
})

describe('a stored snapshot with references elsewhere', () => {
  const foreign = 'wasbs://flink@other.blob.core.windows.net/x'
  const own = uuid(1)
  const bytes = metadataOf(relative(own), absolute('s3://bucket/x'), absolute(foreign))
  const reader = container(bytes, `${DIRECTORY}/${own}`)

  it('is inspected whole: what cannot be looked up is neither there nor missing', async () => {
    const inspection = inspectVerified(uri(DIRECTORY), await look(reader))
    expect(inspection.references.map(({ path, exists }) => [path, exists])).toEqual([
      [uri(`${DIRECTORY}/${own}`), true],
      ['s3://bucket/x', null],
      [foreign, null],
    ])
    expect(inspection.unseen).toEqual([{ where: 'other.blob.core.windows.net/flink', files: 1 }])
    expect(inspection.warnings).toEqual([expect.stringMatching(/^1 file .*was not looked at: no key for other.blob.core.windows.net/)])
  })

  it('is not verified as long as an account cannot be reached', async () => {
    const verification = verifySnapshot({ storage: storageOf(reader), location: at(DIRECTORY), signal })
    await expect(verification).rejects.toThrow('no key for other.blob.core.windows.net')
  })

  it('is shown with a warning when a path without scheme may lie anywhere', async () => {
    const found = await look(container(metadataOf(absolute('/no/scheme')), `${DIRECTORY}/${own}`))
    expect(found.state).toBe('unreadable')
    const inspection = inspectVerified(uri(DIRECTORY), found)
    expect(inspection.references).toMatchObject([{ path: '/no/scheme', exists: null }])
    expect(inspection.warnings).toEqual([expect.stringContaining('it has no scheme')])
  })

  it('is not shown at all when its _metadata is no such thing, or not there', async () => {
    const junk = await look(container(Uint8Array.of(1, 2, 3)))
    expect(() => inspectVerified(uri(DIRECTORY), junk)).toThrow('is no readable snapshot')
    const missing = await verifyOnce({ storage: storageOf(reader), location: at('nowhere'), signal })
    expect(() => inspectVerified(uri('nowhere'), missing)).toThrow('there is no nowhere/_metadata')
  })
})

it('gives a segment of unknown size its offset and no length', () => {
  const bytes = metadataOf({ ...sample.SEGMENT, size: -1 })
  expect(inspectFile('_metadata', bytes).references).toMatchObject([{ kind: 'segment', offset: 2 ** 33, length: null, sizeBytes: null }])
})
