import { describe, expect, it } from 'vitest'
import { locationKey } from '../../../src/lib/state/location.js'
import { requiredBytes, resolveReferences } from '../../../src/lib/state/references.js'
import type { Metadata, Reference } from '../../../src/lib/state/types.js'
import { at, keyAt, needs, needsBelow, reference, uuid } from '../../support/builders.js'

const FILE = uuid(1)

function resolve(...references: Reference[]) {
  return resolveReferences({ references } as Metadata, at('root/chk-1'))
}

function keys(...references: Reference[]): string[] {
  const resolution = resolve(...references)
  if (!resolution.ok) throw new Error(resolution.problem)
  return resolution.resolved.map((one) => locationKey(one.location))
}

describe('resolveReferences', () => {
  it('resolves a relative name against the snapshot’s directory and a URI against nothing', () => {
    expect(keys(needsBelow(FILE), needs(`elsewhere/${FILE}`))).toEqual([keyAt(`root/chk-1/${FILE}`), keyAt(`elsewhere/${FILE}`)])
  })

  it('follows a relative path as Flink does: through directories, upwards, and below even with a slash in front', () => {
    expect(keys(needsBelow(`a/${FILE}`), needsBelow(`../x/${FILE}`), needsBelow(`/abs/${FILE}`))).toEqual([
      keyAt(`root/chk-1/a/${FILE}`),
      keyAt(`root/x/${FILE}`),
      keyAt(`root/chk-1/abs/${FILE}`),
    ])
  })

  it.each(['file:/tmp/x', 'hdfs://nn/x', 's3://b/x', 's3a://b/x', 'gs://b/x', 'oss://b/x'])(
    'leaves out %s, which cannot lie here',
    (path) => {
      expect(keys(reference(path), needsBelow(FILE))).toEqual([keyAt(`root/chk-1/${FILE}`)])
    },
  )

  it.each(['/no/scheme', 'viewfs://mounts/x', 'wasbs:///x', 'custom://x/y'])('gives up on %s, which may lie here', (path) => {
    expect(resolve(needsBelow(FILE), reference(path))).toMatchObject({ ok: false, problem: expect.stringContaining(path) })
  })

  it('gives up on a relative path that leaves the container, whatever it looks like', () => {
    expect(resolve(needsBelow('s3://../../../../x'))).toMatchObject({ ok: false, problem: expect.stringContaining('leaves the container') })
  })
})

it.each([
  ['a file', reference('x', { sizeBytes: 12 }), 12],
  ['a file of unknown size', reference('x', { sizeBytes: null }), null],
  ['a segment', reference('x', { kind: 'segment', sizeBytes: 5, offset: 100, length: 5 }), 105],
  ['a segment of unknown size', reference('x', { kind: 'segment', sizeBytes: null, offset: 100 }), 100],
  ['a directory', reference('x', { kind: 'directory', sizeBytes: null }), null],
] as const)('knows how many bytes %s needs', (_, use, bytes) => {
  expect(requiredBytes(use)).toBe(bytes)
})
