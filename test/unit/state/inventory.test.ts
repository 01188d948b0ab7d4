import { describe, expect, it } from 'vitest'
import { Inventory, type ListedBlob } from '../../../src/lib/state/inventory.js'
import { KeyTable } from '../../../src/lib/state/key-table.js'
import { checkpointDirectory, jobId, keyAt, listedBlob, marker, NOW, savepointDirectory, uuid } from '../../support/builders.js'

const JOB = jobId(1)
const TREE = `checkpoints/${JOB}`
const CHECKPOINT = checkpointDirectory(JOB, 3)

function inventory(blobs: ListedBlob[], ...references: string[]): Inventory {
  const keys = new KeyTable()
  const referenced = new Set(references.map((name) => keys.intern(keyAt(name))))
  const made = new Inventory(keys, (id) => referenced.has(id))
  for (const blob of blobs) made.add(blob, blob)
  return made
}

const names = (blobs: Iterable<{ name: string }>) => [...blobs].map((blob) => blob.name)

describe('Inventory', () => {
  it('remembers _metadata, referenced and loose blobs apart', () => {
    const found = inventory(
      [listedBlob(`${CHECKPOINT}/_metadata`), listedBlob(`${CHECKPOINT}/${uuid(1)}`), listedBlob(`${TREE}/shared/${uuid(2)}`)],
      `${CHECKPOINT}/${uuid(1)}`,
    )
    expect(names(found.metadata.values())).toEqual([`${CHECKPOINT}/_metadata`])
    expect(names(found.stored)).toEqual([`${CHECKPOINT}/_metadata`, `${CHECKPOINT}/${uuid(1)}`])
    expect(names(found.loose)).toEqual([`${TREE}/shared/${uuid(2)}`])
    expect(found.totals).toEqual({ blobs: 3, bytes: 30 })
  })

  it('sums what lies outside the known layout by its top directory, and keeps its directories occupied', () => {
    const found = inventory([
      listedBlob('tables/a/x.parquet'),
      listedBlob('tables/b/y.parquet', { sizeBytes: 5 }),
      listedBlob(`_$azuretmpfolder$/${uuid(1)}_metadata`),
      listedBlob(`${TREE}/shared/other/${uuid(1)}`),
    ])
    expect([...found.others]).toEqual([
      [keyAt('tables'), { blobs: 2, bytes: 15 }],
      [keyAt('_$azuretmpfolder$'), { blobs: 1, bytes: 10 }],
      [keyAt('checkpoints'), { blobs: 1, bytes: 10 }],
    ])
    expect([...found.occupied]).toEqual(
      ['tables/a', 'tables', 'tables/b', '_$azuretmpfolder$', `${TREE}/shared/other`, `${TREE}/shared`, TREE, 'checkpoints'].map(keyAt),
    )
    expect([...found.loose]).toEqual([])
  })

  it('keeps a blob outside the layout that a snapshot references', () => {
    expect(names(inventory([listedBlob('tables/x')], 'tables/x').stored)).toEqual(['tables/x'])
  })

  it('sees each snapshot directory with its newest blob, and one of which only the marker is left', () => {
    const found = inventory([
      listedBlob(`${CHECKPOINT}/${uuid(1)}`, { lastModifiedMs: NOW - 5000 }),
      listedBlob(`${CHECKPOINT}/${uuid(2)}`, { lastModifiedMs: NOW - 1000 }),
      marker(savepointDirectory(JOB, 1), { lastModifiedMs: NOW }),
      marker(`${savepointDirectory(JOB, 2)}/`, { lastModifiedMs: NOW }),
    ])
    expect([...found.directories.values()]).toMatchObject([
      { name: CHECKPOINT, newestMs: NOW - 1000, blobs: 2, bytes: 20 },
      { name: savepointDirectory(JOB, 1), newestMs: NOW, blobs: 0, bytes: 0 },
      { name: savepointDirectory(JOB, 2), newestMs: NOW, blobs: 0, bytes: 0 },
    ])
  })

  it('takes an empty directory blob for a marker, wherever it is, and one with content for something unknown', () => {
    const found = inventory([marker(TREE), marker(`${TREE}/shared`), marker(`${TREE}/taskowned`, { sizeBytes: 3 })])
    expect(names(found.markers)).toEqual([TREE, `${TREE}/shared`])
    expect([...found.others]).toEqual([[keyAt('checkpoints'), { blobs: 1, bytes: 3 }]])
    expect(found.occupied.has(keyAt(TREE))).toBe(true)
  })

  it('remembers which referenced blobs are still being uploaded', () => {
    const found = inventory([listedBlob(`${CHECKPOINT}/${uuid(1)}`, { isUploading: true })], `${CHECKPOINT}/${uuid(1)}`)
    expect([...found.uploading].map((id) => found.blobs.keys.keyOf(id))).toEqual([keyAt(`${CHECKPOINT}/${uuid(1)}`)])
  })

  it('takes a blob for loose whose key is known and which no snapshot needs', () => {
    const keys = new KeyTable()
    const blob = listedBlob(`${TREE}/shared/${uuid(1)}`)
    keys.intern(keyAt(blob.name))
    const found = new Inventory(keys, () => false)
    found.add(blob, blob)
    expect([names(found.stored), names(found.loose)]).toEqual([[], [blob.name]])
  })

  it('tells directories of one name in two accounts apart', () => {
    const blob = listedBlob(`${TREE}/shared/${uuid(1)}`)
    const found = inventory([blob, { ...blob, account: 'other' }, { ...blob, container: 'other' }], blob.name)
    expect(names(found.stored)).toEqual([blob.name])
    expect([...found.loose].map(({ account, container }) => [account, container])).toEqual([
      ['other', blob.container],
      [blob.account, 'other'],
    ])
  })

  it('overlooks what flinkops itself keeps there, and sees no snapshot in a marker deeper than one', () => {
    const found = inventory([listedBlob('_flinkops/lock'), marker(`${CHECKPOINT}/x`)])
    expect([[...found.others], [...found.occupied], [...found.directories]]).toEqual([[], [], []])
    expect([...inventory([listedBlob('_flinkops')]).others.keys()]).toEqual([keyAt('_flinkops')])
  })
})

