import type { Finding } from '../../src/lib/findings/finding.js'
import type { Report } from '../../src/lib/operations/compile-report.js'
import type { RunSummary } from '../../src/lib/operations/list-runs.js'
import type { CleanupPlan } from '../../src/lib/state/plan.js'
import type { UsageRow } from '../../src/lib/usage/account.js'
import type { Look } from '../../src/lib/usage/growth.js'
import { BUILT_IN_PRICES } from '../../src/lib/usage/prices.js'
import { timelineOf } from '../../src/lib/usage/timeline.js'
import { checkpoint, DAY, jobId, jobsOf, keyAt, NOW, running, storedBlob } from './builders.js'
import { CONFIG, known } from './fake-facts.js'
import { entry, stats } from './fake-ports.js'

export const GIB = 1024 ** 3
export const SALES = jobId(1)

export function usageRow(lineage: string, bytes: number, parts: Partial<UsageRow> = {}): UsageRow {
  const share = (part: number) => ({ blobs: 10, bytes: Math.round(bytes * part) })
  return {
    key: lineage,
    lineage,
    jobIds: [SALES],
    checkpoints: 3,
    savepoints: 1,
    incomplete: 0,
    exclusive: share(0.3),
    shared: share(0.6),
    orphaned: share(0.1),
    written: { blobs: 4, bytes: 10, blocks: 4 },
    blobs: 30,
    bytes,
    capacityCost: (bytes / GIB) * 0.018,
    writes: null,
    growthBytes: GIB,
    ...parts,
  }
}

/** A look a week before each other, the last one now. */
export function weeklyLooks(count: number, lineages: Record<string, number>): Look[] {
  return Array.from({ length: count }, (_, at) => {
    const grown = Object.fromEntries(
      Object.entries(lineages).map(([name, bytes]) => [name, Math.round(bytes * (1 - (count - 1 - at) * 0.05))]),
    )
    const bytes = Object.values(grown).reduce((sum, one) => sum + one, 0)
    const classes = { exclusive: bytes * 0.3, shared: bytes * 0.6, orphaned: bytes * 0.1 }
    return { atMs: NOW - (count - 1 - at) * 7 * DAY, scope: 's', bytes, blobs: 100, lineages: grown, classes }
  })
}

export function runSummary(parts: Partial<RunSummary> = {}): RunSummary {
  return {
    runId: '20261115T021500-0f3a21',
    createdAt: '2026-11-15T02:15:00.000Z',
    plannedBlobs: 412,
    deletedBlobs: 412,
    deletedBytes: 7 * GIB,
    alreadyGone: 0,
    changed: 0,
    failed: 0,
    open: 0,
    ...parts,
  }
}

export function cleanupPlan(parts: Partial<CleanupPlan> = {}): CleanupPlan {
  return {
    deletes: [{ blob: storedBlob('checkpoints/x/shared/b', { sizeBytes: 3 * GIB }), reason: 'orphan', after: [] }],
    decisions: [{ snapshot: checkpoint(SALES, 7), verdict: 'keep', reasons: [{ reason: 'job-running', detail: 'it runs' }] }],
    held: [{ prefix: keyAt(`checkpoints/${SALES}`), blobs: 12, bytes: 4096, reason: 'job-running' }],
    guards: [{ name: 'clock', status: 'ok', message: 'fine', override: null }],
    totals: { blobs: 1, bytes: 3 * GIB },
    scanned: { blobs: 1000, bytes: 90 * GIB, snapshots: 12 },
    ...parts,
  }
}

export function finding(severity: Finding['severity'], parts: Partial<Finding> = {}): Finding {
  return { id: `some-${severity}`, severity, what: `What: ${severity}.`, why: 'Why.', fix: 'key: value', source: 'job x', ...parts }
}

const LINEAGES = { sales_pipeline: 60 * GIB, orders_enrich: 25 * GIB, clicks: 5 * GIB }

/** One job that runs, four looks, a run, a plan: nothing to complain about. */
export function report(parts: Partial<Report> = {}): Report {
  const looks = weeklyLooks(4, LINEAGES)
  const done = [5, 6, 7].map((id) =>
    entry({ id, triggeredAtMs: NOW - (8 - id) * 60_000, endToEndMs: 900 + id * 40, stateBytes: 20 * GIB, checkpointedBytes: GIB }),
  )
  return {
    atMs: NOW,
    usage: {
      atMs: NOW,
      rows: Object.entries(LINEAGES).map(([name, bytes]) => usageRow(name, bytes)),
      rest: { temporary: { blobs: 0, bytes: 0 }, other: { blobs: 1, bytes: 5 }, markers: { blobs: 3, bytes: 0 }, softDeleted: null },
      total: { blobs: 1000, bytes: 90 * GIB },
      costOfMonth: 1.62,
      growth: { sinceMs: NOW - 7 * DAY, bytes: 4 * GIB, lineages: {} },
      forecast: { looks: 4, spanMs: 21 * DAY, bytesPerDay: GIB / 2, bytesIn30Days: 105 * GIB, costIn30Days: 2 },
      prices: BUILT_IN_PRICES,
      notices: [],
    },
    timeline: timelineOf(looks, { lineages: 6, points: 60 }),
    outlook: [
      {
        jobId: SALES,
        name: 'sales_pipeline',
        state: 'RUNNING',
        newest: checkpoint(SALES, 7, { completedAtMs: NOW - 35_000, exclusiveBytes: GIB, sharedBytes: 19 * GIB }),
        restorable: 3,
      },
    ],
    silent: [],
    jobs: [
      {
        jobId: SALES,
        name: 'sales_pipeline',
        startedAtMs: NOW - DAY,
        config: known(CONFIG),
        stats: known(stats({ completed: done.at(-1) ?? null }, done.toReversed())),
      },
    ],
    runs: known({ runs: [runSummary()], older: 0, unreadable: [] }),
    planned: known({ plan: cleanupPlan(), jobs: jobsOf(running(SALES, { name: 'sales_pipeline' })) }),
    findings: [],
    ...parts,
  }
}

export const SPELL = (account: string, container: string, name: string) => `wasbs://${container}@${account}/${name}`
