/**
 * Names, paths and error texts come from strangers. Controls among them steer a terminal, and bidi controls turn round what stands beside
 * them: C0 and DEL and C1 (`Cc`), U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069, and the separators U+2028 and U+2029.
 */
const UNSEEN = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu

/** With every control written out, as `\x1b` or `\u202e`. Tabs and line feeds stay: layout is made of them. */
export function visible(text: string): string {
  return replaced(text, (code) => (code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`))
}

/** On one line: each run of tabs and line breaks is a space. What else there is stays, colours of ours too. */
export function oneLine(text: string): string {
  return text.replace(/[\t\r\n]+/g, ' ')
}

/** A value of somebody else's as it may stand in a line. */
export function shown(text: string): string {
  return visible(oneLine(text))
}

/** A JSON text of the same value, without a control that a terminal obeys: `JSON.stringify` leaves all but C0 as they are. */
export function visibleJson(json: string): string {
  return replaced(json, (code) => `\\u${hex(code, 4)}`)
}

function replaced(text: string, write: (code: number) => string): string {
  return text.replace(UNSEEN, (sign) => (sign === '\n' || sign === '\t' ? sign : write(sign.charCodeAt(0))))
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0')
}
