import type { Facts } from './facts.js'

interface Version {
  text: string
  major: number
  minor: number
  patch: number
}

/** Versions of the clusters that answered and said one that can be read. */
export function versionsOf({ clusters }: Facts): Version[] {
  return clusters.flatMap(({ version }) => {
    const match = version.state === 'known' ? /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version.value) : null
    return match ? [{ text: match[0], major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3] ?? 0) }] : []
  })
}

export function isAtLeast({ major, minor }: Version, wanted: [number, number]): boolean {
  return major > wanted[0] || (major === wanted[0] && minor >= wanted[1])
}

/** Releases without the fix of FLINK-39964: all up to 2.1, 2.2.0 and 2.3.0. It was merged in July 2026, with backports to 2.2 and 2.3. */
export function hasClaimFault({ major, minor, patch }: Version): boolean {
  if (major < 2) return true
  return major === 2 && (minor < 2 || ((minor === 2 || minor === 3) && patch === 0))
}
