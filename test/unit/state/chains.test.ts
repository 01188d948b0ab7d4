import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Chains } from '../../../src/lib/state/chains.js'
import type { KnownJob } from '../../../src/lib/state/jobs.js'
import { KeyTable } from '../../../src/lib/state/key-table.js'
import type { Snapshot } from '../../../src/lib/state/snapshot.js'
import {
  at,
  chainsOf,
  checkpoint,
  checkpointDirectory,
  DAY,
  HOUR,
  job,
  jobId,
  jobsOf,
  keyAt,
  NOW,
  operatorsOf,
  running,
  savepoint,
  savepointDirectory,
  snapshot,
  uri,
  uuid,
} from '../../support/builders.js'

const [A, B, C] = [jobId(0xa), jobId(0xb), jobId(0xc)]
const FIXED = `00000000526a0f2d${'0'.repeat(16)}`
const ago = (days: number, parts: Partial<Snapshot> = {}) => ({ completedAtMs: NOW - days * DAY, ...parts })
const sales = (id: string, parts: Partial<KnownJob> = {}) => job(id, { name: 'sales', ...parts })
const from = (id: string, checkpointId: number) => ({ restoredFrom: uri(checkpointDirectory(id, checkpointId)) })

const UNKNOWN = { liveness: 'unknown' } as const
const KEEPS = { retainsCheckpoints: true }
const fromSavepoint = { restoredFrom: uri(savepointDirectory(A, 6)) }

/** How many restore points lie downstream of the first one, counted up to `enough`. */
function downstream(snapshots: Snapshot[], jobs: KnownJob[], enough = 1, chains = chainsOf(jobsOf(...jobs), snapshots)): number {
  const [first] = snapshots
  return first === undefined ? 0 : chains.downstream(first, enough)
}

