import { describe, expect, it } from 'vitest'
import { type ExecuteResult, NOTHING_DONE } from '../../../src/lib/operations/execution.js'
import type { KnownJob } from '../../../src/lib/state/jobs.js'
import { NO_OPERATORS } from '../../../src/lib/state/operators.js'
import type { CleanupPlan, DeleteReason } from '../../../src/lib/state/plan.js'
import type { Decision, KeepReason } from '../../../src/lib/state/retention.js'
import type { Snapshot } from '../../../src/lib/state/snapshot.js'
import { cleanupPlanText } from '../../../src/lib/views/cleanup.js'
import { cleanupJson, planJson } from '../../../src/lib/views/cleanup-json.js'
import { cleanupResultText } from '../../../src/lib/views/cleanup-result.js'
import { ACCOUNT, CONTAINER, JOB, NOW_MS, uri } from '../../support/fake-ports.js'
import { person } from '../../support/fake-streams.js'

function deletion(name: string, reason: DeleteReason, sizeBytes = 1024) {
  const blob = {
    account: ACCOUNT,
    container: CONTAINER,
    name,
    sizeBytes,
    etag: `"${name}"`,
    lastModifiedMs: NOW_MS,
    isDirectory: false,
    isUploading: false,
  }
  return { blob, reason, after: reason === 'expired-checkpoint' && !name.endsWith('_metadata') ? ['its _metadata'] : [] }
}

function kept(name: string, reason: KeepReason): Decision {
  const snapshot: Snapshot = {
    directory: { account: ACCOUNT, container: CONTAINER, name },
    kind: 'checkpoint',
    jobId: JOB,
    checkpointId: 7,
    completedAtMs: NOW_MS,
    etag: 'e',
    metadataBytes: 0,
    completeness: 'complete',
    problem: null,
    missing: 0,
    missingAbsolute: 0,
    exclusiveBytes: 1024,
    sharedBytes: 1024,
    references: [],
    directories: [],
    strays: [],
    operators: NO_OPERATORS,
  }
  return { snapshot, verdict: 'keep', reasons: [{ reason, detail: `because ${reason}` }] }
}

const PLAN: CleanupPlan = {
  deletes: [
    deletion(`checkpoints/${JOB}/chk-6/_metadata`, 'expired-checkpoint'),
    deletion(`checkpoints/${JOB}/chk-6/a`, 'expired-checkpoint', 2048),
    deletion(`checkpoints/${JOB}/shared/b`, 'orphan', 3 * 1024 ** 2),
  ],
  decisions: [kept('x/chk-7', 'last-of-lineage'), kept('x/chk-8', 'job-running'), kept('x/chk-9', 'job-running')],
  held: [
    { prefix: `${ACCOUNT}/${CONTAINER}/checkpoints/${JOB}`, blobs: 12, bytes: 4096, reason: 'job-running' },
    { prefix: `${ACCOUNT}/${CONTAINER}/other`, blobs: 1, bytes: 0, reason: 'unknown-layout' },
  ],
  guards: [
    { name: 'cluster', status: 'ok', message: '1 of 1 JobManagers answered', override: null },
    { name: 'clock', status: 'warn', message: "this machine's clock is 400 s off", override: null },
    { name: 'newest-checkpoint', status: 'refuse', message: 'no _metadata was read: is it below a root?', override: null },
    { name: 'soft-delete', status: 'refuse', message: 'blob soft delete is off', override: '--without-soft-delete' },
  ],
  totals: { blobs: 3, bytes: 3 * 1024 ** 2 + 3072 },
  scanned: { blobs: 1200, bytes: 5 * 1024 ** 3, snapshots: 4 },
}
const JOBS = new Map([[JOB, { jobId: JOB, name: 'sales_pipeline', proof: 'no JobManager knows it' } as KnownJob]])
const show = (columns: number, plan = PLAN, isExclusive = false) =>
  cleanupPlanText({ plan, jobs: JOBS, isExclusive, streams: person(columns) })

