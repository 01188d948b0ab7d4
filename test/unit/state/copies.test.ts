import { describe, expect, it } from 'vitest'
import { copiedTrees } from '../../../src/lib/state/copies.js'
import { type FakeBlob, job, keyAt, metadata, needs, needsBelow, surveyOf, uuid } from '../../support/builders.js'
import { A, B, file, OLD, planOf } from './plan-of.js'

const ROOT = 'checkpoints'
const BACKUP = 'checkpoints/backup'
const file1 = (root: string, id = A) => `${root}/${id}/shared/${uuid(1)}`
const chk = (root: string, id: string, number: number, ...uses: Parameters<typeof metadata>[1]) =>
  metadata(`${root}/${id}/chk-${number}`, uses, OLD)

function copies(...blobs: FakeBlob[]): string[] {
  return [...copiedTrees(surveyOf(blobs)).keys()]
}

describe('copiedTrees', () => {
  it.each<[string, FakeBlob, string[]]>([
    ['names the shared files of its job elsewhere', chk(BACKUP, A, 8, needsBelow(uuid(2)), needs(file1(ROOT))), [`${BACKUP}/${A}`]],
    ['names its own files elsewhere, absolutely', chk(BACKUP, A, 8, needs(`${ROOT}/${A}/chk-8/${uuid(2)}`)), [`${BACKUP}/${A}`]],
    ['was given another job id', chk(ROOT, B, 8, needs(`${ROOT}/${A}/chk-8/${uuid(2)}`)), [`${ROOT}/${B}`]],
    [
      'is a savepoint with absolute paths',
      metadata('x/savepoint-aaaaaa-000000000001', [needs(`savepoints/savepoint-aaaaaa-000000000001/${uuid(1)}`)]),
      ['x/savepoint-aaaaaa-000000000001'],
    ],
    ['names files of its own tree', chk(ROOT, A, 8, needsBelow(uuid(2)), needs(file1(ROOT))), []],
    ['went on from its job at an older root, and has written since', chk('new', A, 9, needs(file1(ROOT)), needs(file1('new'))), []],
    ['went on from another job', chk(ROOT, B, 9, needsBelow(uuid(2)), needs(file1(ROOT)), needs(`${ROOT}/${A}/chk-8/${uuid(3)}`)), []],
    ['keeps its changelog elsewhere', chk(ROOT, A, 9, needsBelow(uuid(2)), needs(`changelog/${A}/dstl/${uuid(3)}`)), []],
    ['names only what lies beside it', chk(ROOT, A, 9, needsBelow(uuid(2))), []],
    ['names nothing', chk(ROOT, A, 9), []],
    ['lies where no snapshot of Flink can', metadata(`${BACKUP}//${A}/chk-8`, [needs(file1(ROOT))]), []],
  ])('takes a tree for a copy or not when its _metadata %s', (_, blob, trees) => {
    expect(copies(blob)).toEqual(trees.map(keyAt))
  })

  it('says of what it is a copy', () => {
    const [hold] = copiedTrees(surveyOf([chk(BACKUP, A, 8, needs(file1(ROOT)))])).values()
    expect(hold).toEqual({ reason: 'copy', detail: `its tree is a copy of ${keyAt(`${ROOT}/${A}`)}` })
  })

  it('holds the copy whole, original or not, and lets the original be cleaned', () => {
    const tree = (root: string) => [
      chk(root, A, 7, needs(file1(ROOT))),
      chk(root, A, 8),
      file(file1(root)),
      file(`${root}/${A}/shared/${uuid(9)}`),
    ]
    for (const original of [tree(ROOT), []]) {
      const survey = surveyOf([...original, ...tree(BACKUP)])
      const holds = { paths: copiedTrees(survey), jobs: new Map() }
      const made = planOf(survey, { jobs: [job(A)], holds })
      const gone = made.deletes.map(({ blob }) => blob.name)
      expect(gone.filter((name) => name.startsWith(BACKUP))).toEqual([])
      expect(gone.length > 0).toBe(original.length > 0)
    }
  })
})
