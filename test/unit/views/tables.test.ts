import { describe, expect, it } from 'vitest'
import { renderTable } from '../../../src/lib/cli/table.js'
import type { Inspection } from '../../../src/lib/operations/inspect-snapshot.js'
import type { ListedJob } from '../../../src/lib/operations/list-jobs.js'
import type { ListedSnapshot } from '../../../src/lib/operations/list-snapshots.js'
import { configJson, configTable } from '../../../src/lib/views/config.js'
import { inspectionSummary, operatorsTable, referencesTable } from '../../../src/lib/views/inspection.js'
import { jobsJson, jobsTable } from '../../../src/lib/views/jobs.js'
import { snapshotsJson, snapshotsTable } from '../../../src/lib/views/snapshots.js'
import { restoreProgress, savepointProgress } from '../../../src/lib/views/wait.js'
import { JOB, NOW_MS, uri } from '../../support/fake-ports.js'
import { person, pipe } from '../../support/fake-streams.js'

const HOUR_MS = 3_600_000

const JOBS: ListedJob[] = [
  {
    jobId: JOB,
    name: 'sales_pipeline',
    state: 'RUNNING',
    startedAtMs: NOW_MS - 26 * HOUR_MS,
    durationMs: 26 * HOUR_MS,
    lastCheckpointAtMs: NOW_MS - 12_000,
    lastCheckpointPath: uri(`checkpoints/${JOB}/chk-7`),
    completedCheckpoints: 7,
    failedCheckpoints: 1,
  },
  {
    jobId: 'f'.repeat(32),
    name: 'batch',
    state: 'FAILED',
    startedAtMs: NOW_MS - HOUR_MS,
    durationMs: 90_000,
    lastCheckpointAtMs: null,
    lastCheckpointPath: null,
    completedCheckpoints: null,
    failedCheckpoints: null,
  },
]

describe('list-jobs', () => {
  it('reads as a table to a person', () => {
    expect(renderTable(jobsTable(JOBS, NOW_MS), 'table', person(100))).toBe(
      [
        'JOB       NAME            STATE       UP  LAST CHECKPOINT  DONE  FAILED',
        'a1b2c3d4  sales_pipeline  RUNNING  1d 2h          12s ago     7       1',
        'ffffffff  batch           FAILED      1m                -     -       -',
        '',
      ].join('\n'),
    )
  })

  it('is full ids, milliseconds and ISO times to a pipe, and nothing where nothing is known', () => {
    expect(renderTable(jobsTable(JOBS, NOW_MS), 'tsv', pipe())).toBe(
      `${JOB}\tsales_pipeline\tRUNNING\t93600000\t2026-11-22T11:59:48.000Z\t7\t1\n${'f'.repeat(32)}\tbatch\tFAILED\t90000\t\t\t\n`,
    )
  })

  it('is null in JSON where nothing is known', () => {
    expect(jobsJson(JOBS)).toMatchObject({
      jobs: [
        { jobId: JOB, startedAt: '2026-11-21T10:00:00.000Z', lastCheckpointAt: '2026-11-22T11:59:48.000Z', durationMs: 93_600_000 },
        { lastCheckpointAt: null, lastCheckpointPath: null, completedCheckpoints: null, failedCheckpoints: null },
      ],
    })
  })
})

function snapshot(parts: Partial<ListedSnapshot>): ListedSnapshot {
  return {
    path: uri(`checkpoints/${JOB}/chk-7`),
    kind: 'checkpoint',
    jobId: JOB,
    jobName: 'sales_pipeline',
    checkpointId: 7,
    completeness: 'complete',
    problem: null,
    completedAtMs: NOW_MS - 5 * HOUR_MS,
    ageMs: 5 * HOUR_MS,
    exclusiveBytes: 2048,
    sharedBytes: 5 * 1024 ** 2,
    missing: 0,
    live: true,
    pinned: false,
    ...parts,
  }
}

const SNAPSHOTS = [
  snapshot({}),
  snapshot({ path: uri('old/chk-2'), jobId: null, jobName: null, completeness: 'broken', missing: 2, live: false, pinned: true }),
  snapshot({ path: uri('old/chk-1'), jobName: null, completeness: 'writing', live: null }),
]

