import type { JobFacts } from '../findings/facts.js'
import type { Finding } from '../findings/finding.js'
import { loadOf } from '../findings/interval.js'
import type { Report } from '../operations/compile-report.js'
import type { CheckpointConfig, CheckpointEntry, CheckpointStats } from '../ports.js'
import type { Outlook } from '../state/outlook.js'
import { snapshotBytes } from '../state/survey.js'
import { bytes, duration, plural, shortId } from '../views/format.js'
import { figure, numbers } from './chart.js'
import { durationChart, sizeChart } from './charts-checkpoints.js'
import { type Html, html, name } from './html.js'
import type { Plot } from './plot.js'
import { table } from './table.js'
import { called, moment, sentence, took } from './words.js'

/** Writes a blob name as the user spells it. */
export type Spell = (account: string, container: string, name: string) => string

const JOBS_DRAWN = 12

/** What every running job can be brought back from, and how its checkpoints go. */
export function jobsSection({ outlook, silent, jobs, findings, atMs }: Report, plot: Plot, spell: Spell): Html {
  const facts = new Map(jobs.map((one) => [one.jobId, one]))
  const cards = outlook.map((one, at) =>
    card({
      one,
      facts: facts.get(one.jobId) ?? null,
      emptyStart: emptyStartOf(one, findings),
      atMs,
      plot: at < JOBS_DRAWN ? plot : null,
      spell,
    }),
  )
  return html`<section aria-labelledby="jobs">
<h2 id="jobs">Jobs</h2>
${silent.map((problem) => html`<p class="careful">${sentence(problem)} Its jobs are not among these.</p>`)}
${outlook.length === 0 ? html`<p>No job is known to be running.</p>` : cards}
</section>
`
}

interface CardInput {
  one: Outlook
  facts: JobFacts | null
  /** What it lacks, where it began without its state. */
  emptyStart: string | null
  atMs: number
  /** `null`: only in words. */
  plot: Plot | null
  spell: Spell
}

function emptyStartOf({ jobId }: Outlook, findings: Finding[]): string | null {
  return findings.find(({ id, source }) => id === 'started-empty' && source === `job ${jobId}`)?.what ?? null
}

function card({ one, facts, emptyStart, atMs, plot, spell }: CardInput): Html {
  const stats = facts?.stats.state === 'known' ? facts.stats.value : null
  const entries = (stats?.history ?? []).filter(({ status }) => status !== 'IN_PROGRESS').toReversed()
  const { newest } = one
  return html`<article class="card">
<h3>${name(called(one))} <small>${shortId(one.jobId)} ${one.state}</small></h3>
${emptyStart === null ? null : html`<p class="bad">${emptyStart}</p>`}
<p class="${newest === null ? 'bad' : ''}">${restoreSentence(one, atMs)}</p>
${newest === null ? null : html`<p><code>${spell(newest.directory.account, newest.directory.container, newest.directory.name)}</code></p>`}
<p>${paceSentence(facts)}</p>
${plot === null || entries.length === 0 ? null : drawings(called(one), entries, plot)}
</article>
`
}

/** What it could be brought back from. */
export function restoreSentence({ newest, restorable }: Pick<Outlook, 'newest' | 'restorable'>, atMs: number): string {
  if (newest === null) return 'No whole restore point of it lies in storage.'
  const what = newest.kind === 'savepoint' ? 'a savepoint' : `checkpoint ${newest.checkpointId}`
  const size = bytes(snapshotBytes(newest))
  const more = restorable === 1 ? 'it is the only whole one' : `${restorable} are whole`
  return `Newest restore point: ${what}, ${duration(atMs - newest.completedAtMs)} old, ${size}; ${more}.`
}

/** How its checkpoints go, by what the cluster remembers. */
export function paceSentence(facts: Pick<JobFacts, 'config' | 'stats'> | null): string {
  if (facts === null) return 'The cluster did not say how its checkpoints go.'
  const { config, stats } = facts
  if (config.state === 'unknown') return `How its checkpoints go is not known: ${sentence(config.reason)}`
  if (stats.state === 'unknown') return `How its checkpoints go is not known: ${sentence(stats.reason)}`
  if (config.value === null || stats.value === null) return 'It takes no checkpoints.'
  return `${everyClause(config.value)}; ${loadClause(stats.value)}${failedClause(stats.value)}.`
}

function everyClause({ intervalMs }: CheckpointConfig): string {
  return intervalMs === null ? 'Checkpoints only when asked for' : `A checkpoint every ${duration(intervalMs)}`
}

function loadClause(stats: CheckpointStats): string {
  const load = loadOf(stats)
  if (load === null) return 'none has completed that the cluster remembers'
  return `${whichOnes(load.samples)} took at most ${took(load.durationMs)}, with ${bytes(load.uploadBytes)} uploaded for ${bytes(load.stateBytes)} of state`
}

/** Whose duration `loadOf` tells. */
function whichOnes(samples: number): string {
  if (samples === 1) return 'the one that the cluster remembers'
  return samples < 12 ? `all but the slowest of the last ${samples}` : `9 of 10 of the last ${samples}`
}

function failedClause({ counts: { failed, total } }: CheckpointStats): string {
  return failed === 0 ? '' : `; ${failed} of ${plural(total, 'checkpoint')} failed`
}

function drawings(job: string, entries: CheckpointEntry[], plot: Plot): Html {
  return html`<div class="pair">
${figure(durationChart(job, entries), plot)}
${figure(sizeChart(job, entries), plot)}
</div>
${numbers(entriesTable(job, entries))}
`
}

function entriesTable(job: string, entries: CheckpointEntry[]): Html {
  const size = (count: number | null) => (count === null ? '' : bytes(count))
  return table({
    caption: `Checkpoints of ${job} that the cluster remembers (UTC)`,
    columns: [
      { title: 'id', isNumber: true },
      { title: 'triggered' },
      { title: 'what' },
      ...['took', 'state', 'uploaded'].map((title) => ({ title, isNumber: true })),
    ],
    rows: entries
      .toReversed()
      .map((one) => [
        one.id,
        moment(one.triggeredAtMs),
        `${one.isSavepoint ? 'savepoint' : 'checkpoint'}${one.status === 'COMPLETED' ? '' : `, ${one.status.toLowerCase()}`}`,
        one.endToEndMs === null ? '' : took(one.endToEndMs),
        size(one.stateBytes),
        size(one.checkpointedBytes),
      ]),
  })
}
