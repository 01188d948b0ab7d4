import { lastSegment } from '../state/layout.js'
import type { CleanupPlan, PlannedDelete } from '../state/plan.js'
import type { Deletion } from './execution.js'

/**
 * A plan in the order of execution: `_metadata` of expired snapshots, so that a half-deleted one is not addressable (Flink's own order),
 * then files, then markers, one wave for each depth.
 */
export function wavesOf(plan: CleanupPlan): Deletion[][] {
  const isMetadata = ({ reason, blob }: PlannedDelete) => isExpiredMetadata({ reason, name: blob.name })
  const metadata = plan.deletes.filter(isMetadata)
  const markers = plan.deletes.filter((one) => one.reason === 'marker')
  const files = plan.deletes.filter((one) => one.reason !== 'marker' && !isMetadata(one))
  const depths = [...new Set(markers.map(depthOf))].toSorted((a, b) => b - a)
  const waves = [metadata, files, ...depths.map((depth) => markers.filter((one) => depthOf(one) === depth))]
  return waves.filter((wave) => wave.length > 0).map((wave) => wave.map(deletion))
}

/** Whether a wave is that of the `_metadata`. */
export function isMetadataWave(wave: Deletion[]): boolean {
  return wave.length > 0 && wave.every(isExpiredMetadata)
}

export function isExpiredMetadata({ reason, name }: Pick<Deletion, 'reason' | 'name'>): boolean {
  return reason.startsWith('expired-') && lastSegment(name) === '_metadata'
}

function depthOf(one: PlannedDelete): number {
  return one.blob.name.split('/').length
}

function deletion({ blob, reason, after }: PlannedDelete): Deletion {
  const { account, container, name, sizeBytes, etag } = blob
  return { account, container, name, sizeBytes, etag, reason, after }
}
