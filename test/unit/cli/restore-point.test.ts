import { describe, expect, it } from 'vitest'
import { parseRestorePoint, restorePointsOf } from '../../../src/lib/cli/restore-point.js'
import { program } from '../../support/programs.js'

describe('--from', () => {
  it.each([
    ['latest', { kind: 'latest', before: null }],
    ['before=2026-11-22T12:00:00Z', { kind: 'latest', before: { atMs: Date.UTC(2026, 10, 22, 12) } }],
    ['before=2026-11-22T12:00+01:00', { kind: 'latest', before: { atMs: Date.UTC(2026, 10, 22, 11) } }],
    ['before=2h', { kind: 'latest', before: { agoMs: 7_200_000 } }],
    ['wasbs://c@a.blob.core.windows.net/day=1/chk-2', { kind: 'path', text: 'wasbs://c@a.blob.core.windows.net/day=1/chk-2' }],
    ['sales/chk-12', { kind: 'path', text: 'sales/chk-12' }],
  ])('%s', (text, point) => {
    expect(parseRestorePoint(text)).toEqual(point)
  })

  it.each(['before=', 'before=yesterday', 'before=2026-11-22', 'before=2026-11-22T12:00:00', 'before=24', 'before=2026-13-40T99:00Z', ''])(
    '%j is neither a time nor an age: exit 2',
    (text) => {
      expect(() => parseRestorePoint(text)).toThrow(expect.objectContaining({ exitCode: 2, message: expect.stringContaining('--from') }))
    },
  )
})

describe('restore points of a script', () => {
  const [orders, customers] = [program('orders'), program('customers')]
  const of = (programs: Parameters<typeof restorePointsOf>[0], ...texts: string[]) => restorePointsOf(programs, texts, 'shop.sql')
  const latest = { kind: 'latest', before: null }

  it('of one job needs no name, and takes it', () => {
    expect(of([orders], 'latest')).toEqual([{ program: orders, point: latest }])
    expect(of([orders], 'orders=latest')).toEqual([{ program: orders, point: latest }])
  })

  it('of several belong to the job that is named', () => {
    expect(of([orders, customers], 'customers=before=2h', 'orders=wasbs://c@a/x=1')).toEqual([
      { program: customers, point: { kind: 'latest', before: { agoMs: 7_200_000 } } },
      { program: orders, point: { kind: 'path', text: 'wasbs://c@a/x=1' } },
    ])
  })

  it('may be of a job whose name has more in it than a word', () => {
    const odd = program('insert-into_a.b.c;d,e:f')
    expect(of([odd, orders], 'insert-into_a.b.c;d,e:f=latest', 'orders=latest')[0]).toEqual({ program: odd, point: latest })
  })

  it.each([
    [
      'one for all',
      [orders, customers],
      ['latest'],
      'shop.sql starts 2 jobs, and each needs a restore point of its own; without one: orders, customers.',
    ],
    ['one is missing', [orders, customers], ['orders=latest'], 'without one: customers.'],
    ['two for one', [orders], ['latest', 'orders=latest'], 'orders has a --from already'],
    ['a job that is not there', [orders, customers], ['order=latest'], 'shop.sql has no job order.'],
    ['a job that is not there, of one', [orders], ['order=latest'], 'shop.sql has no job order.'],
    ['a job without a name', [orders, program(null)], ['orders=latest'], 'program has no name'],
  ])('%s: exit 2', (_, programs, texts, message) => {
    expect(() => of(programs, ...texts)).toThrow(expect.objectContaining({ exitCode: 2, message: expect.stringContaining(message) }))
  })
})
