import { paint, type Tone } from '../cli/colour.js'
import type { Streams } from '../cli/streams.js'
import type { KnownJob } from '../state/jobs.js'
import { lastSegment, placeOf } from '../state/layout.js'
import type { CleanupPlan, DeleteReason, Guard, Held } from '../state/plan.js'
import type { Decision, KeepReason } from '../state/retention.js'
import { snapshotBytes } from '../state/survey.js'
import { describeHold, type HoldReason } from '../state/sweep.js'
import { bytes, plural, shortId, wrap } from './format.js'

export interface CleanupViewInput {
  plan: CleanupPlan
  jobs: Map<string, KnownJob>
  /** The user vouches that nobody else uses the roots. */
  isExclusive: boolean
  streams: Streams
}

/** The plan on one screen: what goes, what stays and why, what it would take to free the rest, and the guards. */
export function cleanupPlanText(input: CleanupViewInput): string {
  const { plan } = input
  const { scanned, totals } = plan
  const blocks = [
    [`Scanned ${plural(scanned.blobs, 'blob')}, ${bytes(scanned.bytes)}, ${plural(scanned.snapshots, 'snapshot')}.`],
    section(`Delete ${plural(totals.blobs, 'blob')}, frees ${bytes(totals.bytes)}`, deleteLines(input), input),
    section(`Keep ${plural(plan.decisions.filter(isKept).length, 'snapshot')}`, keepLines(input), input),
    section('Held: needed by no snapshot, yet left alone', heldLines(plan.held, input), input),
    guardLines(plan.guards, input.streams),
  ]
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
}

function section(title: string, lines: string[], { streams }: CleanupViewInput): string[] {
  return lines.length === 0
    ? []
    : [paint(title, 'strong', streams), ...lines.flatMap((line) => wrap(`  ${line}`, streams.columns, WORDS_AT))]
}

/** Where the words of a row begin, after its indent, the count and the size. */
const WORDS_AT = 2 + 7 + 2 + 9 + 2

export const DELETE_WORDS: Record<DeleteReason, string> = {
  'expired-checkpoint': 'expired checkpoints',
  'expired-savepoint': 'expired savepoints',
  incomplete: 'leftovers of checkpoints and savepoints that were never completed',
  orphan: 'orphans: no snapshot needs them',
  marker: 'empty directories',
}

function deleteLines({ plan, jobs }: CleanupViewInput): string[] {
  const groups = groupBy(plan.deletes, (one) => one.reason)
  return [...groups].map(([reason, all]) => {
    const snapshots = all.filter((one) => one.after.length === 0 && lastSegment(one.blob.name) === '_metadata').length
    const owners = ownersOf(
      all.map((one) => placeOf(one.blob.name).jobId),
      jobs,
    )
    const parts = [...(snapshots > 0 ? [plural(snapshots, 'snapshot')] : []), ...(owners === '' || reason === 'marker' ? [] : [owners])]
    return row(
      all.length,
      all.reduce((sum, one) => sum + one.blob.sizeBytes, 0),
      `${DELETE_WORDS[reason]}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`,
    )
  })
}

const NAMES_SHOWN = 4

/** `41 jobs: clicks, orders, 15 without a name`; '' when no path names a job. */
function ownersOf(jobIds: (string | null)[], jobs: Map<string, KnownJob>): string {
  const ids = [...new Set(jobIds.filter((id) => id !== null))]
  const names = [...new Set(ids.flatMap((id) => jobs.get(id)?.name ?? []))]
  const nameless = ids.filter((id) => !jobs.get(id)?.name)
  if (ids.length === 0) return ''
  if (ids.length === 1) return `job ${names[0] ?? shortId(ids[0] ?? '')}`
  const more = names.length > NAMES_SHOWN ? [`${names.length - NAMES_SHOWN} more names`] : []
  const rest = nameless.length > 0 ? [`${nameless.length} without a name`] : []
  return `${plural(ids.length, 'job')}: ${[...names.slice(0, NAMES_SHOWN), ...more, ...rest].join(', ')}`
}

function row(blobs: number, size: number, words: string): string {
  return `${blobs.toLocaleString('en-US').padStart(7)}  ${bytes(size).padStart(9)}  ${words}`
}

function isKept(decision: Decision): boolean {
  return decision.verdict === 'keep'
}

export const KEEP_WORDS: Record<KeepReason, [string, string]> = {
  pinned: ['pinned', 'remove the pin'],
  window: ['named by an open maintenance window', 'flinkops resume --all, or --ignore-window <id>'],
  'in-use': ['named by a job that has not ended', ''],
  'job-running': ['of running jobs', ''],
  'job-unknown': [
    'of jobs that nobody proves ended',
    'configure the history directory, or set exclusive: true, which says that no other cluster writes below these roots: what no JobManager knows then counts as ended',
  ],
  'last-of-lineage': ['last restore points', '--also-last <job id>'],
  'abandoned-tip': ['last restore points of runs that nobody went on from', '--also-last <job id>, or --abandoned-older-than <duration>'],
  'too-young': ['too young', 'a shorter --older-than'],
  'savepoints-left-alone': ['savepoints', '--savepoints-older-than <duration>'],
  'no-age-limit': ['no age limit given', '--older-than <duration>'],
  writing: ['being written', ''],
  'no-job': ['of no known job', ''],
  'not-asked': ['not asked for', ''],
  configured: ['from which Flink is configured to start', 'take them out of that configuration'],
  'high-availability': [
    'that a high-availability store holds, or may hold',
    '--dead <file>#<etag> of the store, if its job is gone for good',
  ],
  claimed: ['in trees that another job may have claimed', '--also-last <job id>, if no job anywhere lives on them'],
  copy: ['copies of other places', ''],
  protected: ['needed by another snapshot, or not understood', ''],
}

