import { parseForeignJson } from '../foreign-json.js'
import type { ArchivedJob, CheckpointEntry } from '../ports.js'
import { isFields, numberOf, textOf } from './wire.js'
import { parseCheckpointConfig, parseCheckpointStats } from './wire-checkpoints.js'
import { parseJob, parseJobsOverview } from './wire-jobs.js'

const FLAT = /^([0-9a-f]{32})$/
const BY_APPLICATION = /^[^/]+\/applications\/[^/]+\/jobs\/([0-9a-f]{32})$/

/**
 * Job id of a blob below the history directory (name relative to it), or `null` when it is no job's archive. Flat up to 2.2; 2.3
 * sorts by application, but a job that failed while initializing lands flat there too.
 */
export function historyJobPath(name: string): string | null {
  return (FLAT.exec(name) ?? BY_APPLICATION.exec(name))?.[1] ?? null
}

/**
 * What a history file proves of its job: REST answers as they were at the end. `null` for an application's summary, and for
 * anything that proves nothing (empty, cut short).
 */
export function parseArchive(bytes: Uint8Array): ArchivedJob | null {
  const answers = answersOf(bytes)
  const overview = answers?.get('/jobs/overview')
  if (answers === null || overview === undefined) return null
  try {
    return archivedJob(answers, overview)
  } catch {
    return null
  }
}

function archivedJob(answers: Map<string, unknown>, overview: unknown): ArchivedJob | null {
  const [job] = parseJobsOverview(overview)
  if (job === undefined) return null
  const at = (part: string) => answers.get(`/jobs/${job.jobId}${part}`)
  const details = at('') === undefined ? job : parseJob(at(''))
  const stats = at('/checkpoints') === undefined ? null : parseOrNull(parseCheckpointStats, at('/checkpoints'))
  const config = at('/checkpoints/config') === undefined ? null : parseOrNull(parseCheckpointConfig, at('/checkpoints/config'))
  return {
    jobId: job.jobId,
    name: details.name,
    state: details.state,
    startedAtMs: details.startedAtMs,
    endedAtMs: details.endedAtMs,
    tasksTotal: numberOf(job.tasks, 'total'),
    lastSavepointPath: keptPath(stats?.latest.savepoint),
    lastCheckpointPath: keptPath(stats?.latest.completed),
    restoredFrom: stats?.latest.restored?.externalPath ?? null,
    restoredId: stats?.latest.restored?.id ?? null,
    changelogEnabled: config?.changelogEnabled ?? null,
    checkpointTimeoutMs: config?.timeoutMs ?? null,
    externalized: config?.externalized ?? null,
  }
}

/** Checkpointing may have been off: then these two hold an error (`{"errors": [...]}`) or are not there. */
function parseOrNull<T>(parse: (body: unknown) => T, body: unknown): T | null {
  return isFields(body) && 'errors' in body ? null : parse(body)
}

/** `discarded: true` = Flink deleted it itself. */
function keptPath(entry: CheckpointEntry | null | undefined): string | null {
  return entry && entry.discarded !== true ? entry.externalPath : null
}

function answersOf(bytes: Uint8Array): Map<string, unknown> | null {
  const archive = parseJson(new TextDecoder().decode(bytes))
  if (!isFields(archive) || !Array.isArray(archive['archive'])) return null
  const answers = new Map<string, unknown>()
  for (const entry of archive['archive'].filter(isFields)) {
    const path = textOf(entry, 'path')
    const json = textOf(entry, 'json')
    if (path !== null && json !== null && /^\/jobs\/(?:overview$|[^/]+(?:\/checkpoints(?:\/config)?)?$)/.test(path)) {
      answers.set(path, parseJson(json))
    }
  }
  return answers
}

function parseJson(text: string): unknown {
  try {
    return parseForeignJson(text)
  } catch {
    return undefined
  }
}
