import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeyTable } from '../../../src/lib/state/key-table.js'
import { type Location, locationKey } from '../../../src/lib/state/location.js'
import { requiredBytes, resolveReferences } from '../../../src/lib/state/references.js'
import type { Metadata, Reference } from '../../../src/lib/state/types.js'
import { UseReader } from '../../../src/lib/state/use-reader.js'
import { type Uses, usesOf } from '../../../src/lib/state/uses.js'
import { ACCOUNT, at, keyAt, needs, needsBelow, reference, uuid } from '../../support/builders.js'

const metadataOf = (...references: Reference[]) => ({ references }) as Metadata

const part = fc.constantFrom('a', 'B', '', '.', '..', '\\', 'a\\b', '%20', '%2', '%2F', '%5C', 'é', '?', '#', '@', 'x\ny', uuid(1), uuid(2))
const last = fc.oneof(
  { weight: 3, arbitrary: fc.nat({ max: 5 }).map(uuid) },
  part,
  fc.constantFrom('', `${uuid(1)}?sig=x`, uuid(10).toUpperCase()),
)
const authority = fc.constantFrom(
  `flink@${ACCOUNT}`,
  'flink@ACCT.dfs.core.windows.net',
  `@${ACCOUNT}`,
  `${ACCOUNT}/flink`,
  ACCOUNT,
  '',
  'other@acct.blob.core.windows.net:80',
)
const scheme = fc.constantFrom('wasbs://', 'ABFS://', 'abfss:/', 'https://', 'http://', 'file:', 'hdfs://', 's3://', 'viewfs://', '/', '')
const path = fc
  .tuple(scheme, authority, fc.array(part, { maxLength: 4 }), last)
  .map(([before, host, parts, name]) => `${before}${[host, ...parts, name].join('/')}`)
const use = fc.oneof(
  { weight: 5, arbitrary: fc.array(part, { maxLength: 3 }).chain((parts) => last.map((name) => needs([...parts, name].join('/')))) },
  { weight: 3, arbitrary: fc.array(part, { maxLength: 3 }).chain((parts) => last.map((name) => needsBelow([...parts, name].join('/')))) },
  { weight: 2, arbitrary: path.map((text) => reference(text)) },
)
const parts = fc.record({
  kind: fc.constantFrom('file' as const, 'file' as const, 'segment' as const, 'directory' as const),
  sizeBytes: fc.constantFrom(null, 0, 10, 2 ** 40),
  offset: fc.constantFrom(0, 5),
  length: fc.constantFrom(0, 7),
})
const references = fc.array(
  fc.tuple(use, parts).map(([one, more]) => ({ ...one, ...more })),
  { maxLength: 8 },
)
const directory = fc
  .array(fc.constantFrom('chk-1', 'a', '', '.', '..', uuid(1), 'a\\b'), { maxLength: 3 })
  .map((names): Location => at(names.join('/')))

function columns(uses: Uses) {
  return Array.from(uses.ids, (id, number) => ({
    key: uses.keys.keyOf(id),
    required: uses.requiredBytes(number),
    stated: uses.statedBytes(number),
    isRelative: uses.isRelative(number),
  }))
}

describe('UseReader', () => {
  it('finds just what resolving each reference by itself finds, or gives up on the same one with the same words', () => {
    fc.assert(
      fc.property(references, directory, fc.boolean(), (named, own, isWarm) => {
        const reader = new UseReader(new KeyTable())
        if (isWarm) reader.read(metadataOf(...named.toReversed()), own)
        const found = reader.read(metadataOf(...named), own)
        const resolution = resolveReferences(metadataOf(...named), own)
        expect(found.ok ? null : found.problem).toBe(resolution.ok ? null : resolution.problem)
        if (!found.ok || !resolution.ok) return
        const isDirectory = ({ reference: { kind } }: (typeof resolution.resolved)[number]) => kind === 'directory'
        expect([...found.uses.directories]).toEqual([
          ...new Set(resolution.resolved.filter(isDirectory).map((one) => locationKey(one.location))),
        ])
        expect(columns(found.uses)).toEqual(
          resolution.resolved
            .filter((one) => !isDirectory(one))
            .map(({ reference: one, location }) => ({
              key: locationKey(location),
              required: requiredBytes(one),
              stated: Math.max(0, one.sizeBytes ?? 0),
              isRelative: one.relative,
            })),
        )
        expect([...usesOf(resolution.resolved, new KeyTable())]).toEqual([...found.uses])
      }),
      { numRuns: 3000 },
    )
  })

  it('does not take a name that ends like a UUID for a file of the directory before', () => {
    const names = [`x/a/${uuid(1)}`, `x/aB${uuid(1)}`, `x/a-${uuid(1)}`]
    const found = new UseReader(new KeyTable()).read(metadataOf(...names.map((name) => needs(name))), at('chk-1'))
    expect(found.ok && columns(found.uses).map(({ key }) => key)).toEqual(names.map(keyAt))
  })

  it('numbers the files of all snapshots in one table, whatever scheme and host spell them', () => {
    const keys = new KeyTable()
    const reader = new UseReader(keys)
    const name = `checkpoints/x/shared/${uuid(1)}`
    const spellings = [
      needs(name),
      reference(`abfss://flink@acct.dfs.core.windows.net/${name}`),
      reference(`https://${ACCOUNT}/flink/${name}`),
    ]
    const ids = spellings.flatMap((one) => {
      const found = reader.read(metadataOf(one), at('checkpoints/x/chk-1'))
      return found.ok ? [...found.uses.ids] : []
    })
    expect(ids).toEqual([0, 0, 0])
    expect(keys.keyOf(0)).toBe(keyAt(name))
  })
})
