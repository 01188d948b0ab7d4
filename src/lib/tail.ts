/**
 * A text without the signs at its end that match; `sign` is looked for in one sign at a time. A pattern such as `\s+$` would look at each
 * run of such signs again and again, wherever it stands.
 */
export function withoutTail(text: string, sign: RegExp): string {
  let end = text.length
  while (end > 0 && sign.test(text.charAt(end - 1))) end--
  return text.slice(0, end)
}
