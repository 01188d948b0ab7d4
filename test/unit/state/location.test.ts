import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  flinkPath,
  formatLocation,
  isBelow,
  locationKey,
  normalisePath,
  parseLocation,
  spellingOf,
} from '../../../src/lib/state/location.js'

const segment = fc
  .string({ unit: fc.constantFrom(...'abz09-_ ü%+$=é'), minLength: 1, maxLength: 8 })
  .filter((text) => text !== '.' && text !== '..')
const name = fc.array(segment, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'))
const account = fc.stringMatching(/^[a-z0-9]{3,10}$/)
const container = fc.stringMatching(/^[a-z0-9]{3,10}$/)

function keyOf(uri: string): string {
  const parsed = parseLocation(uri)
  if (!parsed.ok) throw new Error(`${uri}: ${parsed.problem}`)
  return locationKey(parsed.location)
}

function percentEncoded(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}

describe('parseLocation', () => {
  it('gives every spelling of the same blob one key', () => {
    fc.assert(
      fc.property(account, container, name, (acct, box, path) => {
        const keys = ['wasb', 'wasbs', 'abfs', 'ABFSS'].flatMap((scheme) =>
          ['blob', 'dfs', 'BLOB'].map((part) => keyOf(`${scheme}://${box}@${acct}.${part}.core.windows.net/${path}`)),
        )
        keys.push(keyOf(`https://${acct}.blob.core.windows.net/${box}/${percentEncoded(path)}`))
        keys.push(keyOf(`https://${acct.toUpperCase()}.dfs.core.windows.net/${box}/${percentEncoded(path)}`))
        expect(new Set(keys)).toEqual(new Set([`${acct}.blob.core.windows.net/${box}/${path}`]))
      }),
    )
  })

  it('gives different blobs different keys', () => {
    fc.assert(
      fc.property(fc.tuple(account, container, name), fc.tuple(account, container, name), (a, b) => {
        const [one, other] = [a, b].map(([acct, box, path]) => keyOf(`wasbs://${box}@${acct}.blob.core.windows.net/${path}`))
        expect(one === other).toBe(a.join('/') === b.join('/'))
      }),
    )
  })

  it('decodes nothing in a Hadoop path, since Flink encodes nothing', () => {
    expect(keyOf('wasbs://c@a.blob.core.windows.net/x%20y/z')).toBe('a.blob.core.windows.net/c/x%20y/z')
  })

  it('reads a container without path as its root', () => {
    expect(keyOf('abfss://c@a.dfs.core.windows.net')).toBe('a.blob.core.windows.net/c/')
    expect(keyOf('abfss://c@a.dfs.core.windows.net/')).toBe('a.blob.core.windows.net/c/')
  })

  it.each([
    ['/no/scheme', 'it has no scheme'],
    ['checkpoints/a', 'it has no scheme'],
    ['s3://bucket/a', 'its scheme s3 is not Azure'],
    ['wasbs:///a', 'its scheme wasbs is not Azure'],
    ['wasbs://@a.blob.core.windows.net/x', 'the container before the @ is empty'],
    ['wasbs://c@a.blob.core.windows.net/../x', 'its path leaves the container'],
    ['https://a.blob.core.windows.net/c/%zz', 'its percent-encoding is malformed'],
  ])('has a problem with %s', (uri, problem) => {
    expect(parseLocation(uri)).toMatchObject({ ok: false, problem: expect.stringContaining(problem) })
  })
})

describe('normalisePath', () => {
  it.each([
    ['/a//b/', 'a/b'],
    ['a\\b', 'a/b'],
    ['a/./b/../c', 'a/c'],
    ['', ''],
    ['a/..', ''],
    ['..', null],
    ['a/../../b', null],
    ['...', '...'],
  ])('normalises %j as Flink’s Path does', (path, normal) => {
    expect(normalisePath(path)).toBe(normal)
  })

  it('changes nothing the second time', () => {
    const messy = fc.array(fc.oneof(segment, fc.constantFrom('.', '..', '', '\\')), { maxLength: 8 }).map((parts) => parts.join('/'))
    fc.assert(
      fc.property(messy, (path) => {
        const once = normalisePath(path)
        if (once !== null) expect(normalisePath(once)).toBe(once)
        expect(flinkPath(flinkPath(path))).toBe(flinkPath(path))
      }),
    )
  })

  it('is found by detours too', () => {
    fc.assert(
      fc.property(name, segment, (path, detour) => {
        expect(normalisePath(`/${detour}/../${path.replaceAll('/', '//')}/./`)).toBe(path)
      }),
    )
  })
})

it('leaves the .. that lead out of the root where Flink leaves them', () => {
  expect(flinkPath('pointer/../../../x/../y')).toBe('../../y')
})

it('keeps the spelling that a user or Flink chose', () => {
  const uri = 'abfss://c@acct.dfs.core.windows.net/a/b'
  const parsed = parseLocation(uri)
  if (!parsed.ok) throw new Error(parsed.problem)
  expect(formatLocation(spellingOf(uri, parsed.location), parsed.location.name)).toBe(uri)
  expect(spellingOf('https://acct.blob.core.windows.net/c/a', parsed.location)).toBe('wasbs://c@acct.blob.core.windows.net')
  expect(formatLocation('wasbs://c@h', '')).toBe('wasbs://c@h')
})

it('finds a directory’s blobs below it, and no namesakes', () => {
  expect(isBelow('a/b', 'a')).toBe(true)
  expect(isBelow('a', 'a')).toBe(true)
  expect(isBelow('ab', 'a')).toBe(false)
  expect(isBelow('anything', '')).toBe(true)
})
