import { describe, expect, it } from 'vitest'
import type { KnownJob } from '../../../src/lib/state/jobs.js'
import type { RetentionPolicy } from '../../../src/lib/state/policy.js'
import type { Snapshot } from '../../../src/lib/state/snapshot.js'
import { emptyStarts } from '../../../src/lib/state/started-empty.js'
import {
  at,
  chainsOf,
  checkpoint,
  checkpointDirectory,
  DAY,
  job,
  jobId,
  jobsOf,
  NOW,
  operatorsOf,
  policy,
  running,
  uri,
} from '../../support/builders.js'

const [A, B] = [jobId(0xa), jobId(0xb)]
const STARTED = NOW - 2 * DAY
const OPERATORS = operatorsOf('sum')
const ago = (days: number, parts: Partial<Snapshot> = {}) => ({ completedAtMs: NOW - days * DAY, operators: OPERATORS, ...parts })
const left = (parts: Partial<Snapshot> = {}) => checkpoint(A, 5, ago(9, parts))
const old = (parts: Partial<KnownJob> = {}) => job(A, { name: 'sales', ...parts })
const anew = (parts: Partial<KnownJob> = {}) => running(B, { name: 'sales', startedAtMs: STARTED, ...parts })
const EMPTY = { emptyStarts: [STARTED] }
const FROM_A = { restoredFrom: uri(checkpointDirectory(A, 5)) }

interface Case {
  older?: Snapshot
  first?: Snapshot
  of?: KnownJob
  now?: KnownJob
  rules?: Partial<RetentionPolicy>
}

function waysBack({ older = left(), first = checkpoint(B, 3, ago(1)), of = old(), now = anew(EMPTY), rules = {} }: Case): Snapshot[] {
  const snapshots = [older, first]
  const jobs = jobsOf(of, now)
  const found = emptyStarts({
    snapshots,
    jobs,
    chains: chainsOf(jobs, snapshots),
    policy: policy(rules),
    nowMs: NOW,
    roots: [at('checkpoints')],
  })
  return found.map(({ wayBack }) => wayBack)
}

describe('a job that runs', () => {
  it.each<[string, Case]>([
    ['restored nothing, as its cluster tells', {}],
    ['has a checkpoint 1', { now: anew(), first: checkpoint(B, 1, ago(1)) }],
  ])('began without the state that is there when it %s', (_, given) => {
    const older = left()
    expect(waysBack({ ...given, older })).toEqual([older])
  })

  it.each<[string, Case]>([
    ['nobody knows how it began', { now: anew() }],
    ['it was restored from there', { now: anew(FROM_A) }],
    ['a person said that it was meant', { now: anew({ ...EMPTY, meantStarts: [STARTED] }) }],
    ['the older state was given up', { rules: { alsoLast: new Set([A]) } }],
    ['the older run had another name', { of: old({ name: 'orders' }) }],
    ['the older run has no name', { of: old({ name: null }) }],
    ['no operator is in both', { older: left({ operators: operatorsOf('other') }) }],
    ['the older snapshot is not whole', { older: left({ completeness: 'broken' }) }],
    ['it was made after the start', { older: left({ completedAtMs: NOW - DAY }) }],
    ['the older run is running beside it', { of: running(A, { name: 'sales' }) }],
    ['it has ended', { now: job(B, { name: 'sales', startedAtMs: STARTED, ...EMPTY }) }],
  ])('is not said to have begun empty when %s', (_, given) => {
    expect(waysBack(given)).toEqual([])
  })
})
