import { expect, it } from 'vitest'
import { deletingEnded, deletingLine, deletingStarts } from '../../../src/lib/views/deleting.js'

const view = { settledBlobs: 12_000, plannedBlobs: 100_000, sinceMs: 2000, sinceBlobs: 11_000 }

it('tells count, rate and time left', () => {
  expect(deletingLine(view)).toBe('Deleting: 12,000 of 100,000 blobs, 5,500/s, 16s left')
})

it('tells no rate before there is one', () => {
  expect(deletingLine({ ...view, sinceMs: 900 })).toBe('Deleting: 12,000 of 100,000 blobs')
  expect(deletingLine({ ...view, settledBlobs: 0, sinceBlobs: 0 })).toBe('Deleting: 0 of 100,000 blobs')
  expect(deletingLine({ ...view, plannedBlobs: 1, settledBlobs: 1, sinceBlobs: 1 })).toBe('Deleting: 1 of 1 blob, 1/s, 0s left')
})

it('tells a log the first and the last', () => {
  expect(deletingStarts(18)).toBe('Deleting 18 blobs.')
  expect(deletingEnded({ settledBlobs: 100_000, elapsedMs: 18_000 })).toBe('Went through 100,000 blobs in 18s, 5,556/s.')
  expect(deletingEnded({ settledBlobs: 1, elapsedMs: 300 })).toBe('Went through 1 blob in 0s.')
})
