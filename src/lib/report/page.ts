import type { Report } from '../operations/compile-report.js'
import { visible } from '../visible.js'
import { type Html, html, trusted } from './html.js'
import type { Plot } from './plot.js'
import { cleanupSection } from './section-cleanup.js'
import { findingsSection } from './section-findings.js'
import { jobsSection, type Spell } from './section-jobs.js'
import { stateSection } from './section-state.js'
import { STYLE } from './style.js'
import { tilesOf, verdictOf } from './verdict.js'
import { longDay, moment, sentence } from './words.js'

export interface PageInput {
  report: Report
  /** Of `flinkops.yaml`; `null` = there is none. */
  contextName: string | null
  version: string
  spell: Spell
  plot: Plot
}

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

/** The Monday page: one file, which asks for nothing and runs nothing. */
export function pageOf(input: PageInput): string {
  const { report, contextName, plot, spell } = input
  const title = contextName === null ? 'Flink state' : `Flink state of ${contextName}`
  return visible(`<!DOCTYPE html>
${
  html`<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title}, ${moment(report.atMs)}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<main>
${opening(title, report)}
${stateSection(report, plot)}
${jobsSection(report, plot, spell)}
${cleanupSection(report)}
${findingsSection(report.findings)}
</main>
${closing(input)}
</body>
</html>
`.markup
}`)
}

function opening(title: string, report: Report): Html {
  const { tone, headline, amounts } = verdictOf(report)
  const tiles = tilesOf(report).map(
    (tile) => html`<div><dt>${tile.title}</dt><dd class="value">${tile.value}</dd><dd>${tile.note}</dd></div>
`,
  )
  return html`<header>
<h1>${title}</h1>
<p class="when"><time datetime="${new Date(report.atMs).toISOString()}">${longDay(report.atMs)}, ${new Date(report.atMs).toISOString().slice(11, 16)} UTC</time></p>
<p class="verdict ${tone}">${headline}</p>
<p class="amounts">${amounts}</p>
<dl class="tiles">
${tiles}</dl>
${notSeen(report.usage.notices)}
</header>`
}

function notSeen(notices: string[]): Html | null {
  if (notices.length === 0) return null
  return html`<div class="card careful-card"><h2>What this page could not see</h2><ul>${notices.map((one) => html`<li>${sentence(one)}</li>`)}</ul></div>`
}

function closing({ report, version }: PageInput): Html {
  const { prices } = report.usage
  const { region, redundancy, tier } = prices.price
  const by = prices.source === 'built in' ? 'the built-in price table, for an order of magnitude only' : prices.source
  return html`<footer>
<p>flinkops ${version}. Times are UTC, ages by the clock of the storage service. Costs by ${by}: ${tier}, ${redundancy}, ${region}, as of ${prices.asOf}. This page asks for nothing and runs nothing; it shows one look, and grows old.</p>
</footer>`
}
