import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkpointIdOf,
  isPlainName,
  isSnapshotMetadata,
  isStateFileName,
  parentOf,
  placeOf,
  savepointPrefix,
} from '../../../src/lib/state/layout.js'
import { jobId, uuid } from '../../support/builders.js'

const JOB = jobId(0xa)
const FILE = uuid(7)
const SAVEPOINT = 'savepoint-aaaaaa-0123456789ab'

describe('placeOf', () => {
  it.each(['sharedx', 'taskownedx', 'dstlx', 'x'])('takes %s for a plain name', (name) => {
    expect(isPlainName(name)).toBe(true)
  })

  it.each([
    [`checkpoints/${JOB}/chk-12/${FILE}`, 'checkpoint', JOB, `checkpoints/${JOB}`],
    [`checkpoints/${JOB}/chk-12/_metadata`, 'checkpoint', JOB, `checkpoints/${JOB}`],
    [`${JOB}/chk-12/${FILE}`, 'checkpoint', JOB, JOB],
    [`checkpoints/chk-12/${FILE}`, 'checkpoint', null, 'checkpoints'],
    [`checkpoints/${JOB}/shared/${FILE}`, 'shared', JOB, `checkpoints/${JOB}`],
    [`checkpoints/${JOB}/shared/job_a_op_b_1_4/${FILE}`, 'shared-merged', JOB, `checkpoints/${JOB}`],
    [`checkpoints/${JOB}/shared/op_Map_0a__1_4__attempt_2/db/${FILE}`, 'forst', JOB, `checkpoints/${JOB}`],
    [`chk-12/${FILE}`, 'checkpoint', null, ''],
    [`checkpoints/${JOB}/taskowned/x/${FILE}`, 'taskowned', JOB, `checkpoints/${JOB}`],
    [`checkpoints/${JOB}/taskowned/job_a_tm_b/x/${FILE}`, 'taskowned', JOB, `checkpoints/${JOB}`],
    [`checkpoints/${JOB}/taskowned/${FILE}`, 'taskowned', JOB, `checkpoints/${JOB}`],
    [`checkpoints/${JOB}/taskowned/job_a_tm_b-6122/${FILE}`, 'taskowned-merged', JOB, `checkpoints/${JOB}`],
    [`changelog/${JOB}/dstl/${FILE}`, 'changelog', JOB, `changelog/${JOB}`],
    [`savepoints/${SAVEPOINT}/${FILE}`, 'savepoint', null, `savepoints/${SAVEPOINT}`],
    [`checkpoints/${JOB}/${SAVEPOINT}/_metadata`, 'savepoint', null, `checkpoints/${JOB}/${SAVEPOINT}`],
    [`_$azuretmpfolder$/${FILE}${FILE}`, 'temporary', null, '_$azuretmpfolder$'],
  ])('places %s as %s', (name, area, job, tree) => {
    expect(placeOf(name)).toMatchObject({ area, jobId: job, tree })
  })

  it('leaves any path outside the known layout into which something is put that Flink’s paths have not', () => {
    const part = fc.constantFrom('', '.', '..', 'a\\b')
    fc.assert(
      fc.property(fc.constantFrom(`checkpoints/${JOB}/chk-12/${FILE}`, `${JOB}/shared/${FILE}`), part, fc.nat(4), (name, odd, at) => {
        const parts = name.split('/')
        expect(placeOf(parts.toSpliced(Math.min(at, parts.length - 1), 0, odd).join('/')).area).toBe('other')
      }),
    )
  })

  it.each([
    `checkpoints/shared/${FILE}`,
    `changelog/${FILE}`,
    `checkpoints/${JOB}/${FILE}`,
    `checkpoints/${JOB}/shared/other/${FILE}`,
    `checkpoints/${JOB}/shared/job_a_op_b_1_4/deeper/${FILE}`,
    `checkpoints/${JOB}/shared/op_a_attempt_1/log/${FILE}`,
    `checkpoints/${JOB}/shared/op_a_attempt_1/db/deeper/${FILE}`,
    `checkpoints/${JOB}/chk-1234567890123456789/${FILE}`,
    `savepoints/savepoint-aaaaaa-0123456789a/${FILE}`,
    `savepoints/savepoint-AAAAAA-0123456789ab/${FILE}`,
    `checkpoints//${JOB}/shared/${FILE}`,
    `checkpoints/${JOB}//shared/${FILE}`,
    `checkpoints/${JOB}/shared//${FILE}`,
    `/checkpoints/${JOB}/chk-12/${FILE}`,
    `checkpoints/${JOB}/chk-12//`,
    `checkpoints/./${JOB}/chk-12/${FILE}`,
    `checkpoints/x/../${JOB}/chk-12/${FILE}`,
    `back\\slash/${JOB}/chk-12/${FILE}`,
    `savepoints//${SAVEPOINT}/${FILE}`,
    `checkpoints/${JOB}/chk-007/${FILE}`,
    `checkpoints/${JOB}/chk-00/_metadata`,
    `checkpoints/${JOB}/chk-/${FILE}`,
    `checkpoints/${JOB}/chk-7.bak/${FILE}`,
    `tables/data/${FILE}`,
    'readme.txt',
  ])('leaves %s outside the known layout', (name) => {
    expect(placeOf(name).area).toBe('other')
  })

  it('tells the directory, the file and the checkpoint id apart', () => {
    expect(placeOf(`root/${JOB}/chk-7/a/b`)).toEqual({
      area: 'checkpoint',
      jobId: JOB,
      tree: `root/${JOB}`,
      directory: `root/${JOB}/chk-7`,
      checkpointId: 7,
      file: 'a/b',
    })
    expect(placeOf(`root/${JOB}/chk-7`)).toMatchObject({ directory: `root/${JOB}/chk-7`, file: '' })
  })

  it('gives any name its directory and file back', () => {
    const drawn = fc.string({ minLength: 1 }).map((text) => text.replaceAll('/', '-'))
    const part = fc.oneof(fc.constantFrom(JOB, 'chk-3', 'shared', 'taskowned', 'dstl', SAVEPOINT, FILE, '_metadata'), drawn)
    const name = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/'))
    fc.assert(
      fc.property(name, (text) => {
        const place = placeOf(text)
        expect([place.directory, place.file].filter((one) => one !== '').join('/')).toBe(text)
        if (place.jobId !== null) expect(text.split('/')).toContain(place.jobId)
      }),
    )
  })
})

