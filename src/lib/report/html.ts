/** Text that is markup already; only `html` and `trusted` make it. */
export interface Html {
  readonly markup: string
}

export type Part = Html | string | number | null | Part[]

/** Markup with everything else in it escaped: names and paths come from strangers. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return trusted(strings.map((text, at) => `${text}${markupOf(parts[at] ?? null)}`).join(''))
}

/** Takes a text as markup: style sheets and drawings of our own. */
export function trusted(markup: string): Html {
  return { markup }
}

/** A name of somebody else's: whichever way it is written, what stands beside it stays in place. */
export function name(text: string): Html {
  return html`<bdi>${text}</bdi>`
}

function markupOf(part: Part): string {
  if (part === null) return ''
  if (Array.isArray(part)) return part.map(markupOf).join('')
  return typeof part === 'object' ? part.markup : escaped(String(part))
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign)
}
