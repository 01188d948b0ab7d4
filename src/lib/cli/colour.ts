import type { Streams } from './streams.js'

export type Tone = 'good' | 'bad' | 'careful' | 'faint' | 'strong'

const CODES: Record<Tone, [number, number]> = { good: [32, 39], bad: [31, 39], careful: [33, 39], faint: [2, 22], strong: [1, 22] }

/** Colours a word for a person; plain text elsewhere. */
export function paint(text: string, tone: Tone | undefined, streams: Pick<Streams, 'colour'>): string {
  if (tone === undefined || !streams.colour || text === '') return text
  const [on, off] = CODES[tone]
  return `\u001B[${on}m${text}\u001B[${off}m`
}
