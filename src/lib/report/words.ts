import { withoutTail } from '../tail.js'
import { shortId } from '../views/format.js'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** `26 Nov 2026`, UTC. */
export function day(ms: number): string {
  const date = new Date(ms)
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`
}

/** `Thursday, 26 Nov 2026`. */
export function longDay(ms: number): string {
  return `${DAYS[new Date(ms).getUTCDay()]}, ${day(ms)}`
}

/** `26 Nov 2026, 11:07`, UTC. */
export function moment(ms: number): string {
  return `${day(ms)}, ${new Date(ms).toISOString().slice(11, 16)}`
}

/** `450 ms`, `2.1 s`, `12 min`. */
export function took(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`
  return `${(ms / 60_000).toFixed(ms < 600_000 ? 1 : 0)} min`
}

/** `a`, `a and b`, `a, b and c`, `a, b, c and 4 more`. */
export function listed(words: string[], most = 3): string {
  const shown = words.length > most ? [...words.slice(0, most), `${words.length - most} more`] : words
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}

/** What a person calls a job. */
export function called({ name, jobId }: { name: string | null; jobId: string }): string {
  return name ?? shortId(jobId)
}

/** With a full stop at its end, whatever it came with. */
export function sentence(text: string): string {
  return `${withoutTail(text, /[.\s]/)}.`
}
