import { expect, it } from 'vitest'
import type { JobEvidence } from '../../../src/lib/state/evidence.js'
import { type LivingInput, livesAgain, treeOf } from '../../../src/lib/state/living.js'
import { jobId } from '../../support/builders.js'

const A = jobId(0xa)
const FIXED = 'ffffffffa1b2c3d40000000000000000'
const PLANNED = 1_700_000_000_000
const said = (state: string, id = A, startedAtMs = PLANNED - 1000): JobEvidence => ({
  jobId: id,
  source: 'cluster',
  where: 'jm',
  state,
  startedAtMs,
})

it.each<[string, Partial<LivingInput>, RegExp | null]>([
  ['of an ended job does not live', { evidence: [said('CANCELED')] }, null],
  ['of a job that runs lives', { evidence: [said('RUNNING')] }, /runs$/],
  [
    'of a job that ran all the while does not live again, however much it writes',
    { evidence: [said('RUNNING')], wasRunning: true, newestWriteMs: PLANNED + 1 },
    null,
  ],
  [
    'of a fixed id that was started again lives, also when it ran before',
    { jobId: FIXED, evidence: [said('RUNNING', FIXED, PLANNED + 1)], wasRunning: true },
    /started again/,
  ],
  ['of a job that was started again and has ended lives', { evidence: [said('FAILED', A, PLANNED + 1)] }, /started again/],
  ['that was written to since lives, whoever it was', { newestWriteMs: PLANNED + 1 }, /written to after/],
  ['that was written to before only does not', { newestWriteMs: PLANNED - 1 }, null],
  [
    'of a fixed id that ran then, that nobody knows now and that was written to since lives',
    { jobId: FIXED, wasRunning: true, newestWriteMs: PLANNED + 1 },
    /written to after/,
  ],
  [
    'of a random id that ran then and was written to since does not: an id of its own begins once',
    { wasRunning: true, newestWriteMs: PLANNED + 1 },
    null,
  ],
  ['of a fixed id may live where not every JobManager answers', { jobId: FIXED, allClustersAnswered: false }, /not known/],
  ['of another id does not for that', { allClustersAnswered: false }, null],
  ['that is named by no job lives when it was written to since', { jobId: null, newestWriteMs: PLANNED + 1 }, /written to after/],
  ['is not judged by another job', { evidence: [said('RUNNING', jobId(0xb), PLANNED + 1)] }, null],
])('a tree %s', (_, input, why) => {
  const all = { jobId: A, evidence: [], allClustersAnswered: true, wasRunning: false, plannedAtMs: PLANNED, newestWriteMs: null, ...input }
  if (why === null) expect(livesAgain(all)).toBeNull()
  else expect(livesAgain(all)).toMatch(why)
})

it.each([
  [`checkpoints/${A}/chk-3/_metadata`, { directory: `checkpoints/${A}`, jobId: A }],
  [`checkpoints/${A}`, { directory: `checkpoints/${A}`, jobId: A }],
  ['checkpoints/chk-3/_metadata', { directory: 'checkpoints', jobId: null }],
  [`savepoints/${A}/savepoint-aaaaaa-0123456789ab/_metadata`, { directory: `savepoints/${A}/savepoint-aaaaaa-0123456789ab`, jobId: null }],
])('%s lies in the tree of its job, of its savepoint or of its root', (name, tree) => {
  expect(treeOf(name)).toMatchObject(tree)
})
