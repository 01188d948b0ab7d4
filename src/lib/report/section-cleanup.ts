import type { Fact } from '../findings/facts.js'
import type { Planned } from '../operations/compile-report.js'
import type { RunHistory, RunSummary } from '../operations/list-runs.js'
import type { CleanupPlan, Guard } from '../state/plan.js'
import { describeHold } from '../state/sweep.js'
import { DELETE_WORDS, groupBy, KEEP_WORDS, labelOf } from '../views/cleanup.js'
import { bytes, plural } from '../views/format.js'
import { type Html, html, type Part } from './html.js'
import { table } from './table.js'
import { listed, moment, sentence } from './words.js'

/** What clean-up did, what it would do now, and what it holds and why. */
export function cleanupSection({ runs, planned }: { runs: Fact<RunHistory>; planned: Fact<Planned> }): Html {
  return html`<section aria-labelledby="cleanup">
<h2 id="cleanup">Clean-up</h2>
<h3>What it did</h3>
${runs.state === 'unknown' ? html`<p class="careful">What earlier runs did is not known: ${sentence(runs.reason)}</p>` : runsPart(runs.value)}
<h3>What it would do now</h3>
${planned.state === 'unknown' ? html`<p class="careful">No clean-up can be planned: ${sentence(planned.reason)}</p>` : planPart(planned.value)}
</section>
`
}

function runsPart({ runs, older, unreadable }: RunHistory): Html {
  if (runs.length + unreadable.length === 0) return html`<p>No clean-up was run from this machine yet.</p>`
  return html`${unreadable.length === 0 ? null : html`<p class="careful">The record of ${listed(unreadable)} cannot be read.</p>`}
${runs.length === 0 ? null : runsTable(runs)}
${older === 0 ? null : html`<p class="note">${plural(older, 'earlier run')} not shown.</p>`}
<p class="note">By the journal of this machine. What a run deleted, <code>flinkops undo</code> brings back where soft delete allows.</p>`
}

function runsTable(runs: RunSummary[]): Html {
  return table({
    caption: 'Clean-up runs, the newest first (UTC)',
    columns: [
      { title: 'when' },
      { title: 'what became of it' },
      ...['deleted', 'freed', 'already gone', 'changed', 'failed', 'open'].map((title) => ({ title, isNumber: true })),
      { title: 'run' },
    ],
    rows: runs.map((run) => [
      moment(Date.parse(run.createdAt)),
      runWords(run),
      run.deletedBlobs.toLocaleString('en-US'),
      bytes(run.deletedBytes),
      run.alreadyGone,
      run.changed,
      run.failed,
      run.open,
      html`<code>${run.runId}</code>`,
    ]),
  })
}

/** One clause on how a run ended. */
export function runWords({ plannedBlobs, failed, changed, open }: RunSummary): string {
  if (open === plannedBlobs && plannedBlobs > 0) return 'nothing was deleted'
  if (failed > 0) return 'in part: some could not be deleted'
  // What depends on a blob that had changed is left alone, and not journalled.
  if (changed > 0) return 'done; what had changed was left alone'
  return open > 0 ? `in part: cleanup --resume finishes it` : 'done'
}

function planPart({ plan, jobs }: Planned): Html {
  const shownGuards = plan.guards.filter(({ status }) => status !== 'ok')
  return html`<p>${planSentence(plan)}</p>
${shownGuards.length === 0 ? null : html`<ul>${shownGuards.map((guard) => html`<li class="${guard.status === 'refuse' ? 'bad' : 'careful'}">${guardWords(guard)}</li>`)}</ul>`}
${plan.deletes.length === 0 ? null : deletesTable(plan)}
<h3>What it holds, and why</h3>
${plan.held.length === 0 ? html`<p>Nothing is held: all that no snapshot needs may go.</p>` : heldTable(plan, jobs)}
<h3>Snapshots that stay, and why</h3>
${keptTable(plan)}`
}

/** By the retention of the configuration; a plan, nothing more. */
export function planSentence({ deletes, totals, guards, scanned }: CleanupPlan): string {
  const refusals = guards.filter(({ status }) => status === 'refuse').map((guard) => guard.name)
  const count = `${plural(totals.blobs, 'blob')} of ${scanned.blobs.toLocaleString('en-US')}`
  const what =
    deletes.length === 0
      ? 'By the retention of the configuration there is nothing to delete'
      : `By the retention of the configuration ${count} would go: ${bytes(totals.bytes)} of ${bytes(scanned.bytes)}`
  return refusals.length === 0 ? `${what}.` : `${what}. But clean-up would refuse: ${listed(refusals)}.`
}

function guardWords({ name, message, override }: Guard): string {
  return `${name}: ${sentence(message)}${override === null ? '' : ` Override: ${override}`}`
}

function deletesTable({ deletes }: CleanupPlan): Html {
  return table({
    caption: 'What would be deleted',
    columns: REASONED,
    rows: [...groupBy(deletes, (one) => one.reason)].map(([reason, all]) => [
      DELETE_WORDS[reason],
      all.length.toLocaleString('en-US'),
      bytes(all.reduce((sum, one) => sum + one.blob.sizeBytes, 0)),
    ]),
  })
}

const REASONED = [{ title: 'what' }, { title: 'blobs', isNumber: true }, { title: 'bytes', isNumber: true }]

function heldTable({ held }: CleanupPlan, jobs: Planned['jobs']): Html {
  return table({
    caption: 'Needed by no snapshot, and yet left alone',
    columns: [{ title: 'why' }, { title: 'blobs', isNumber: true }, { title: 'bytes', isNumber: true }, { title: 'where' }],
    rows: [...groupBy(held, (one) => one.reason)].map(([reason, all]): Part[] => [
      describeHold(reason),
      all.reduce((sum, one) => sum + one.blobs, 0).toLocaleString('en-US'),
      bytes(all.reduce((sum, one) => sum + one.bytes, 0)),
      listed([...new Set(all.map((one) => labelOf(one, jobs)))]),
    ]),
  })
}

function keptTable({ decisions }: CleanupPlan): Html {
  const kept = decisions.flatMap(({ verdict, reasons: [first] }) =>
    verdict === 'keep' && first !== undefined && first.reason !== 'expired' ? [first.reason] : [],
  )
  if (kept.length === 0) return html`<p>None lies in storage that stays.</p>`
  return table({
    caption: 'Snapshots that stay, by their strongest reason',
    columns: [{ title: 'why' }, { title: 'snapshots', isNumber: true }],
    rows: [...groupBy(kept, (reason) => reason)].map(([reason, all]) => [KEEP_WORDS[reason][0], all.length]),
  })
}
