import { hasEnded, hasState, type JobEvidence } from './evidence.js'
import { locationKey, parseLocation } from './location.js'

/** What became visible on clusters since a look: whatever may need a snapshot that a run has just taken. */
export interface Meanwhile {
  restored: { job: string; path: string }[]
  /** Why it is not known yet what is needed, a clause; `null` = every job that is visible has said it. */
  unsaid: string | null
}

/** A job in one of these may be restoring from anything, and says so only when it runs. */
export const STARTING: ReadonlySet<string> = new Set(['INITIALIZING', 'CREATED', 'RECONCILING'])

/**
 * What jobs were restored from since `before`. A job that runs and names nothing began empty; that is believed at a second look only (`last` is
 * the one before), since a JobManager's statistics may be older than its overview by its refresh interval.
 */
export function meanwhile(looks: { before: JobEvidence[]; last: JobEvidence[]; now: JobEvidence[] }): Meanwhile {
  const [before, last] = [executionsOf(looks.before), executionsOf(looks.last)]
  const restored: Meanwhile['restored'] = []
  let unsaid: string | null = null
  for (const one of looks.now) {
    if (one.source !== 'cluster' || !hasState(one)) continue
    const known = before(one)
    const path = one.restoredFrom ?? null
    if (STARTING.has(one.state)) unsaid ??= `job ${label(one)} is ${one.state} and does not say yet from what it is restored`
    else if (path !== null && path !== known?.restoredFrom) restored.push({ job: label(one), path })
    else if (path === null && known === undefined && !hasEnded(one.state) && last(one)?.state !== one.state)
      unsaid ??= `job ${label(one)} has just begun and does not say yet from what it was restored`
  }
  return { restored, unsaid }
}

/** Begins that are told of one submission may differ by so much. */
const SAME_BEGIN_MS = 30_000

/** Finds the same submission of a job on the same cluster; ids of application mode are used again. */
function executionsOf(evidence: JobEvidence[]): (one: JobEvidence) => JobEvidence | undefined {
  const keyOf = ({ where, jobId }: JobEvidence) => `${where} ${jobId}`
  const told = new Map(evidence.filter(({ source }) => source === 'cluster').map((one) => [keyOf(one), one]))
  return (one) => {
    const known = told.get(keyOf(one))
    const apartMs = Math.abs((known?.startedAtMs ?? 0) - (one.startedAtMs ?? 0))
    return apartMs <= SAME_BEGIN_MS ? known : undefined
  }
}

/** Of the `_metadata` with these keys, those that jobs were restored from; with the first of each. */
export function neededOf(restored: Meanwhile['restored'], keys: { has(key: string): boolean }): Map<string, string> {
  const needed = new Map<string, string>()
  for (const { job, path } of restored) {
    const parsed = parseLocation(path)
    if (!parsed.ok) continue
    const key = locationKey(parsed.location)
    for (const one of [key, `${key}/_metadata`]) if (keys.has(one) && !needed.has(one)) needed.set(one, job)
  }
  return needed
}

function label({ name, jobId }: JobEvidence): string {
  return typeof name === 'string' ? `${name} (${jobId.slice(0, 8)})` : jobId.slice(0, 8)
}
