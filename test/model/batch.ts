import { type HistoryOptions, runHistory } from './history.js'
import { newTally, sumTallies, type Tally } from './tally.js'
import type { ViolationKind } from './violation.js'

export interface Batch {
  histories: number
  tally: Tally
  violations: { seed: number; kind: ViolationKind; message: string }[]
}

export interface BatchOptions extends HistoryOptions {
  firstSeed: number
  histories: number
  /** Ends the batch at so many violations. */
  most?: number
}

/** Histories of neighbouring seeds, summed up. */
export async function runBatch(options: BatchOptions): Promise<Batch> {
  const batch: Batch = { histories: 0, tally: newTally(), violations: [] }
  const most = options.most ?? Number.POSITIVE_INFINITY
  for (let at = 0; at < options.histories && batch.violations.length < most; at++) {
    const history = await runHistory(options.firstSeed + at, options)
    batch.histories++
    sumTallies(batch.tally, history.tally)
    if (history.violation !== null) batch.violations.push({ seed: history.seed, ...history.violation })
  }
  return batch
}

export function sumBatches(batches: Batch[]): Batch {
  const sum: Batch = { histories: 0, tally: newTally(), violations: [] }
  for (const batch of batches) {
    sum.histories += batch.histories
    sumTallies(sum.tally, batch.tally)
    sum.violations.push(...batch.violations)
  }
  return sum
}

export function batchText({ histories, tally, violations }: Batch): string {
  const pairs = (sums: Record<string, number>) =>
    Object.entries(sums)
      .toSorted(([, a], [, b]) => b - a)
      .map(([key, count]) => `${key} ${count}`)
      .join(', ')
  return [
    `${histories} histories, ${tally.runs} clean-up runs: ${tally.executed} executed (${tally.stopped} killed on the way), ` +
      `${tally.nothing} had nothing to delete, ${tally.refused} refused, ${tally.aborted} aborted by the re-check`,
    `deleted ${tally.deletedBlobs} blobs (${tally.amongLiving} in trees of living jobs), ${tally.deletedBytes} bytes; ${tally.expired} snapshots expired; ` +
      `${tally.changed} blobs left as changed, ${tally.spared} spared by the re-check`,
    `refusals: ${pairs(tally.guards)}`,
    `planned: ${pairs(tally.reasons)}`,
    `${violations.length} violations${violations.length === 0 ? '' : ':'}`,
    ...violations.slice(0, 20).map(violationText),
  ].join('\n')
}

export function violationText({ seed, kind, message }: Batch['violations'][number]): string {
  return `  seed ${seed}: ${kind}: ${message}`
}
