/** Version gates. A version that cannot be read (`<unknown>`, a vendor's word) counts as old: the old names work in every version. */

export function isAtLeast(version: string, major: number, minor: number): boolean {
  const match = /^v?(\d+)\.(\d+)/.exec(version)
  if (match === null) return false
  const [actualMajor, actualMinor] = [Number(match[1]), Number(match[2])]
  return actualMajor > major || (actualMajor === major && actualMinor >= minor)
}
