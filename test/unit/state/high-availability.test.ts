import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { holdsOfStores, isStoreFile, readStoreFile, type StoreFile, storeFileName } from '../../../src/lib/state/high-availability.js'
import { holdOf } from '../../../src/lib/state/holds.js'
import { ACCOUNT, at, jobId, uuid } from '../../support/builders.js'

const A = jobId(0xa)
const B = jobId(0xb)
const ODD_ROOT = 'check points/50%'

/** Written by Flink's own classes: scripts/HighAvailabilityStore.java. */
function recorded(name: string): Uint8Array {
  return readFileSync(join(import.meta.dirname, '../../support/recorded/high-availability', name))
}

function namesIn(bytes: Uint8Array): string[] {
  const content = readStoreFile(bytes)
  if (!content.ok) throw new Error(content.problem)
  expect(new Set(content.named.map(({ account, container }) => `${account}/${container}`))).toEqual(new Set([`${ACCOUNT}/flink`]))
  return content.named.map(({ name }) => name)
}

function javaString(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text)
  return Uint8Array.of(0x74, bytes.length >> 8, bytes.length & 255, ...bytes)
}

const magic = Uint8Array.of(0xac, 0xed, 0, 5)
const bytesOf = (...parts: Uint8Array[]) => Uint8Array.from([magic, ...parts].flatMap((part) => [...part]))

function storeFile(name: string, content: StoreFile['content']): StoreFile {
  return { location: at(name), etag: '0x1', content }
}

describe('a completed checkpoint of a high-availability store', () => {
  it.each(['2.3.0', '1.20.1'])('of Flink %s names the directory, its _metadata, and files of its own and shared ones', (version) => {
    const tree = `checkpoints/${A}`
    expect(namesIn(recorded(`abfss-${version}`))).toEqual(
      expect.arrayContaining([`${tree}/chk-7`, `${tree}/chk-7/_metadata`, `${tree}/chk-7/${uuid(0)}`, `${tree}/shared/${uuid(1)}`]),
    )
  })

  it.each(['2.3.0', '1.20.1'])('of Flink %s is understood where a URI encodes what a path does not', (version) => {
    const tree = `${ODD_ROOT}/${A}`
    expect(namesIn(recorded(`odd-root-${version}`))).toEqual(expect.arrayContaining([`${tree}/chk-7`, `${tree}/shared/${uuid(1)}`]))
  })

  it('is not understood when it was cut off before it names a directory, whatever else stands in it', () => {
    const whole = recorded('abfss-2.3.0')
    for (const bytes of [whole.subarray(0, 200), new Uint8Array(), magic, bytesOf(javaString('wasbs://c@a/input/file.csv'))])
      expect(readStoreFile(bytes)).toEqual({ ok: false, problem: 'it names no directory of a checkpoint' })
  })

  it('never throws, and with any damage names the directory or says that it is not understood', () => {
    const whole = recorded('abfss-1.20.1')
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (offset, byte, length) => {
        const bytes = Uint8Array.from(whole.subarray(0, length))
        if (offset < bytes.length) bytes[offset] = byte
        const content = readStoreFile(bytes)
        expect(content.ok ? content.named.length + 1 : content.problem).toBeTruthy()
      }),
    )
  })

  it.each(['WASBS', 'wasb', 'abfs', 'Abfss'])('takes the scheme %s', (scheme) => {
    expect(namesIn(bytesOf(javaString(`${scheme}://flink@${ACCOUNT}/checkpoints/${A}/chk-3/_metadata`)))).toContain(
      `checkpoints/${A}/chk-3/_metadata`,
    )
  })

  it('takes the directory out of a text whose length is not told', () => {
    const text = new TextEncoder().encode(`xwasbs://flink@${ACCOUNT}/checkpoints/${A}/chk-31xsr`)
    expect(namesIn(bytesOf(text))).toEqual([`checkpoints/${A}/chk-31`, `checkpoints/${A}/chk-31`])
  })

  it('is understood, and names nothing here, when its checkpoint lies in another file system', () => {
    expect(readStoreFile(bytesOf(javaString(`hdfs://nn/checkpoints/${A}/chk-3`)))).toEqual({ ok: true, named: [] })
  })

  it('names no root and no input, of which it may hold the text, too', () => {
    const uri = (name: string) => javaString(`wasbs://flink@${ACCOUNT}/${name}`)
    expect(new Set(namesIn(bytesOf(uri(`checkpoints/${A}/chk-3`), uri('checkpoints'), uri('input/a.csv'), uri(''))))).toEqual(
      new Set([`checkpoints/${A}/chk-3`]),
    )
  })

  it.each([
    ['ha/cluster/completedCheckpoint8f3c1a2b', true],
    ['completedCheckpoint1', true],
    ['ha/completedCheckpoint1/x', false],
    ['ha/submittedJobGraph1', false],
  ])('knows whether %s is such a file: %s', (name, is) => {
    expect(isStoreFile(name)).toBe(is)
  })
})

describe('what stores hold', () => {
  const ok = (...names: string[]): StoreFile['content'] => ({ ok: true, named: names.map(at) })
  const unknown: StoreFile['content'] = { ok: false, problem: 'it names no directory of a checkpoint' }

  it('is the directory with all below it, each file by its name, and nothing beside them', () => {
    const { holds, jobs } = holdsOfStores(
      [storeFile('ha/completedCheckpoint1', ok(`c/${A}/chk-7/_metadata`, `c/${A}/shared/${uuid(1)}`))],
      [],
    )
    const isHeld = (name: string) => holdOf(holds, at(name))?.reason === 'high-availability'
    expect([`c/${A}/chk-7`, `c/${A}/chk-7/${uuid(5)}`, `c/${A}/shared/${uuid(1)}`].every(isHeld)).toBe(true)
    expect([`c/${A}/chk-6/${uuid(5)}`, `c/${A}/shared/${uuid(2)}`, `c/${B}/chk-7`].some(isHeld)).toBe(false)
    expect([...jobs]).toEqual([A])
  })

  it('is a whole tree that it names', () => {
    const { holds, jobs } = holdsOfStores([storeFile('ha/completedCheckpoint1', ok(`c/${A}`))], [])
    expect([holdOf(holds, at(`c/${A}/shared/${uuid(1)}`)) !== null, [...jobs]]).toEqual([true, [A]])
  })

  it('is everything when a file is not understood, and the words name the file as --dead takes it', () => {
    const file = storeFile('ha/completedCheckpoint1', unknown)
    const { holds } = holdsOfStores([file], [at('')])
    const detail = `wasbs://flink@${ACCOUNT}/ha/completedCheckpoint1#0x1 may mean it: it names no directory of a checkpoint`
    expect(holdOf(holds, at(`c/${B}/shared/${uuid(1)}`))).toEqual({ reason: 'high-availability', detail })
    expect(detail).toContain(storeFileName(file))
  })

  it('is only the trees of one job when the path of a file that is not understood names that job', () => {
    const { holds } = holdsOfStores([storeFile(`ha/${A}/completedCheckpoint1`, unknown)], [at('')])
    expect(holdOf(holds, at(`c/${A}/shared/${uuid(1)}`))?.reason).toBe('high-availability')
    expect(holdOf(holds, at(`c/${B}/shared/${uuid(1)}`))).toBeNull()
  })
})