describe('names of files and directories', () => {
  it.each([
    ['_metadata', true],
    [`checkpoints/${JOB}/chk-1/_metadata`, true],
    [`_$azuretmpfolder$/${FILE}_metadata`, false],
    [`_$azuretmpfolder$/x/_metadata`, false],
    [`chk-1/._metadata.inprogress.${FILE}`, false],
    ['chk-1/_metadata/x', false],
  ])('knows whether %s is a snapshot’s metadata: %s', (name, is) => {
    expect(isSnapshotMetadata(name)).toBe(is)
  })

  it.each(['_metadata', `${FILE}x`, `x${FILE}`, FILE.toUpperCase().replace('0', 'A'), '000012.sst', '', `${FILE}\n`])(
    'does not take %j for the name of a state file',
    (name) => {
      expect(isStateFileName(name)).toBe(false)
    },
  )

  it('takes any lower-case UUID for the name of a state file', () => {
    fc.assert(fc.property(fc.uuid(), (name) => isStateFileName(name)))
  })

  it('reads the checkpoint id and the savepoint’s job prefix off a directory', () => {
    expect([checkpointIdOf('a/chk-42'), checkpointIdOf('a/chk-x'), checkpointIdOf('chk-42/a')]).toEqual([42, null, null])
    expect([savepointPrefix(`a/${SAVEPOINT}`), savepointPrefix('a/savepoint-x')]).toEqual(['aaaaaa', null])
    expect([parentOf('a/b/c'), parentOf('a')]).toEqual(['a/b', ''])
  })
})

it('places all files of a directory alike whose names are plain', () => {
  const part = fc.constantFrom(
    'a',
    'chk-3',
    'shared',
    'taskowned',
    'dstl',
    '0'.repeat(32),
    'savepoint-abcdef-0123456789ab',
    'job_a_op_b',
    'op_a_attempt_1',
    'db',
    '',
  )
  const name = fc.oneof(
    part,
    fc.constantFrom('chk-x', 'chk-7 ', 'sharedx', 'savepoint-x', '_$azuretmpfolder$', uuid(1), uuid(0xc0de)),
    fc.string(),
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 5 }), name, (parts, last) => {
      fc.pre(isPlainName(last) && !last.includes('/'))
      const { file, ...place } = placeOf([...parts, last].join('/'))
      const { file: sample, ...expected } = placeOf([...parts, 'file'].join('/'))
      expect(place).toEqual(expected)
      expect(file).toBe(`${sample.slice(0, -'file'.length)}${last}`)
    }),
    { numRuns: 2000 },
  )
})
