import { type Html, html, type Part } from './html.js'

export interface Column {
  title: string
  isNumber?: boolean
}

export interface TableInput {
  caption: string
  columns: Column[]
  /** The first cell of a row is its heading. */
  rows: Part[][]
}

/** A table in a box of its own, which scrolls when it is wider than the page. */
export function table({ caption, columns, rows }: TableInput): Html {
  const look = (at: number) => (columns[at]?.isNumber === true ? html` class="number"` : null)
  const head = columns.map(({ title }, at) => html`<th scope="col"${look(at)}>${title}</th>`)
  const body = rows.map(
    (cells) =>
      html`<tr>${cells.map((cell, at) => (at === 0 ? html`<th scope="row"${look(at)}>${cell}</th>` : html`<td${look(at)}>${cell}</td>`))}</tr>
`,
  )
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody>
</table></div>
`
}
