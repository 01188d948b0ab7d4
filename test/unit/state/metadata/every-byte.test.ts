import { expect, it } from 'vitest'
import { parseMetadata } from '../../../../src/lib/state/metadata/parse.js'
import { encodeMetadata } from './encoder.js'
import * as sample from './samples.js'

const VERSIONS = [2, 3, 4, 5, 6]

it.each(VERSIONS)('refuses a version %i file cut short at any byte', (version) => {
  const bytes = encodeMetadata(sample.everything(version))
  const taken = Array.from(bytes.keys()).filter((length) => parseMetadata(bytes.subarray(0, length)).ok)
  expect(taken).toEqual([])
})

it.each(VERSIONS)('answers, and never hangs, whatever single byte of a version %i file is changed', (version) => {
  const bytes = encodeMetadata(sample.everything(version))
  expect(unanswered(bytes, (original) => [0, 0xff, original ^ 1, original ^ 0x80])).toEqual([])
})

it('answers for every value of every byte of a small file', () => {
  const bytes = encodeMetadata(sample.withState({ managedKeyed: sample.incremental(11) }, { properties: 'null' }))
  expect(unanswered(bytes, () => Array(256).keys())).toEqual([])
})

/** Where a changed byte gets something else than an answer. One assertion for all of them: a million would be what takes the time. */
function unanswered(bytes: Uint8Array, changes: (original: number) => Iterable<number>): number[] {
  const found: number[] = []
  for (let at = 0; at < bytes.length; at++) {
    const original = bytes[at] ?? 0
    for (const changed of changes(original)) {
      bytes[at] = changed
      if (typeof parseMetadata(bytes).ok !== 'boolean') found.push(at)
    }
    bytes[at] = original
  }
  return found
}
