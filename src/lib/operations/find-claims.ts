import type { JobManager } from '../ports.js'
import { holdsOfClaims, type Suspect, suspectClaims } from '../state/claims.js'
import type { JobEvidence } from '../state/evidence.js'
import type { Hold } from '../state/holds.js'
import type { KnownJob } from '../state/jobs.js'
import { placeOf } from '../state/layout.js'
import { metadataKey } from '../state/places.js'
import type { Survey } from '../state/survey.js'
import { isDeletedAtEnd } from './left-checkpoint.js'

export interface FindClaimsInput {
  evidence: readonly JobEvidence[]
  survey: Survey
  jobs: Map<string, KnownJob>
  jobManagers: readonly JobManager[]
  /** Job ids that a person gave up. */
  alsoLast: ReadonlySet<string>
  /** Which of these `_metadata` (keys) runs of ours deleted. */
  deleted: (keys: ReadonlySet<string>) => Promise<ReadonlySet<string>>
  signal: AbortSignal
}

/** Job ids whose trees somebody unknown may have claimed. Asks clusters and journals only about ends that nothing else explains. */
export async function findClaims(input: FindClaimsInput): Promise<Map<string, Hold>> {
  const withBlobs = jobIdsWithBlobs(input.survey)
  const isLeft = ({ jobId, directory }: Suspect) => withBlobs.has(jobId) || withBlobs.has(placeOf(directory.name).jobId ?? jobId)
  const suspects = suspectClaims(input.evidence, input.survey, input.jobs).filter(isLeft)
  if (suspects.length === 0) return new Map()
  const deleted = await input.deleted(new Set(suspects.map(({ directory }) => metadataKey(directory))))
  const claimed: Suspect[] = []
  for (const suspect of suspects) {
    if (deleted.has(metadataKey(suspect.directory)) || (await wasDeletedAtEnd(suspect, input))) continue
    claimed.push(suspect)
  }
  return holdsOfClaims(claimed, input.alsoLast)
}

/** Job ids in whose trees anything lies besides directories. */
function jobIdsWithBlobs({ loose, stored }: Survey): Set<string> {
  const ids = new Set<string>()
  for (const blobs of [loose.samples(), stored.samples()]) {
    for (const blob of blobs) {
      const { jobId } = placeOf(blob.name)
      if (jobId !== null) ids.add(jobId)
    }
  }
  return ids
}

async function wasDeletedAtEnd({ jobId, where, state }: Suspect, { jobManagers, signal }: FindClaimsInput): Promise<boolean> {
  const jobManager = jobManagers.find((one) => one.url === where)
  const config = await jobManager?.checkpointConfig(jobId, signal)
  return config ? isDeletedAtEnd(config.externalized, state) : false
}
