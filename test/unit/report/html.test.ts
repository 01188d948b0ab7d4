import { describe, expect, it } from 'vitest'
import { html, name, trusted } from '../../../src/lib/report/html.js'

describe('markup', () => {
  it('escapes every text that is put into it, in content and in attributes', () => {
    const { markup } = html`<p title="${'"><img src=x onerror=alert(1)>'}">${"<script>'&'</script>"}</p>`
    expect(markup).toBe('<p title="&quot;&gt;&lt;img src=x onerror=alert(1)&gt;">&lt;script&gt;&#39;&amp;&#39;&lt;/script&gt;</p>')
  })

  it('takes markup as it is, lists of it one after the other, and nothing as nothing', () => {
    expect(html`<ul>${[1, 2].map((one) => html`<li>${one}</li>`)}${null}${trusted('<b>x</b>')}</ul>`.markup).toBe(
      '<ul><li>1</li><li>2</li><b>x</b></ul>',
    )
  })

  it('keeps a name that is written from right to left to itself', () => {
    expect(name('a & b').markup).toBe('<bdi>a &amp; b</bdi>')
  })
})
