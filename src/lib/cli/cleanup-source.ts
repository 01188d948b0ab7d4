import type { Context } from '../context.js'
import { snapshotReader } from '../operations/inventory-reader.js'
import { type PlanCleanupInput, type PlannedCleanup, planCleanup } from '../operations/plan-cleanup.js'
import { planFromInventory } from '../operations/plan-from-inventory.js'
import type { BlobInventory, LevelReader } from '../ports-inventory.js'
import type { RunRecorder } from '../ports-record.js'
import type { Scope } from '../scope.js'

/** Where the candidates of a clean-up come from when not from a listing. */
export interface InventorySource {
  inventory: BlobInventory
  levels: LevelReader & RunRecorder
  /** For the look right before the first delete: it lists what the inventory does not stand in for. */
  scope: Scope
}

export async function openSource(manifest: string, scope: Scope, context: Context): Promise<InventorySource> {
  const levels = await context.storage()
  const inventory = await context.inventory(manifest, scope.readers)
  return { inventory, levels, scope: { ...scope, readers: scope.readers.map((reader) => snapshotReader(reader, levels)) } }
}

/** Plans from a listing, or from an inventory. */
export function planFrom(source: InventorySource | null, input: PlanCleanupInput): Promise<PlannedCleanup> {
  return source === null ? planCleanup(input) : planFromInventory({ ...input, inventory: source.inventory, levels: source.levels })
}
