/** Names as somebody would choose them who wants to steer the terminal, or the reader, of somebody else. */
export const HOSTILE_NAMES = [
  '\u001b[31mred\u001b[0m\u001b]0;pwned\u0007',
  '\u001b]52;c;cHduZWQ=\u0007clipboard',
  'up\u001b[1A\u001b[2K\u001b[1A\u001b[2KTo stop: 1 job (test only)\u001b[8m',
  'first\nSECONDLINE\tafter',
  'back\rOVERWRITTEN\b\b\b\b',
  'c1 \u009b31m \u009d0;pwned\u009c \u0085NEXTLINE',
  'bidi \u202egnp.exe\u202c \u2066x\u2069 \u200f\u200e\u061c',
  'lines \u2028SEPARATED\u2029PARAGRAPH',
  'rest \u0000\u007f\u000b\u000c',
]

/** What a terminal obeys, or what turns round what stands beside it, but for line feeds and tabs. */
const CONTROL = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu

const ESC = '\u001b'

/** Our own: a colour, and the emptying of a line that is drawn anew. */
const OWN = [/(?:1|2|22|31|32|33|39)m/.source, '2K'].map((rest, at) => new RegExp(`${at === 0 ? '' : '\\r'}${ESC}\\[${rest}`, 'g'))

/** Controls in an output that flinkops did not mean, each once, written out. */
export function strayControls(text: string): string[] {
  const foreign = OWN.reduce((rest, own) => rest.replaceAll(own, ''), text.replaceAll('\r\n', '\n'))
  const found = foreign.match(CONTROL) ?? []
  return [...new Set(found)].filter((sign) => sign !== '\n' && sign !== '\t').map((sign) => `U+${sign.charCodeAt(0).toString(16)}`)
}
