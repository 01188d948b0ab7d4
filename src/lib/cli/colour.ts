import type { Streams } from './streams.js'

export type Tone = 'good' | 'bad' | 'careful' | 'faint' | 'strong'

const CODES: Record<Tone, [number, number]> = { good: [32, 39], bad: [31, 39], careful: [33, 39], faint: [2, 22], strong: [1, 22] }

/**
 * Begins each of our own colour codes until it is written out, so that the terminal's filter (`terminal.ts`) can tell them from what a
 * job's name brings along. Made anew for each process, so that no name can hold it: V8 seeds it from the system's entropy, nobody is shown
 * it, and `node:crypto` would take 10 ms of every start. The form is that of a colour code, so that whoever measures texts takes it for one.
 */
export const OWN = `\u001B[${Array.from({ length: 3 }, () => 1000 + Math.floor(Math.random() * 9000)).join(';')};`

/** Colours a word for a person; plain text elsewhere. Only `terminal.ts` turns it into what a terminal understands. */
export function paint(text: string, tone: Tone | undefined, streams: Pick<Streams, 'colour'>): string {
  if (tone === undefined || !streams.colour || text === '') return text
  const [on, off] = CODES[tone]
  return `${OWN}${on}m${text}${OWN}${off}m`
}
