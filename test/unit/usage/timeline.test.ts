import { describe, expect, it } from 'vitest'
import type { Look } from '../../../src/lib/usage/growth.js'
import { timelineOf } from '../../../src/lib/usage/timeline.js'

const look = (atMs: number, lineages: Record<string, number>, more: Partial<Look> = {}): Look => ({
  atMs,
  scope: 's',
  blobs: 1,
  bytes: Object.values(lineages).reduce((sum, one) => sum + one, 0),
  lineages,
  ...more,
})

describe('the timeline', () => {
  it('tells the largest lineages of now apart, and sums up the rest', () => {
    const looks = [look(1, { old: 9, a: 1 }), look(2, { a: 2, b: 5, c: 1 }, { bytes: 10 })]
    expect(timelineOf(looks, { lineages: 2, points: 9 })).toEqual({
      lineages: ['b', 'a'],
      points: [
        { atMs: 1, bytes: 10, lineages: [0, 1], rest: 9, classes: null },
        { atMs: 2, bytes: 10, lineages: [5, 2], rest: 3, classes: null },
      ],
    })
  })

  it('keeps the last of each span, the first span and now among them, when there are many', () => {
    const looks = Array.from({ length: 1000 }, (_, at) => look(at, { a: at }))
    const { points } = timelineOf(looks, { lineages: 1, points: 10 })
    expect(points.map(({ atMs }) => atMs)).toEqual([99, 199, 299, 399, 499, 599, 699, 799, 899, 999])
  })

  it('is empty without looks, and carries what a look kept', () => {
    const classes = { exclusive: 1, shared: 2, orphaned: 3 }
    expect(timelineOf([], { lineages: 3, points: 3 })).toEqual({ lineages: [], points: [] })
    expect(timelineOf([look(1, {}, { classes })], { lineages: 3, points: 3 }).points[0]?.classes).toEqual(classes)
  })
})
