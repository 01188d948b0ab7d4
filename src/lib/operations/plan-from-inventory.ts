import type { BlobInventory, LevelReader } from '../ports-inventory.js'
import type { RunRecorder } from '../ports-record.js'
import type { Guard } from '../state/plan.js'
import { confirmLive } from './confirm-live.js'
import { inventoryReader } from './inventory-reader.js'
import { type PlanCleanupInput, type PlannedCleanup, planCleanup } from './plan-cleanup.js'

export type PlanFromInventoryInput = PlanCleanupInput & { inventory: BlobInventory; levels: LevelReader & RunRecorder }

/**
 * Plans a clean-up whose candidates come from an inventory. An inventory says what may go, never what is needed: snapshots are listed and
 * read live, files of theirs that are younger than the inventory are looked up, and what would go is looked at again.
 */
export async function planFromInventory(input: PlanFromInventoryInput): Promise<PlannedCleanup> {
  const { inventory, levels, readers, signal } = input
  const mixed = readers.map((reader) => inventoryReader(reader, inventory, levels))
  const planned = await planCleanup({ ...input, readers: mixed, looksUp: true, listedAtMs: inventory.startedAtMs })
  const { plan, leftOut } = await confirmLive({ plan: planned.plan, survey: planned.survey, readers, signal })
  const guards = [...plan.guards, inventoryGuard(inventory, leftOut, input.now())]
  return { ...planned, plan: { ...plan, guards } }
}

const HOUR_MS = 3_600_000
/** A daily rule is at most this old when the next run is there. */
const FRESH_HOURS = 48

function inventoryGuard({ source, startedAtMs }: BlobInventory, leftOut: number, nowMs: number): Guard {
  const hours = Math.round((nowMs - startedAtMs) / HOUR_MS)
  const message = `candidates are those of ${source}, ${hours} h old; ${leftOut} of them are gone or changed and were left out`
  return { name: 'inventory', status: hours > FRESH_HOURS ? 'warn' : 'ok', message, override: null }
}