describe('downstream of a snapshot lies', () => {
  const one = checkpoint(A, 5, ago(9))

  it.each<[string, number, Snapshot[], KnownJob[]]>([
    ['a later one of its run', 1, [checkpoint(A, 6, ago(8))], [sales(A)]],
    ['a later savepoint of its run, by the id inside', 1, [savepoint(A, 6, ago(8))], [sales(A)]],
    ['one of a run that was restored from it', 1, [checkpoint(B, 6, ago(1))], [sales(A), sales(B, from(A, 5))]],
    ['one of a run that was restored from a later point that is gone', 1, [checkpoint(B, 9, ago(1))], [sales(A), sales(B, from(A, 8))]],
    ['one over two restores', 1, [checkpoint(C, 9, ago(1))], [sales(A), sales(B, from(A, 5)), sales(C, from(B, 7))]],
    ['nothing of a run of its name alone', 0, [checkpoint(B, 6, ago(1))], [sales(A), sales(B)]],
    ['nothing of a run that was restored from an earlier point', 0, [checkpoint(B, 6, ago(1))], [sales(A), sales(B, from(A, 4))]],
    ['nothing of a fork under another name', 0, [checkpoint(B, 6, ago(1))], [sales(A), job(B, { name: 'staging', ...from(A, 5) })]],
    ['nothing of a run of which nobody knows the name', 0, [checkpoint(B, 6, ago(1))], [sales(A), job(B, from(A, 5))]],
    ['nothing where the name of the older run is not known', 0, [checkpoint(B, 6, ago(1))], [job(A), sales(B, from(A, 5))]],
    ['nothing of a restore test', 0, [checkpoint(B, 6, ago(1))], [sales(A), job(B, { name: 'drill of sales', ...from(A, 5) })]],
    ['nothing that cannot be restored', 0, [checkpoint(A, 6, ago(8, { completeness: 'broken' }))], [sales(A)]],
    ['nothing with a lower id, however young', 0, [checkpoint(A, 4, ago(1))], [sales(A)]],
    ['nothing with a higher id that is older by its time', 0, [checkpoint(A, 6, ago(10))], [sales(A)]],
    ['nothing with the same id: a copy', 0, [snapshot(`copy/${A}/chk-5`, ago(1))], [sales(A)]],
    ['nothing in a directory of another number', 0, [checkpoint(A, 7, ago(1, { checkpointId: 6 }))], [sales(A)]],
    [
      'nothing of another run of a run that is not proven ended',
      0,
      [checkpoint(B, 6, ago(1))],
      [sales(A, { liveness: 'unknown' }), sales(B, from(A, 5))],
    ],
    ['no checkpoint that goes with a cancel', 0, [checkpoint(A, 6, ago(1))], [running(A, { retainsCheckpoints: false })]],
    ['a checkpoint of a job that may go on, and keeps it', 1, [checkpoint(A, 6, ago(1))], [sales(A, { liveness: 'unknown', ...KEEPS })]],
    ['no checkpoint of a job that may go on, if nobody says that it keeps it', 0, [checkpoint(A, 6, ago(1))], [sales(A, UNKNOWN)]],
    ['a savepoint of a job that may go on', 1, [savepoint(A, 6, ago(1))], [sales(A, UNKNOWN)]],
    ['a checkpoint that outlived a proven end', 1, [checkpoint(A, 6, ago(1))], [sales(A, { state: 'CANCELED' })]],
    ['no checkpoint that a job which goes on may have claimed', 0, [checkpoint(A, 6, ago(1))], [sales(A), running(B, from(A, 6))]],
    ['no savepoint that one may have claimed', 0, [savepoint(A, 6, ago(1))], [sales(A), job(B, { ...UNKNOWN, ...fromSavepoint })]],
    ['one that an ended job was restored from', 1, [checkpoint(A, 6, ago(1))], [sales(A), job(B, from(A, 6))]],
    ['one to which its own job failed over', 1, [checkpoint(A, 6, ago(1))], [running(A, from(A, 6))]],
    [
      'what the job wrote that claimed one',
      1,
      [checkpoint(A, 6, ago(2)), checkpoint(B, 7, ago(1))],
      [sales(A), running(B, { name: 'sales', ...from(A, 6) })],
    ],
    ['no checkpoint of a job that has finished', 0, [checkpoint(A, 6, ago(1))], [job(A, { state: 'FINISHED' })]],
    ['a savepoint of a job that has finished', 1, [savepoint(A, 6, ago(1))], [job(A, { state: 'FINISHED' })]],
  ])('%s', (_, count, others, jobs) => {
    expect(downstream([one, ...others], jobs)).toBe(count)
  })

  it('nothing outside the roots', () => {
    const copy = snapshot(`backup/${savepointDirectory(A, 6)}`, ago(1, { jobId: A, checkpointId: 6 }))
    const chains = new Chains({ snapshots: [one, copy], jobs: jobsOf(sales(A)), roots: [at('checkpoints')], keys: null })
    expect(chains.downstream(one, 1)).toBe(0)
  })

  it('what holds the state of all its operators, or says that they finished', () => {
    const both = checkpoint(A, 5, ago(9, { operators: operatorsOf('count', 'join') }))
    const jobs = [sales(A), sales(B, from(A, 5))]
    const newer = (operators: Snapshot['operators']) => [both, checkpoint(B, 6, ago(1, { operators }))]
    const less = operatorsOf('count')
    expect(downstream(newer(operatorsOf('count', 'join', 'more')), jobs)).toBe(1)
    expect(downstream(newer(less), jobs)).toBe(0)
    const finished = new Set([...operatorsOf('join').stateful])
    expect(downstream(newer({ ...less, finished }), jobs)).toBe(1)
    expect(downstream([both, checkpoint(A, 6, ago(1, { operators: less }))], jobs)).toBe(1)
  })

  it('as many as there are on the branch that has the fewest', () => {
    const snapshots = [one, checkpoint(A, 6, ago(8)), checkpoint(B, 7, ago(3)), checkpoint(B, 8, ago(2)), checkpoint(C, 7, ago(1))]
    const jobs = [sales(A), sales(B, from(A, 6)), sales(C, from(A, 6))]
    expect([1, 2, 3].map((enough) => downstream(snapshots, jobs, enough))).toEqual([1, 2, 2])
    expect(downstream(snapshots.slice(0, 4), jobs, 3)).toBe(3)
  })
})

