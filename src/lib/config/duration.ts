export type DurationResult = { ok: true; ms: number } | { ok: false; problem: string }

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const LARGEST_FIRST = ['d', 'h', 'm', 's'] as const

/** Parses `90s`, `15m`, `24h`, `7d`. A bare number is refused: 24 of what decides what is deleted. */
export function parseDuration(text: string): DurationResult {
  const match = /^(\d{1,9})([smhd])$/.exec(text)
  const unit = LARGEST_FIRST.find((letter) => letter === match?.[2])
  if (match && unit) return { ok: true, ms: Number(match[1]) * UNIT_MS[unit] }
  if (/^\d+$/.test(text)) return { ok: false, problem: `${text} has no unit; write for example ${text}h` }
  return { ok: false, problem: 'it is not a duration such as 90s, 15m, 24h or 7d' }
}

/** Writes a duration so that `parseDuration` reads the same back; a remainder below a second is dropped. */
export function formatDuration(ms: number): string {
  const unit = LARGEST_FIRST.find((letter) => ms >= UNIT_MS[letter] && ms % UNIT_MS[letter] === 0)
  return unit ? `${ms / UNIT_MS[unit]}${unit}` : `${Math.floor(ms / 1000)}s`
}
