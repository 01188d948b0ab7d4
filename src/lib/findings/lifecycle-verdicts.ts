import type { Severity } from './finding.js'

/** What a rule does to state, in words. */
export interface Verdict {
  id: string
  severity: Severity
  verb: string
  why: string
}

export const DELETES: Verdict = {
  id: 'lifecycle-deletes-state',
  severity: 'error',
  verb: 'deletes',
  why: 'A rule knows prefix and age, not references: it takes the last checkpoint of a job that stands still, and files in shared/ that checkpoints of this minute need. The loss shows at the next restore. What is not needed any more is found by: flinkops cleanup.',
}
export const DELETES_SAVEPOINTS: Verdict = {
  id: 'lifecycle-deletes-savepoints',
  severity: 'error',
  verb: 'deletes',
  why: 'It works by blob, not by savepoint, and keeps no last one: it takes the savepoint that a stopped job waits for, and files of a claimed one that a running job still uses.',
}
export const DELETES_HISTORY: Verdict = {
  id: 'lifecycle-deletes-history',
  severity: 'warn',
  verb: 'deletes',
  why: 'The archive is the proof that a job ended: without it clean-up keeps the state of that job for ever.',
}
export const ARCHIVES: Verdict = {
  id: 'lifecycle-archives-state',
  severity: 'error',
  verb: 'moves to the archive tier',
  why: 'An archived blob cannot be read before it is rehydrated, which takes hours: every restore that needs one fails. Files in shared/ are old by date and live all the same.',
}
export const COOLS: Verdict = {
  id: 'lifecycle-cools-state',
  severity: 'advice',
  verb: 'moves to a cooler tier',
  why: 'It stays readable, but each read costs more, and Flink deletes it before the 30 or 90 days that such a tier is billed for.',
}
export const VERSIONS: Verdict = {
  id: 'lifecycle-purges-versions',
  severity: 'advice',
  verb: 'deletes the previous versions of what lies',
  why: 'The age of a version counts from when it was written: an old file that is deleted today by mistake is purged with the next run of the policy, before anybody notices.',
}
