/** One look at storage, as the history keeps it. */
export interface Look {
  atMs: number
  /** Which containers were looked into. */
  scope: string
  bytes: number
  blobs: number
  /** Bytes by what a person calls the lineage. */
  lineages: Record<string, number>
  /** Bytes of the lineages by what needs them; looks of old did not keep it. */
  classes?: LookClasses
}

export interface LookClasses {
  exclusive: number
  shared: number
  orphaned: number
}

export interface Growth {
  sinceMs: number
  bytes: number
  /** By lineage; one that the earlier look did not see is absent. */
  lineages: Record<string, number>
}

/** What has changed since the look before; `null` for the first look. */
export function growthSince(looks: Look[], now: Look): Growth | null {
  const last = earlier(looks, now).at(-1)
  if (last === undefined) return null
  const lineages: Record<string, number> = {}
  for (const [name, bytes] of Object.entries(now.lineages)) {
    const before = last.lineages[name]
    if (before !== undefined) lineages[name] = bytes - before
  }
  return { sinceMs: last.atMs, bytes: now.bytes - last.bytes, lineages }
}

export type Forecast =
  | { looks: number; spanMs: number; bytesPerDay: number; bytesIn30Days: number }
  /** Too little to go by. */
  | { looks: number; spanMs: number; bytesPerDay: null; bytesIn30Days: null }

const DAY_MS = 86_400_000
const LEAST_LOOKS = 3
const LONGEST_MS = 90 * DAY_MS

/** The straight line through the looks of the last 90 days (least squares); not from fewer than three, nor from less than a day. */
export function forecast(looks: Look[], now: Look): Forecast {
  const seen = [...earlier(looks, now).filter((look) => now.atMs - look.atMs <= LONGEST_MS), now]
  const spanMs = now.atMs - (seen[0]?.atMs ?? now.atMs)
  if (seen.length < LEAST_LOOKS || spanMs < DAY_MS) return { looks: seen.length, spanMs, bytesPerDay: null, bytesIn30Days: null }
  const bytesPerDay = Math.round(slope(seen.map((look) => [(look.atMs - now.atMs) / DAY_MS, look.bytes])))
  return { looks: seen.length, spanMs, bytesPerDay, bytesIn30Days: Math.max(0, now.bytes + 30 * bytesPerDay) }
}

/** What was remembered is earlier, also within the same second: the service's clock (`Date`, RFC 9110) knows no finer one. */
function earlier(looks: Look[], now: Look): Look[] {
  return looks.filter((look) => look.scope === now.scope && look.atMs <= now.atMs).toSorted((a, b) => a.atMs - b.atMs)
}

function slope(points: [number, number][]): number {
  const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + point[at], 0) / points.length
  const [meanX, meanY] = [mean(0), mean(1)]
  const covariance = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  return covariance / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
}
