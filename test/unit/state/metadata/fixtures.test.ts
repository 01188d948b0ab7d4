import { describe, expect, it } from 'vitest'
import { parseMetadata } from '../../../../src/lib/state/metadata/parse.js'
import type { Metadata, Operator, Reference } from '../../../../src/lib/state/types.js'
import { type Expected, type ExpectedHandle, readExpected, readFixture } from './expected.js'

/** Written to hold what Flink takes but never writes: relative paths with slashes, positions and sizes of 2^53 and more. */
const ODD = 'generated/v6-seed3-odd.metadata'

const written = readExpected('')
const generated = readExpected('generated/')
const all = [...written, ...generated]
const readable = all.filter(({ error }) => error === undefined)

function parse(file: string): Metadata {
  const result = parseMetadata(readFixture(file))
  if (!result.ok) throw new Error(result.problem.message)
  return result.metadata
}

/** Inline and empty handles are listed by Flink, too: they have no path. */
function expectedReferences({ references = [], truth }: Expected): unknown[] {
  return references.filter(({ path }) => path !== null).map((handle) => expectedReference(handle, truth === 'GenLegacy'))
}

function expectedReference(handle: ExpectedHandle, isLegacy: boolean): unknown {
  const isDirectory = handle.kind === 'DirectoryStreamStateHandle'
  const isSegment = handle.kind === 'SegmentFileStateHandle'
  return {
    // For a relative handle Flink resolves `path` against the folder it was asked to assume; the file holds the bare name.
    path: handle.relative ?? handle.path,
    relative: handle.relative !== null,
    kind: isDirectory ? 'directory' : isSegment ? 'segment' : 'file',
    // A directory's size is said to be 0, which nobody measured.
    sizeBytes: isDirectory || handle.size === -1 ? null : Number(handle.size),
    shared: handle.shared,
    ...(isSegment ? { offset: Number(handle.offset), ...(handle.length === -1 ? {} : { length: Number(handle.length) }) } : {}),
    ...(isLegacy ? {} : { role: roleOf(handle), operatorId: handle.operatorId, subtask: handle.subtask }),
  }
}

function roleOf({ kind, scope, via = [] }: ExpectedHandle): Reference['role'] {
  if (kind === 'DirectoryStreamStateHandle') return 'directory'
  if (scope === 'managedOperator' || scope === 'rawOperator') return 'operator'
  if (scope === 'inputChannel' || scope === 'resultSubpartition') return 'channel'
  const path = via.join('>')
  if (path.includes('ChangelogStateHandleStreamImpl')) return 'changelog'
  if (path.includes('.meta')) return 'keyed-meta'
  if (path.includes('StateHandle.shared')) return 'shared'
  return path.includes('StateHandle.private') ? 'private' : 'keyed'
}

function withoutPlace({ role: _, operatorId: __, subtask: ___, ...rest }: Reference): unknown {
  return rest
}

const byText = (a: string, b: string) => (a < b ? -1 : Number(a > b))

function sorted(items: readonly unknown[]): string[] {
  return items.map((item) => JSON.stringify(item, Object.keys(Object(item)).toSorted(byText))).sort(byText)
}

function describeOperator({ subtasks, finishedSubtasks, ...operator }: Operator): unknown {
  return { ...operator, subtaskStates: subtasks, finishedSubtasks: finishedSubtasks.toSorted((a, b) => a - b) }
}

const total = (sizes: (number | string | null)[]) => sizes.reduce<number>((sum, size) => sum + Math.max(0, Number(size ?? 0)), 0)

describe.skipIf(readable.length === 0)('parseMetadata on files that Flink wrote', () => {
  it('knows the fixtures it was checked with', () => {
    expect([written.length, generated.length]).toEqual([153, 11])
  })

  it.each(readable)('finds in $file the files that Flink finds', (expected) => {
    const { references } = parse(expected.file)
    expect(sorted(expected.truth === 'GenLegacy' ? references.map(withoutPlace) : references)).toEqual(sorted(expectedReferences(expected)))
  })

  it.each(readable)('adds up $file as Flink does', ({ file, references = [], totals }) => {
    const metadata = parse(file)
    expect(metadata.inlineBytes).toBe(total(references.filter(({ path }) => path === null).map(({ size }) => size)))
    if (!totals) return
    expect(metadata.inlineBytes).toBe(totals.inlineBytes)
    // A sum beyond 2^53 is exact there and rounded here.
    const fileBytes = total(metadata.references.map(({ sizeBytes }) => sizeBytes))
    expect(Math.abs(fileBytes - Number(totals.fileBytes))).toBeLessThanOrEqual(Math.floor(fileBytes / 2 ** 49))
    expect(new Set(metadata.references.map(({ path }) => path)).size).toBe(totals.distinctPaths)
  })

  it.each(readable)(
    'describes the snapshot and the operators of $file as Flink does',
    ({ file, version, checkpointId, operators, properties }) => {
      const metadata = parse(file)
      expect(metadata.formatVersion).toBe(version)
      expect(metadata.checkpointId).toBe(BigInt(checkpointId))
      if (!operators) return
      const relevant = operators.map(
        ({ operatorId, uid, name, parallelism, maxParallelism, subtaskStates, finishedSubtasks, finished }) => {
          return { operatorId, uid, name, parallelism, maxParallelism, subtaskStates, finishedSubtasks, finished }
        },
      )
      expect(sorted(metadata.operators.map(describeOperator))).toEqual(sorted(relevant))
      const type = properties ? (properties.savepoint ? 'savepoint' : 'checkpoint') : null
      expect([metadata.snapshotType, metadata.savepointFormat]).toEqual([type, properties?.formatType ?? null])
    },
  )

  it.each(all.filter(({ error }) => error !== undefined))('refuses $file as Flink does', ({ file }) => {
    expect(parseMetadata(readFixture(file))).toMatchObject({ ok: false, problem: { kind: 'unsupportedVersion' } })
  })

  it('names every oddity of the file that is full of them, with its byte', () => {
    const { oddities } = parse(ODD)
    expect(oddities[0]).toBe('segment position of about 9223372036854776000, more than any file can have, at byte 2,060')
    expect(oddities[1]).toContain('relative path "nested/c704158a-21a4-dd69-c03b-68f194bbe7e3"')
    const handles = all.find(({ file }) => file === ODD)?.references ?? []
    const odd = handles.flatMap((handle) => [
      handle.relative !== null && !/^[0-9a-f-]{36}$/.test(handle.relative),
      ...[handle.size, ...(handle.length === undefined ? [] : [handle.offset])].map((value) => Number(value) >= 2 ** 53),
    ])
    expect(oddities).toHaveLength(odd.filter(Boolean).length)
  })

  it.each(readable.filter(({ file }) => file !== ODD))('finds nothing odd in $file', ({ file }) => {
    expect(parse(file).oddities).toEqual([])
  })

  it.each(generated)('refuses $file cut short at any byte', ({ file }) => {
    const bytes = readFixture(file)
    // Every place near the end, where trailers and lists finish, and a sample of the rest.
    for (let length = 0; length < bytes.length; length += length > bytes.length - 800 ? 1 : 61)
      expect([length, parseMetadata(bytes.subarray(0, length)).ok]).toEqual([length, false])
  })
})