function keepLines(input: CleanupViewInput): string[] {
  const kept = input.plan.decisions.filter(isKept).flatMap(({ snapshot, reasons }) => {
    const first = reasons[0]?.reason
    if (first === undefined || first === 'expired') return []
    return [{ words: keepWords(first, snapshot, input), size: snapshotBytes(snapshot), jobId: snapshot.jobId }]
  })
  return [...groupBy(kept, (one) => one.words.join('; to free: '))].map(([words, all]) => {
    const [why = '', ...way] = words.split('; to free: ')
    const owners = ownersOf(
      all.map((one) => one.jobId),
      input.jobs,
    )
    return row(
      all.length,
      all.reduce((sum, one) => sum + one.size, 0),
      [`${why}${owners === '' || why.includes('without') ? '' : ` (${owners})`}`, ...way].join('; to free: '),
    )
  })
}

/** Why it stays, and what it would take to free it. */
function keepWords(reason: KeepReason, { jobId }: { jobId: string | null }, input: CleanupViewInput): string[] {
  const name = jobId === null ? null : (input.jobs.get(jobId)?.name ?? null)
  if (reason === 'last-of-lineage' && name === null)
    return ['last restore points of jobs without a name', '--also-last <job id>, or --abandoned-older-than <duration>']
  const [words, way] = KEEP_WORDS[reason]
  if (reason === 'job-unknown') return unknownWords(words, jobId === null ? undefined : input.jobs.get(jobId), input)
  return way === '' ? [words] : [words, way]
}

/** Roots that nobody else uses prove nothing while a JobManager is silent; what else is missing for a proof is said. */
function unknownWords(words: string, job: KnownJob | undefined, { plan, isExclusive }: CleanupViewInput): string[] {
  if (!isExclusive) return [words, KEEP_WORDS['job-unknown'][1]]
  const isSilent = plan.guards.some((guard) => guard.name === 'cluster' && guard.status === 'refuse')
  if (isSilent) return [words, 'let every JobManager answer']
  return [job === undefined ? words : `${words}: ${job.proof}`]
}

const HELD_SHOWN = 12

function heldLines(held: Held[], input: CleanupViewInput): string[] {
  const groups = [...groupBy(held, (one) => one.reason)].map(([reason, all]) => heldLine(reason, all, input))
  return groups.slice(0, HELD_SHOWN)
}

function heldLine(reason: HoldReason, all: Held[], input: CleanupViewInput): string {
  const where = [...new Set(all.map((one) => labelOf(one, input.jobs)))]
  const names = where.length <= 3 ? where.join(', ') : `${where.slice(0, 3).join(', ')} and ${where.length - 3} more`
  const sum = (pick: (one: Held) => number) => all.reduce((total, one) => total + pick(one), 0)
  return row(
    sum((one) => one.blobs),
    sum((one) => one.bytes),
    `${describeHold(reason)} (${names})`,
  )
}

/** What a person calls a tree: the job's name, else the last part of its path; of a top directory, that only some of it is meant. */
export function labelOf({ prefix, reason, blobs }: Held, jobs: Map<string, KnownJob>): string {
  const last = lastSegment(prefix)
  if (reason === 'unknown-layout' && prefix.split('/').length === 3) return `${plural(blobs, 'blob')} in ${last}`
  const name = jobs.get(last)?.name
  return name ? `${name} ${last.slice(0, 8)}` : last.slice(0, 32)
}

const GUARD_TONES: Record<Guard['status'], Tone> = { ok: 'good', warn: 'careful', refuse: 'bad' }

function guardLines(guards: Guard[], streams: Streams): string[] {
  const shown = guards.filter((guard) => guard.status !== 'ok')
  const passed = guards.length - shown.length
  const lines = shown.flatMap((guard) => {
    const way = guard.status === 'refuse' ? (guard.override === null ? '' : ` Override: ${guard.override}`) : ''
    const [first = '', ...more] = wrap(
      `  ${guard.status.padEnd(6)}  ${guard.name}: ${guard.message.replace(/(?<![.?!])$/, '.')}${way}`,
      streams.columns,
      10,
    )
    return [first.replace(guard.status, (word) => paint(word, GUARD_TONES[guard.status], streams)), ...more]
  })
  return [`${paint('Guards', 'strong', streams)}: ${passed} of ${guards.length} ok`, ...lines]
}

export function groupBy<T, K>(items: T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group) group.push(item)
    else groups.set(keyOf(item), [item])
  }
  return groups
}