describe('evidence', () => {
  const [older, newer] = [checkpoint(A, 5, ago(9)), checkpoint(B, 6, ago(1))]

  it('of two sources that contradict each other is void', () => {
    const seen = (path: string) => ({ path: uri(path), checkpointId: null, source: 'cluster' as const, executionStartedAtMs: null })
    const restores = [seen(checkpointDirectory(A, 5)), seen(checkpointDirectory(C, 5))]
    expect(downstream([older, newer, checkpoint(C, 5)], [sales(A), sales(C), sales(B, { restores })])).toBe(0)
  })

  it('that closes a circle is void, and all on it stays', () => {
    const jobs = [sales(A, from(B, 9)), sales(B, from(A, 5))]
    const chains = chainsOf(jobsOf(...jobs), [older, newer])
    expect([older, newer].map((one) => chains.downstream(one, 1))).toEqual([0, 0])
  })

  it('of a savepoint that is gone counts where a job names it as its own, by the id that was told', () => {
    const gone = uri(savepointDirectory(A, 5))
    const restores = (checkpointId: number | null) => [{ path: gone, checkpointId, source: 'cluster' as const, executionStartedAtMs: null }]
    const owner = sales(A, { named: [{ path: gone, as: 'savepoint' }] })
    expect(downstream([older, newer], [owner, sales(B, { restores: restores(5) })])).toBe(1)
    expect(downstream([older, newer], [owner, sales(B, { restores: restores(4) })])).toBe(0)
    expect(downstream([older, newer], [owner, sales(B, { restores: restores(null) })])).toBe(0)
    expect(downstream([older, newer], [sales(A), sales(B, { restores: restores(5) })])).toBe(0)
    expect(downstream([older, newer], [sales(A, { savepoints: [gone] }), sales(B, { restores: restores(5) })])).toBe(1)
  })

  it('in the files that a snapshot names leads to the lowest point that has them all', () => {
    const keys = new KeyTable()
    const file = (number: number) => keys.intern(keyAt(`checkpoints/${A}/shared/${uuid(number)}`))
    const points = [
      checkpoint(A, 5, ago(9, { references: [file(1)] })),
      checkpoint(A, 6, ago(8, { references: [file(1), file(2)] })),
      checkpoint(A, 7, ago(7, { references: [file(1), file(2), file(3)] })),
    ]
    const heir = checkpoint(B, 20, ago(1, { references: [file(1), file(2)] }))
    const jobs = jobsOf(sales(A), sales(B))
    const chains = new Chains({ snapshots: [...points, heir], jobs, roots: [at('')], keys })
    expect(chains.linkOf(chains.runOf(heir))).toMatchObject({ checkpointId: 6, carriesOn: true })
    expect(points.map((one) => chains.nearest(one)?.checkpointId)).toEqual([6, 7, undefined])
  })
})

describe('an id that is used again', () => {
  const executions = [
    { startedAtMs: NOW - 20 * DAY, endedAtMs: NOW - 10 * DAY, isBounded: true },
    { startedAtMs: NOW - 5 * DAY, endedAtMs: null, isBounded: true },
  ]
  const [old, late, young] = [checkpoint(FIXED, 7, ago(15)), checkpoint(FIXED, 8, ago(12)), checkpoint(FIXED, 9, ago(1))]

  it('is two runs where nobody can tell, and both ends stay', () => {
    expect(downstream([old, young], [job(FIXED)])).toBe(0)
  })

  it('is parted by what clusters and history tell of its executions', () => {
    const known = job(FIXED, { executions })
    expect(downstream([old, late, young], [known])).toBe(1)
    expect(downstream([late, young], [known])).toBe(0)
  })

  it.each([
    ['one run where the later one names a file that came with the earlier one', `checkpoints/${FIXED}/shared`, 1],
    ['two runs where both name a file of what they were restored from', savepointDirectory(A, 1), 0],
  ])('is %s', (_, directory, count) => {
    const keys = new KeyTable()
    const file = (number: number) => keys.intern(keyAt(`${directory}/${uuid(number)}`))
    const snapshots = [
      { ...old, references: [file(1), file(2)] },
      { ...young, references: [file(2), file(3)] },
    ]
    const chains = new Chains({ snapshots, jobs: jobsOf(job(FIXED)), roots: [at('')], keys })
    expect(downstream(snapshots, [], 1, chains)).toBe(count)
  })

  it('joins nothing by executions of which only the begin is told, nor where two clusters have it at once', () => {
    const open = { startedAtMs: NOW - 20 * DAY, endedAtMs: null, isBounded: false }
    expect(downstream([old, late], [job(FIXED, { executions: [open] })])).toBe(0)
    const both = [...executions.slice(0, 1), { startedAtMs: NOW - 18 * DAY, endedAtMs: null, isBounded: true }]
    expect(downstream([old, late], [job(FIXED, { executions: both })])).toBe(0)
  })

  it('lends what was seen of one execution to no other', () => {
    const point = checkpoint(A, 5, ago(30))
    const restores = (executionStartedAtMs: number) => [
      { path: uri(checkpointDirectory(A, 5)), checkpointId: 5, source: 'cluster' as const, executionStartedAtMs },
    ]
    const reused = (begunDaysAgo: number) => sales(FIXED, { executions, restores: restores(NOW - begunDaysAgo * DAY) })
    expect(downstream([point, old], [sales(A), reused(20)])).toBe(1)
    expect(downstream([point, old], [sales(A), reused(5)])).toBe(0)
    expect(downstream([point, young], [sales(A), reused(20)])).toBe(0)
  })

  it('tells of a point that is gone nothing: it may be of either', () => {
    const heir = sales(B, from(FIXED, 9))
    expect(downstream([old, checkpoint(B, 10, ago(1))], [sales(FIXED), heir])).toBe(0)
    expect(downstream([checkpoint(A, 7, ago(15)), checkpoint(B, 10, ago(1))], [sales(A, { executions }), sales(B, from(A, 9))])).toBe(0)
  })

  it('may be any id that was seen to begin twice', () => {
    const twice = [checkpoint(A, 7, ago(15)), checkpoint(A, 9, ago(1))]
    expect(downstream(twice, [job(A)])).toBe(1)
    expect(downstream(twice, [job(A, { executions })])).toBe(0)
  })

  it('was surely used again when something was written after its end', () => {
    const twice = [checkpoint(A, 7, ago(15)), checkpoint(A, 9, ago(1))]
    expect(downstream(twice, [job(A, { executions: executions.slice(0, 1) })])).toBe(0)
  })
})

