import type { Finding, Severity } from '../findings/finding.js'
import { type Html, html } from './html.js'
import { countsOf, type Tone } from './verdict.js'
import { sentence } from './words.js'

const WORDS: Record<Severity, string> = { error: 'Error', warn: 'Warning', unknown: 'Not known', advice: 'Advice' }
const TONES: Record<Severity, Tone | 'faint'> = { error: 'bad', warn: 'careful', unknown: 'careful', advice: 'faint' }

/** What `doctor` has to say, worst first, each with its fix. */
export function findingsSection(findings: Finding[]): Html {
  return html`<section aria-labelledby="findings">
<h2 id="findings">Findings</h2>
<p>${findings.length === 0 ? 'Nothing to complain about.' : `${sentence(countsOf(findings))} The worst first.`}</p>
${findings.map(block)}
</section>
`
}

function block({ severity, id, source, what, why, fix }: Finding): Html {
  return html`<article class="card finding">
<h3><span class="badge ${TONES[severity]}">${WORDS[severity]}</span> ${id}</h3>
<p>${what}</p>
<p>${why}</p>
<pre tabindex="0">${fix}</pre>
<p class="note">${source}</p>
</article>
`
}
