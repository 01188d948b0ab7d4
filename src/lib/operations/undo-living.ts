import type { ContainerReader } from '../ports.js'
import { lastSegment } from '../state/layout.js'
import { livesAgain, treeOf } from '../state/living.js'
import { locationKey } from '../state/location.js'
import { mapConcurrently } from './concurrently.js'
import type { Deletion } from './execution.js'
import type { Gathered } from './gather-jobs.js'
import type { RunRecord } from './run-record.js'

export interface LivingTreesInput {
  record: RunRecord
  readers: ContainerReader[]
  gathered: Pick<Gathered, 'evidence' | 'silent'>
  signal: AbortSignal
}

/** Trees (keys) that live again since the run, each with why. */
export async function findLiving(input: LivingTreesInput): Promise<Map<string, string>> {
  const { record, gathered } = input
  const deletions = record.waves.flat()
  const trees = new Map(deletions.map((one) => [treeKeyOf(one), one]))
  const planned = new Map(deletions.map((one) => [locationKey(one), one]))
  const living = new Map<string, string>()
  await mapConcurrently([...trees], 8, async ([key, one]) => {
    const { directory, jobId } = treeOf(one.name)
    const why = livesAgain({
      jobId,
      evidence: gathered.evidence,
      allClustersAnswered: gathered.silent.length === 0,
      wasRunning: record.running?.includes(jobId ?? '') ?? false,
      plannedAtMs: Date.parse(record.createdAt),
      newestWriteMs: await newestWrite({ ...one, name: directory }, planned, input),
    })
    if (why !== null) living.set(key, why)
  })
  return living
}

export function treeKeyOf({ account, container, name }: Deletion): string {
  return locationKey({ account, container, name: treeOf(name).directory })
}

/** Of what the run planned to delete only a `_metadata` can be another's: all other names are written once. Markers are renewed by deletes. */
async function newestWrite(tree: Deletion, planned: Map<string, Deletion>, { readers, signal }: LivingTreesInput): Promise<number | null> {
  const { account, container, name } = tree
  const reader = readers.find((one) => one.account === account && one.container === container)
  if (reader === undefined || name === '') return null
  let newestMs: number | null = null
  for await (const { blobs } of reader.list({ prefix: `${name}/`, signal }))
    for (const blob of blobs) {
      const own = planned.get(locationKey({ account, container, name: blob.name }))
      const isOwn = own !== undefined && (own.etag === blob.etag || lastSegment(blob.name) !== '_metadata')
      if (!blob.isDirectory && !isOwn) newestMs = Math.max(newestMs ?? 0, blob.lastModifiedMs)
    }
  return newestMs
}
