import { expect, it } from 'vitest'
import { parseMetadata } from '../../../../src/lib/state/metadata/parse.js'
import { encodeMetadata } from './encoder.js'
import * as sample from './samples.js'

const VERSIONS = [2, 3, 4, 5, 6]

it.each(VERSIONS)('refuses a version %i file cut short at any byte', (version) => {
  const bytes = encodeMetadata(sample.everything(version))
  for (let length = 0; length < bytes.length; length++) {
    const result = parseMetadata(bytes.subarray(0, length))
    expect([length, result.ok]).toEqual([length, false])
  }
})

it.each(VERSIONS)('answers, and never hangs, whatever single byte of a version %i file is changed', (version) => {
  const bytes = encodeMetadata(sample.everything(version))
  for (let at = 0; at < bytes.length; at++) {
    const original = bytes[at] ?? 0
    for (const changed of [0, 0xff, original ^ 1, original ^ 0x80]) {
      bytes[at] = changed
      expect(typeof parseMetadata(bytes).ok).toBe('boolean')
    }
    bytes[at] = original
  }
})

it('answers for every value of every byte of a small file', () => {
  const bytes = encodeMetadata(sample.withState({ managedKeyed: sample.incremental(11) }, { properties: 'null' }))
  for (let at = 0; at < bytes.length; at++) {
    const original = bytes[at] ?? 0
    for (let value = 0; value < 256; value++) {
      bytes[at] = value
      expect(typeof parseMetadata(bytes).ok).toBe('boolean')
    }
    bytes[at] = original
  }
})
