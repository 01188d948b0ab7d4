import { type KnownJob, knowJobs } from '../state/jobs.js'
import { isJobId, lastSegment, placeOf } from '../state/layout.js'
import type { Location } from '../state/location.js'
import { treesByJob } from '../state/silence.js'
import type { Survey } from '../state/survey.js'
import type { Gathered } from './gather-jobs.js'

/** Where nobody's word may be an end. */
export interface SilenceBounds {
  /** Every configured root. */
  roots: Location[]
  /** For so long nothing may have been written. */
  graceMs: number
}

export interface KnowSurveyedJobsInput {
  gathered: Gathered
  survey: Survey
  /** No cluster outside the listed ones uses the roots. */
  exclusive: boolean
  /** Absent = silence proves nothing. */
  silence?: SilenceBounds
  /** Ended jobs whose last restore point a person gave up. */
  givenUp?: ReadonlySet<string>
  /** When the listing was made, if not just now: what was written since it does not show. */
  listedAtMs?: number
}

/** Every job that clusters, history, journal or storage tell of, with whether it has ended. */
export function knowSurveyedJobs(input: KnowSurveyedJobsInput): Map<string, KnownJob> {
  const { gathered, survey, exclusive, silence, givenUp } = input
  const nowMs = Math.min(survey.serverTimeMs, input.listedAtMs ?? survey.serverTimeMs)
  return knowJobs({
    evidence: gathered.evidence,
    jobIds: jobIdsIn(survey),
    exclusive,
    allClustersAnswered: gathered.silent.length === 0,
    trees: treesByJob(survey.trees, silence?.roots ?? [], survey.snapshots),
    ...(silence &&
      gathered.isRecordTorn !== true && {
        silence: { answered: gathered.answered, nowMs, graceMs: silence.graceMs, ...(givenUp && { givenUp }) },
      }),
  })
}

/** Every job id that a path in storage names. */
function jobIdsIn(survey: Survey): Set<string> {
  const ids = new Set<string>()
  for (const snapshot of survey.snapshots) if (snapshot.jobId !== null) ids.add(snapshot.jobId)
  for (const blobs of [survey.loose.samples(), survey.stored.samples(), survey.markers]) {
    for (const blob of blobs) {
      const jobId = placeOf(blob.name).jobId ?? lastSegment(blob.name)
      if (isJobId(jobId)) ids.add(jobId)
    }
  }
  return ids
}
