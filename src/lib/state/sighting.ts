/** A job as a look at a cluster showed it. Kept by cluster and job id, since clusters may share an id. */
export interface Sighting {
  jobId: string
  /** The JobManager's URL, without credentials. */
  where: string
  name: string | null
  state: string
  startedAtMs: number | null
  /** Whether the cluster's configuration says that high availability is off; `null` = it did not tell. */
  isHaOff: boolean | null
  /** `latest.restored`, as it was told. */
  restored: { path: string; checkpointId: number | null } | null
  /** `latest.savepoint`, which tells whose it was when it is gone, claimed by the next run. */
  savepoint: string | null
  /** It began without state; absent = that was not seen. */
  isEmpty?: true
  /** A person said that it was to begin without state. */
  isMeant?: true
  /** A person named the job that is to go on from `restored`, whatever its snapshot was called. */
  isNamed?: true
}

/** What a line holds: only the fields that are named, in one order. */
export function sightingLine(one: Sighting): Sighting {
  const { jobId, where, name, state, startedAtMs, isHaOff, restored, savepoint } = one
  const from = restored && { path: restored.path, checkpointId: restored.checkpointId }
  const flags = {
    ...(one.isEmpty && { isEmpty: one.isEmpty }),
    ...(one.isMeant && { isMeant: one.isMeant }),
    ...(one.isNamed && { isNamed: one.isNamed }),
  }
  return { jobId, where, name, state, startedAtMs, isHaOff, restored: from, savepoint, ...flags }
}

/** `null` for a line that is none. */
export function parseSighting(line: unknown): Sighting | null {
  const [jobId, where, state] = ['jobId', 'where', 'state'].map((name) => textOrNull(field(line, name)))
  if (!jobId || !where || !state) return null
  const restored = field(line, 'restored')
  const path = textOrNull(field(restored, 'path'))
  const isHaOff = field(line, 'isHaOff')
  return sightingLine({
    jobId,
    where,
    name: textOrNull(field(line, 'name')),
    state,
    startedAtMs: numberOrNull(field(line, 'startedAtMs')),
    isHaOff: typeof isHaOff === 'boolean' ? isHaOff : null,
    restored: path === null ? null : { path, checkpointId: numberOrNull(field(restored, 'checkpointId')) },
    savepoint: textOrNull(field(line, 'savepoint')),
    ...(field(line, 'isEmpty') === true && { isEmpty: true }),
    ...(field(line, 'isMeant') === true && { isMeant: true }),
    ...(field(line, 'isNamed') === true && { isNamed: true }),
  })
}

function field(line: unknown, name: string): unknown {
  return typeof line === 'object' && line !== null ? Reflect.get(line, name) : undefined
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}
