import { MESSAGE_CHARS, STACK_CHARS } from '../bounds.js'

/**
 * A Java stack that is short enough to be looked through: its start, where the outermost exception is, and its end, where the innermost is.
 * It is cut between lines or words: half of a secret would not be known as one.
 */
export function cutStack(text: string): string {
  if (text.length <= STACK_CHARS) return text
  const half = STACK_CHARS / 2
  const end = text.slice(-half)
  const seam = ['\n', ' '].map((sign) => end.indexOf(sign)).find((at) => at >= 0 && at <= half / 2) ?? 0
  return `${cutMessage(text, half)}\n${end.slice(seam)}`
}

/** The start of a message, up to the last line or word that fits. */
export function cutMessage(text: string, most = MESSAGE_CHARS): string {
  if (text.length <= most) return text
  const start = text.slice(0, most)
  return start.slice(0, ['\n', ' '].map((sign) => start.lastIndexOf(sign)).find((at) => at >= most / 2) ?? most)
}
