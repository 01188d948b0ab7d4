import { describe, expect, it } from 'vitest'
import { blobOf } from '../../../src/lib/inventory/row.js'

const ROW = { name: 'flink/a/b', 'content-length': '7', 'last-modified': '2026-10-01T10:00:00Z', etag: '"0x1"', metadata: '' }

describe('a row of an inventory', () => {
  it.each([
    ['a snapshot', { snapshot: '2026-10-01T10:00:00.0000000Z' }],
    ['an earlier version', { versionid: '2026-10-01T10:00:00.0000000Z', iscurrentversion: 'false' }],
    ['an earlier version, in Parquet', { versionid: '2026-10-01T10:00:00.0000000Z', iscurrentversion: false }],
    ['an earlier version, without its id', { iscurrentversion: 'false' }],
    ['an earlier version, without its id, in Parquet', { iscurrentversion: false, versionid: null }],
    ['an earlier version, with an empty id', { versionid: '', iscurrentversion: 'False' }],
    ['a version of which is not said that it is current', { versionid: 'v', iscurrentversion: '' }],
    ['a version of which is not said that it is current, in Parquet', { versionid: 'v', iscurrentversion: null }],
    ['a version with a word that is neither', { iscurrentversion: 'yes' }],
    ['a deleted blob', { deleted: 'true' }],
    ['a deleted blob, in Parquet', { deleted: true }],
  ])('is no blob when it is %s', (_, more) => {
    expect(blobOf({ ...ROW, ...more })).toBeNull()
  })

  it('is a blob when it is the current version, or says nothing of versions', () => {
    const blob = { container: 'flink', name: 'a/b', sizeBytes: 7, etag: '0x1', lastModifiedMs: Date.parse('2026-10-01T10:00:00Z') }

    expect(blobOf({ ...ROW, versionid: 'v', iscurrentversion: 'true', deleted: 'false', snapshot: '' })).toMatchObject(blob)
    expect(blobOf({ ...ROW, versionid: 'v', iscurrentversion: true })).toMatchObject(blob)
    expect(blobOf({ ...ROW, versionid: '', iscurrentversion: '' })).toMatchObject(blob)
    expect(blobOf({ ...ROW, versionid: null, iscurrentversion: null })).toMatchObject(blob)
    expect(blobOf(ROW)).toMatchObject(blob)
  })

  it.each(['hdi_isfolder=true', '{"Hdi_isfolder":"true"}', { hdi_isfolder: 'true' }])('is a directory by the metadata %j', (metadata) => {
    expect(blobOf({ ...ROW, metadata })).toMatchObject({ isDirectory: true })
  })

  it('is being uploaded when it is a link blob', () => {
    expect(blobOf({ ...ROW, metadata: '{"hdi_tmpupload":"x"}' })).toMatchObject({ isUploading: true })
  })
})
