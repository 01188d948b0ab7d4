import type { DeleteAnswer } from './judgement.js'

const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})( |$)/
const ID = /^\d{1,4}$/

/**
 * What the parts of a batch's answer say, by Content-ID; `null` where nothing certain was said. A part counts only when it is whole (the
 * delimiter after it came), has a status, and its id is one that was sent and that no other part claims.
 */
export function parseBatchAnswer(contentType: string | null, body: string, sent: number): (DeleteAnswer | null)[] {
  const answers = new Array<DeleteAnswer | null>(sent).fill(null)
  const claimed = new Set<number>()
  for (const text of wholeParts(contentType, body)) {
    const { id, answer } = parsePart(text)
    if (id === null || id >= sent) continue
    answers[id] = claimed.has(id) ? null : answer
    claimed.add(id)
  }
  return answers
}

/** The texts between two delimiters each; what follows the last one is torn, or the epilogue. */
function wholeParts(contentType: string | null, body: string): string[] {
  const boundary = /^multipart\/mixed;.*\bboundary="?([^";]+)"?/i.exec(contentType ?? '')?.[1]
  if (boundary === undefined) return []
  const delimiter = `\n--${boundary}`
  const parts: string[] = []
  const text = `\n${body}`.replaceAll('\r\n', '\n')
  let from = text.indexOf(delimiter)
  while (from >= 0) {
    const start = from + delimiter.length
    if (text.startsWith('--', start)) break
    const end = text.indexOf(delimiter, start)
    if (end >= 0) parts.push(text.slice(start, end))
    from = end
  }
  return parts
}

/** Envelope, empty line, status line and headers, empty line, perhaps a body that nobody needs. */
function parsePart(text: string): { id: number | null; answer: DeleteAnswer | null } {
  const lines = text.split('\n')
  const envelopeEnd = lines[0]?.trim() === '' ? lines.indexOf('', 1) : -1
  const ids = envelopeEnd < 0 ? [] : headersOf(lines.slice(1, envelopeEnd)).filter(([name]) => name === 'content-id')
  const id = ids[0]?.[1] ?? ''
  if (ids.length !== 1 || !ID.test(id)) return { id: null, answer: null }
  return { id: Number(id), answer: answerOf(lines.slice(envelopeEnd + 1)) }
}

function answerOf(lines: string[]): DeleteAnswer | null {
  const status = STATUS_LINE.exec(lines[0] ?? '')?.[1]
  const end = lines.indexOf('', 1)
  if (status === undefined || end < 0) return null
  const headers = headersOf(lines.slice(1, end))
  const only = (name: string) => headers.find(([one]) => one === name)?.[1] ?? null
  const code = only('x-ms-error-code')
  // Accepted, and an error: one of the two is not true.
  if (status === '202' && code !== null) return null
  return {
    status: Number(status),
    code,
    permanent: only('x-ms-delete-type-permanent'),
    retryAfter: only('retry-after'),
  }
}

/** Names in lower case, and values; what is no header is left out. */
function headersOf(lines: string[]): [string, string][] {
  const headers: [string, string][] = []
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon > 0) headers.push([line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()])
  }
  return headers
}