describe('directories of job ids', () => {
  const trees = (blobs: ListedBlob[]) =>
    inventory(blobs).trees.map(({ directory, jobId: id, newestWriteMs }) => [directory.name, id, newestWriteMs])

  it('tell when a file was last written anywhere in them, whatever its name and whoever needs it', () => {
    const written = (name: string, lastModifiedMs: number) => listedBlob(name, { lastModifiedMs })
    const blobs = [
      written(`${CHECKPOINT}/_metadata`, 5),
      written(`${TREE}/shared/${uuid(1)}`, 7),
      written(`${CHECKPOINT}/${uuid(2)}`, 6),
      written(`${TREE}/what/is/this`, 9),
      written(`${TREE}/x`, 8),
      written(`changelog/${JOB}/dstl/${uuid(3)}`, 3),
      written('tables/x', 99),
    ]
    const found = [
      [TREE, JOB, 9],
      [`changelog/${JOB}`, JOB, 3],
    ]
    expect(trees(blobs)).toEqual(found)
    expect(trees(blobs.slice(0, 5).toReversed())).toEqual([[TREE, JOB, 9]])
  })

  it('do not count markers, which the driver renews when it deletes', () => {
    const blobs = [listedBlob(`${CHECKPOINT}/_metadata`, { lastModifiedMs: 5 }), marker(`${TREE}/shared`, { lastModifiedMs: NOW })]
    expect(trees(blobs)).toEqual([[TREE, JOB, 5]])
  })

  it('count the directory of a checkpoint, which is all that is there when one begins', () => {
    const begun = marker(`${TREE}/chk-77`, { lastModifiedMs: 8 })
    const blobs = [listedBlob(`${CHECKPOINT}/_metadata`, { lastModifiedMs: 5 }), begun, marker(TREE, { lastModifiedMs: NOW })]
    expect(trees(blobs)).toEqual([[TREE, JOB, 8]])
  })
})
