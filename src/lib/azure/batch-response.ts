import type { DeleteAnswer } from './judgement.js'
import { Lines } from './lines.js'

const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})( |$)/
const ID = /^\d{1,4}$/

/**
 * What the parts of a batch's answer say, by Content-ID; `null` where nothing certain was said. A part counts only when it is whole (the
 * delimiter after it came), has a status, and its id is one that was sent and that no other part claims.
 */
export function parseBatchAnswer(contentType: string | null, body: string, sent: number): (DeleteAnswer | null)[] {
  const answers = new Array<DeleteAnswer | null>(sent).fill(null)
  const claimed = new Array<boolean>(sent).fill(false)
  for (const lines of wholeParts(contentType, body)) {
    const id = idOf(lines)
    if (id === null || id >= sent) continue
    answers[id] = claimed[id] ? null : answerOf(lines)
    claimed[id] = true
  }
  return answers
}

/** What stands between two delimiters each; what follows the last one is torn, or the epilogue. */
function wholeParts(contentType: string | null, body: string): Lines[] {
  const boundary = /^multipart\/mixed;.*\bboundary="?([^";]+)"?/i.exec(contentType ?? '')?.[1]
  if (boundary === undefined) return []
  const delimiter = `\n--${boundary}`
  const parts: Lines[] = []
  const text = `\n${body}`
  let from = text.indexOf(delimiter)
  while (from >= 0) {
    const start = from + delimiter.length
    if (text.startsWith('--', start)) break
    const end = text.indexOf(delimiter, start)
    if (end >= 0) parts.push(new Lines(text, start, end))
    from = end
  }
  return parts
}

/** After the rest of the delimiter's line comes the envelope, with one id that is a number. */
function idOf(lines: Lines): number | null {
  if (lines.line()?.trim() !== '') return null
  const ids: string[] = []
  const isWhole = lines.headers((name) => {
    if (name === 'content-id') ids.push(lines.value())
  })
  const [id = ''] = ids
  return isWhole && ids.length === 1 && ID.test(id) ? Number(id) : null
}

/** Status line and headers, empty line, perhaps a body that nobody needs. Of a header that comes twice the first counts. */
function answerOf(lines: Lines): DeleteAnswer | null {
  const status = STATUS_LINE.exec(lines.line() ?? '')?.[1]
  if (status === undefined) return null
  const answer: DeleteAnswer = { status: Number(status), code: null, permanent: null, retryAfter: null }
  const isWhole = lines.headers((name) => {
    if (name === 'x-ms-error-code') answer.code ??= lines.value()
    else if (name === 'x-ms-delete-type-permanent') answer.permanent ??= lines.value()
    else if (name === 'retry-after') answer.retryAfter ??= lines.value()
  })
  // Accepted, and an error: one of the two is not true.
  const isContrary = answer.status === 202 && answer.code !== null
  return isWhole && !isContrary ? answer : null
}