describe('the clean-up plan', () => {
  it('says what goes, what stays and why, what is held, and which guards speak', () => {
    expect(show(200)).toBe(
      [
        'Scanned 1,200 blobs, 5.0 GiB, 4 snapshots.',
        '',
        'Delete 3 blobs, frees 3.0 MiB',
        '        2    3.0 KiB  expired checkpoints (1 snapshot, job sales_pipeline)',
        '        1    3.0 MiB  orphans: no snapshot needs them (job sales_pipeline)',
        '',
        'Keep 3 snapshots',
        '        1    2.0 KiB  last restore points (job sales_pipeline); to free: --also-last <job id>',
        '        2    4.0 KiB  of running jobs (job sales_pipeline)',
        '',
        'Held: needed by no snapshot, yet left alone',
        '       12    4.0 KiB  the job is running, and may need it although no snapshot names it (sales_pipeline a1b2c3d4)',
        '        1        0 B  not where Flink keeps state: never touched (1 blob in other)',
        '',
        'Guards: 1 of 4 ok',
        "  warn    clock: this machine's clock is 400 s off.",
        '  refuse  newest-checkpoint: no _metadata was read: is it below a root?',
        '  refuse  soft-delete: blob soft delete is off. Override: --without-soft-delete',
      ].join('\n'),
    )
  })

  it('breaks long lines below their words on a narrow terminal, and loses none of them', () => {
    const narrow = show(60)

    expect(narrow.split('\n').filter((line) => line.length > 60)).toEqual([])
    expect(narrow).toContain(
      '        1    2.0 KiB  last restore points (job\n                      sales_pipeline); to free: --also-last\n                      <job id>\n',
    )
    expect(narrow.replaceAll(/\n {10,}(?=\S)/g, ' ')).toBe(show(1000))
  })

  it('says how a job is given up of which nobody knows the name', () => {
    const plan = { ...PLAN, decisions: [kept('x/chk-7', 'last-of-lineage'), kept('x/chk-8', 'last-of-lineage')] }
    const text = cleanupPlanText({ plan, jobs: new Map(), isExclusive: true, streams: person(200) })

    expect(text).toContain(
      '2    4.0 KiB  last restore points of jobs without a name; to free: --also-last <job id>, or --abandoned-older-than <duration>\n',
    )
  })

  it('advises on jobs that nobody proves ended what would prove it', () => {
    const unknown = { ...PLAN, decisions: [kept('x/chk-7', 'job-unknown')] }
    const silent = { ...unknown, guards: [{ name: 'cluster', status: 'refuse' as const, message: 'it is silent', override: null }] }
    const way = (plan: CleanupPlan, isExclusive: boolean) => /nobody proves ended(.*)/.exec(show(500, plan, isExclusive))?.[1]

    expect(way(unknown, false)).toBe(
      ' (job sales_pipeline); to free: configure the history directory, or set exclusive: true, which says that no other cluster writes below these roots: what no JobManager knows then counts as ended',
    )
    expect(way(unknown, true)).toBe(': no JobManager knows it (job sales_pipeline)')
    expect(way(silent, true)).toBe(' (job sales_pipeline); to free: let every JobManager answer')
  })

  it('says that there is nothing to delete by an empty section, and that all guards are content', () => {
    const plan = { ...PLAN, deletes: [], decisions: [], held: [], guards: PLAN.guards.slice(0, 1), totals: { blobs: 0, bytes: 0 } }

    expect(show(100, plan)).toBe('Scanned 1,200 blobs, 5.0 GiB, 4 snapshots.\n\nGuards: 1 of 1 ok')
  })
})

const RESULT: ExecuteResult = { ...NOTHING_DONE, deletedBlobs: 2, deletedBytes: 3072 }

describe('what a clean-up did', () => {
  it.each<[string, Partial<ExecuteResult>, string[]]>([
    ['all', {}, []],
    ['all that was still there', { alreadyGone: 2 }, ['Gone before it could be deleted: 2 blobs.']],
    ['all but what changed', { changed: 1 }, ['Left alone because it changed, or depends on what changed: 1 blob.']],
    ['all but what is wanted now', { spared: 2 }, ['Spared because the plan, made again, does not want it any more: 2 blobs.']],
    [
      'some, failures grouped',
      {
        failed: [
          { path: 'a', code: 'AuthorizationFailure' },
          { path: 'b', code: 'AuthorizationFailure' },
          { path: 'c', code: 'ServerBusy' },
        ],
      },
      ['Could not be deleted: 3 blobs: 2 x AuthorizationFailure, 1 x ServerBusy.'],
    ],
    [
      'the beginning of its plan',
      { stopped: true, problem: 'The lock was lost.', uncertain: 3 },
      [
        'Under way when it stopped, gone or not: 3 blobs.',
        'It stopped: The lock was lost.',
        'The run ended before its plan. What is done stays done; finish it: flinkops cleanup --resume run-1',
      ],
    ],
  ])('is said of %s', (_, parts, more) => {
    expect(cleanupResultText({ ...RESULT, ...parts }, 'run-1')).toBe(['Deleted 2 blobs, 3.0 KiB.', ...more].join('\n'))
  })
})

describe('the JSON of cleanup', () => {
  it('is the agreed shape, every path in the spelling of the user', () => {
    const spell = (account: string, container: string, name: string) => `abfss://${container}@${account}/${name}`
    const failed = [{ path: `${ACCOUNT}/${CONTAINER}/x/chk-6/_metadata`, code: 'ServerBusy' }]

    expect(cleanupJson({ runId: 'r1', outcome: 'partial', shown: planJson(PLAN, spell), result: { ...RESULT, failed }, spell })).toEqual({
      runId: 'r1',
      outcome: 'partial',
      scanned: PLAN.scanned,
      delete: PLAN.deletes.map(({ blob, reason }) => ({
        path: uri(blob.name).replace('wasbs:', 'abfss:'),
        sizeBytes: blob.sizeBytes,
        lastModified: '2026-11-22T12:00:00.000Z',
        etag: `"${blob.name}"`,
        reason,
      })),
      keep: PLAN.decisions.map(({ snapshot, reasons: [first] }) => ({
        path: `abfss://${CONTAINER}@${ACCOUNT}/${snapshot.directory.name}`,
        reason: first?.reason,
        detail: `because ${first?.reason}`,
      })),
      held: [
        { prefix: `abfss://${CONTAINER}@${ACCOUNT}/checkpoints/${JOB}`, blobs: 12, bytes: 4096, reason: 'job-running' },
        { prefix: `abfss://${CONTAINER}@${ACCOUNT}/other`, blobs: 1, bytes: 0, reason: 'unknown-layout' },
      ],
      guards: PLAN.guards,
      totals: PLAN.totals,
      result: {
        deletedBlobs: 2,
        deletedBytes: 3072,
        alreadyGone: 0,
        changed: 0,
        spared: 0,
        uncertain: 0,
        problem: null,
        needed: [],
        failed: [{ path: `abfss://${CONTAINER}@${ACCOUNT}/x/chk-6/_metadata`, code: 'ServerBusy' }],
      },
    })
  })
})