describe('list-checkpoints', () => {
  it('reads as a table to a person: names, else short ids; pins; ? where nobody knows what is live', () => {
    expect(renderTable(snapshotsTable(SNAPSHOTS, 'checkpoints'), 'table', person(200))).toBe(
      [
        'PATH                                                                                         JOB             COMPLETENESS     AGE  EXCLUSIVE   SHARED  LIVE',
        `${uri(`checkpoints/${JOB}/chk-7`)}  sales_pipeline  complete          5h    2.0 KiB  5.0 MiB  yes`,
        `${uri('old/chk-2').padEnd(91)}  -               broken (pinned)   5h    2.0 KiB  5.0 MiB  no`,
        `${uri('old/chk-1').padEnd(91)}  a1b2c3d4        writing           5h    2.0 KiB  5.0 MiB  ?`,
        '',
      ].join('\n'),
    )
  })

  it('is whole paths, bytes and ISO times to a pipe; the job id stands in for a name', () => {
    expect(renderTable(snapshotsTable(SNAPSHOTS, 'checkpoints'), 'tsv', pipe())).toBe(
      [
        `${uri(`checkpoints/${JOB}/chk-7`)}\tsales_pipeline\tcomplete\t2026-11-22T07:00:00.000Z\t2048\t5242880\ttrue`,
        `${uri('old/chk-2')}\t\tbroken\t2026-11-22T07:00:00.000Z\t2048\t5242880\tfalse`,
        `${uri('old/chk-1')}\t${JOB}\twriting\t2026-11-22T07:00:00.000Z\t2048\t5242880\t`,
        '',
      ].join('\n'),
    )
  })

  it('is paths alone under -o id', () => {
    expect(renderTable(snapshotsTable(SNAPSHOTS, 'checkpoints'), 'id', pipe())).toBe(
      `${uri(`checkpoints/${JOB}/chk-7`)}\n${uri('old/chk-2')}\n${uri('old/chk-1')}\n`,
    )
  })

  it('has ISO times in JSON, and says whether it is cut', () => {
    const [first] = SNAPSHOTS as [ListedSnapshot]
    const { completedAtMs: _, ...rest } = first

    expect(snapshotsJson([first], true)).toEqual({ snapshots: [{ ...rest, completedAt: '2026-11-22T07:00:00.000Z' }], truncated: true })
  })
})

const INSPECTION: Inspection = {
  path: uri('savepoints/savepoint-a1b2c3-000000000001'),
  kind: 'savepoint',
  formatVersion: 6,
  checkpointId: 7,
  operators: [
    {
      operatorId: 'c'.repeat(32),
      uid: 'count',
      name: 'Count',
      parallelism: 4,
      maxParallelism: 128,
      subtasks: 4,
      finishedSubtasks: [],
      finished: false,
    },
    {
      operatorId: 'd'.repeat(32),
      uid: null,
      name: null,
      parallelism: 1,
      maxParallelism: 1,
      subtasks: 0,
      finishedSubtasks: [],
      finished: true,
    },
  ],
  references: [
    { path: uri('savepoints/a'), sizeBytes: 2048, kind: 'file', relative: true, shared: false, exists: true },
    { path: uri('shared/b'), sizeBytes: null, kind: 'segment', offset: 0, length: null, relative: false, shared: true, exists: false },
    { path: uri('taskowned/c'), sizeBytes: 0, kind: 'directory', relative: false, shared: false, exists: null },
  ],
  totals: { references: 3, files: 2, fileBytes: 2048, inlineBytes: 100 },
  unseen: [],
  warnings: [],
}