describe('savepoints of a job that nobody knows', () => {
  const operators = operatorsOf('source', 'count')
  const stranger = (number: number, days: number, parts: Partial<Snapshot> = {}) =>
    savepoint(A, number, ago(days, { jobId: null, operators, ...parts }))

  it('are of one run by the digits in their names and their operators together', () => {
    expect(downstream([stranger(1, 9), stranger(2, 8)], [])).toBe(1)
    const chains = chainsOf(new Map(), [stranger(1, 9), stranger(2, 8)])
    expect(chains.runs.map((run) => run.snapshots.length)).toEqual([2])
  })

  it.each([
    ['of other operators', stranger(2, 8, { operators: operatorsOf('other') })],
    ['of no known operators', stranger(2, 8, { operators: operatorsOf() })],
    ['of other digits', savepoint(B, 2, ago(8, { jobId: null, operators }))],
  ])('are not of one run with one %s', (_, other) => {
    expect(chainsOf(new Map(), [stranger(1, 9), other]).runs.length).toBe(2)
  })
})

/** Runs of one name, each restored from an earlier one or begun empty, with some snapshots left. */
const worlds = fc
  .array(
    fc.record({
      parent: fc.nat(9),
      point: fc.nat(9),
      isEmpty: fc.boolean(),
      isFork: fc.boolean(),
      ids: fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((runs) => {
    const jobs = runs.map((run, at) => {
      const parent = run.isEmpty || at === 0 ? null : run.parent % at
      const restored = parent === null ? {} : from(jobId(parent + 1), parent * 10 + run.point)
      return job(jobId(at + 1), { name: run.isFork ? `fork ${at}` : 'sales', ...restored })
    })
    const snapshots = runs.flatMap((run, at) =>
      run.ids.map((id) => checkpoint(jobId(at + 1), at * 10 + id, { completedAtMs: NOW - 90 * DAY + (at * 10 + id) * HOUR })),
    )
    return { jobs, snapshots }
  })

describe('whatever runs there were', () => {
  it('with any part of the evidence missing, no more lies downstream of anything', () => {
    fc.assert(
      fc.property(
        worlds,
        fc.array(fc.constantFrom('restores', 'name', 'both', 'nothing'), { minLength: 6, maxLength: 6 }),
        ({ jobs, snapshots }, lost) => {
          const less = jobs.map((one, at) => ({
            ...one,
            ...(lost[at] === 'restores' || lost[at] === 'both' ? { restores: [], restoredFrom: null } : {}),
            ...(lost[at] === 'name' || lost[at] === 'both' ? { name: null } : {}),
          }))
          const [all, some] = [chainsOf(jobsOf(...jobs), snapshots), chainsOf(jobsOf(...less), snapshots)]
          for (const one of snapshots) expect(some.downstream(one, 1)).toBeLessThanOrEqual(all.downstream(one, 1))
        },
      ),
    )
  })

  it('of what expires, something downstream stays that nothing is downstream of', () => {
    fc.assert(
      fc.property(worlds, ({ jobs, snapshots }) => {
        const chains = chainsOf(jobsOf(...jobs), snapshots)
        for (const one of snapshots) {
          if (chains.downstream(one, 1) === 0) continue
          const stays = snapshots.filter((other) => chains.isBehind(other, one) && chains.downstream(other, 1) === 0)
          expect(stays.length).toBeGreaterThan(0)
        }
      }),
    )
  })
})
