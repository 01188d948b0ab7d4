/** A control that was written out is one piece, as is a character of two code units: half of it would be another text. */
const PIECES = /\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|[\s\S]/gu

/** A text of at most `room` columns; what is lost is `mark`, at its end or its start. */
export function shorten(text: string, room: number, mark = '…', loses: 'start' | 'end' = 'end'): string {
  if (text.length <= room) return text
  const left = Math.max(0, room - mark.length)
  // Pieces are at most six long, so a little more than fits is all that has to be looked at.
  if (loses === 'end') return `${fitting(piecesOf(text.slice(0, left + 6)), left)}${mark}`
  const pieces = piecesOf(text.slice(Math.max(0, text.length - left - 6)))
  return `${mark}${fitting(pieces.toReversed(), left, true)}`
}

function piecesOf(text: string): string[] {
  return text.match(PIECES) ?? []
}

function fitting(pieces: string[], room: number, isBackward = false): string {
  const kept: string[] = []
  let length = 0
  for (const piece of pieces) {
    length += piece.length
    if (length > room) break
    kept.push(piece)
  }
  return (isBackward ? kept.toReversed() : kept).join('')
}
