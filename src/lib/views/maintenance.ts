import { paint, type Tone } from '../cli/colour.js'
import type { Streams } from '../cli/streams.js'
import type { OutputFormat } from '../cli/table.js'
import type { Manifest, ManifestJob } from '../state/manifest.js'
import type { Objection } from '../state/objections.js'
import { shown } from '../visible.js'
import { paragraph, plural, shortId, wrap } from './format.js'

export type MaintenanceOutcome = 'done' | 'partial' | 'refused' | 'planned' | 'declined'

export interface MaintenanceViewInput {
  manifest: Manifest
  manifestPath: string | null
  outcome: MaintenanceOutcome
  objections: Objection[]
}

/** The JSON of `stop --all` and `resume --all`. */
export function maintenanceJson({ manifest, manifestPath, outcome, objections }: MaintenanceViewInput): object {
  const jobs = manifest.jobs.map((job) => {
    const { jobId, name, state, path, verified, error, resumedAs } = job
    return { jobId, name, state, path, verified, error, resumedAs }
  })
  return { manifest: manifestPath, outcome, jobs, objections }
}

/** One line a job as it happens: name, job id, path. `jobId` is of the run that was stopped, or of the one that was started. */
export function jobLine(job: ManifestJob, jobId: string, format: OutputFormat, nameWidth: number): string {
  const [name, path] = [shown(job.name), shown(job.path ?? '')]
  if (format === 'id') return jobId
  return format === 'table' ? `${name.padEnd(nameWidth)}  ${shortId(jobId)}  ${path}` : [name, jobId, path].join('\t')
}

export interface PlannedLine {
  name: string
  jobId: string
  words: string
}

const TONES: Record<Objection['status'], Tone> = { ok: 'good', warn: 'careful', refuse: 'bad' }

/** What is about to happen: the jobs, and every objection that is not ok, with the flag that overrides it. */
export function windowText(title: string, jobs: PlannedLine[], objections: Objection[], streams: Streams): string {
  const width = Math.max(0, ...jobs.map((job) => shown(job.name).length))
  const rows = jobs.map((job) => `  ${shown(job.name).padEnd(width)}  ${shortId(job.jobId)}  ${job.words}`)
  const checks = objections.length === 0 ? [] : ['', objectionsHead(objections, streams), ...objectionLines(objections, streams)]
  return paragraph([paint(title, 'strong', streams), ...rows, ...checks])
}

function objectionsHead(objections: Objection[], streams: Streams): string {
  const passed = objections.filter((one) => one.status === 'ok').length
  return `${paint('Checks', 'strong', streams)}: ${passed} of ${objections.length} ok`
}

/** Those that are not ok. */
export function objectionLines(objections: Objection[], streams: Streams): string[] {
  return objections.filter((one) => one.status !== 'ok').flatMap((one) => objectionLine(one, streams))
}

function objectionLine({ status, jobName, jobId, name, message, override }: Objection, streams: Streams): string[] {
  const text = `  ${status.padEnd(6)}  ${jobName} ${shortId(jobId)}, ${name}: ${message}.${wayAround(override, jobName)}`
  const [first = '', ...more] = wrap(text, streams.columns, 10)
  return [first.replace(status, (word) => paint(word, TONES[status], streams)), ...more]
}

function wayAround(override: string | null, jobName: string): string {
  if (override === null) return ''
  return override.startsWith('--except') ? ` Leave one out: ${override}` : ` Override: ${override}, or leave it out: --except '${jobName}'`
}

/** What a stop that did not get through left: what is down, what is up and why, how to go on. */
export function stopSummary({ jobs }: Manifest): string {
  const down = jobs.filter((job) => job.state === 'stopped')
  const lines = [`Down: ${names(down)}.`]
  for (const job of down) if (job.error !== null) lines.push(`  ${job.name}: ${job.error}${job.verified ? '' : ' (NOT verified)'}`)
  for (const job of jobs) if (job.state !== 'stopped' && job.state !== 'running') lines.push(standing(job))
  return paragraph(lines)
}

function standing(job: ManifestJob): string {
  const id = `${job.name} (${shortId(job.jobId)})`
  if (job.state === 'stopping') return stillStopping(job)
  if (job.state === 'planned') return `Up, not asked to stop yet: ${id}`
  return `Not stopped: ${id}: ${job.error}`
}

function stillStopping(job: ManifestJob): string {
  const id = `${job.name} (${shortId(job.jobId)}), trigger id ${job.triggerId}`
  return job.error === null ? `Still being stopped: ${id}` : `Asked to stop, and how that ended is not known yet: ${id}: ${job.error}`
}

/** The same of a `resume --all`. */
export function resumeSummary({ jobs }: Manifest): string {
  const up = jobs.filter((job) => job.state === 'running')
  const lines = [`Up: ${names(up)}.`]
  for (const job of jobs) {
    if (job.state === 'running') continue
    if (job.state === 'stopping' || job.state === 'planned') {
      lines.push(job.state === 'stopping' ? stillStopping(job) : `Not asked to stop: ${job.name} (${shortId(job.jobId)})`)
      continue
    }
    const where = job.path === null ? 'no savepoint' : job.path
    const what = job.state === 'starting' ? `Started as ${job.resumedAs}, not proven` : 'Down'
    lines.push(`${what}: ${job.name}${job.error === null ? '' : `: ${job.error}`} (${where})`)
  }
  return paragraph(lines)
}

function names(jobs: ManifestJob[]): string {
  return jobs.length === 0 ? 'none' : `${plural(jobs.length, 'job')} (${jobs.map((job) => job.name).join(', ')})`
}