describe('inspect', () => {
  it('reads as a headline and sums to a person', () => {
    expect(inspectionSummary(INSPECTION, 100)).toBe(
      [
        uri('savepoints/savepoint-a1b2c3-000000000001'),
        'savepoint, format 6, checkpoint id 7, 2 operators',
        '3 references to 2 files (2.0 KiB), 100 B inside _metadata',
      ].join('\n'),
    )
  })

  it('keeps the headline within a narrow terminal', () => {
    const lines = inspectionSummary(INSPECTION, 40).split('\n')

    expect(lines[0]).toBe('…avepoints/savepoint-a1b2c3-000000000001')
    expect(lines.slice(1)).toEqual([
      'savepoint, format 6, checkpoint id 7, 2',
      'operators',
      '3 references to 2 files (2.0 KiB), 100 B',
      'inside _metadata',
    ])
  })

  it('shows the operators', () => {
    expect(renderTable(operatorsTable(INSPECTION), 'table', person(100))).toBe(
      [
        'OPERATOR                          NAME   PARALLELISM  SUBTASKS  STATE',
        `${'c'.repeat(32)}  Count     4 of 128         4`,
        `${'d'.repeat(32)}  -           1 of 1         0  finished`,
        '',
      ].join('\n'),
    )
  })

  it('shows the files, one line a use, and which are missing', () => {
    expect(renderTable(referencesTable(INSPECTION), 'table', person(100))).toBe(
      [
        `${'FILE'.padEnd(53)}  SIZE     KIND       SHARED  THERE`.replace('SIZE     ', '   SIZE  '),
        `${uri('savepoints/a').padEnd(53)}  2.0 KiB  file       no      yes`,
        `${uri('shared/b').padEnd(53)}        ?  segment    yes     MISSING`,
        `${uri('taskowned/c').padEnd(53)}      0 B  directory  no      ?`,
        '',
      ].join('\n'),
    )
    expect(renderTable(referencesTable(INSPECTION), 'tsv', pipe())).toBe(
      [
        `${uri('savepoints/a')}\t2048\tfile\tfalse\ttrue`,
        `${uri('shared/b')}\t\tsegment\ttrue\tfalse`,
        `${uri('taskowned/c')}\t0\tdirectory\tfalse\t`,
        '',
      ].join('\n'),
    )
  })
})

describe('config', () => {
  const rows = [
    { key: 'exclusive', value: 'true', source: 'flinkops.yaml context prod (/etc/flinkops.yaml:9)' },
    { key: 'retention.grace', value: '3d', source: 'default' },
  ]

  it('reads as a table, and as a list where the table does not fit', () => {
    expect(renderTable(configTable(rows), 'table', person(100))).toBe(
      [
        'SETTING          VALUE  FROM',
        'exclusive        true   flinkops.yaml context prod (/etc/flinkops.yaml:9)',
        'retention.grace  3d     default',
        '',
      ].join('\n'),
    )
    expect(renderTable(configTable(rows), 'table', person(50))).toBe(
      ['exclusive', '  true', '  …inkops.yaml context prod (/etc/flinkops.yaml:9)', 'retention.grace', '  3d', '  default', ''].join('\n'),
    )
  })

  it('is key, value and source in JSON', () => {
    expect(configJson(rows)).toEqual({ settings: rows })
  })
})

describe('the changing line', () => {
  it('shows what is known of that very savepoint', () => {
    expect(savepointProgress('Savepoint', { elapsedMs: 12_000, acknowledged: 3, subtasks: 8, bytes: 1536 })).toBe(
      'Savepoint: 12s, 3 of 8 subtasks, 1.5 KiB',
    )
    expect(savepointProgress('Stopping', { elapsedMs: 400, acknowledged: null, subtasks: null, bytes: null })).toBe('Stopping: 0s')
  })

  it('shows what a restore waits for, and checkpoints that failed', () => {
    const progress = { elapsedMs: 61_000, state: 'RUNNING', waitingFor: 'checkpoint' as const, failedCheckpoints: 2 }

    expect(restoreProgress('sales.sql', progress)).toBe(
      'sales.sql: RUNNING, restored; waiting for its first checkpoint, 1m, 2 checkpoints failed',
    )
    expect(restoreProgress('sales.sql', { ...progress, waitingFor: 'restored', failedCheckpoints: 0 })).toBe(
      'sales.sql: RUNNING, waiting for the word that it was restored, 1m',
    )
  })
})
