const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'].map((name) => Buffer.from(name))
/** `Fri, 20 Nov 2026 10:00:00 GMT` */
const LENGTH = 29

/** The time that an HTTP date says, in ms since 1970; `NaN` when it is none. Read from the bytes, as a page has 5,000 of them. */
export function modifiedMsOf(bytes: Buffer, from: number, to: number): number {
  if (to - from !== LENGTH) return Date.parse(bytes.toString('latin1', from, to))
  const month = MONTHS.findIndex((name) => bytes[from + 8] === name[0] && bytes[from + 9] === name[1] && bytes[from + 10] === name[2])
  const two = (at: number) => digit(bytes, from + at) * 10 + digit(bytes, from + at + 1)
  const ms = Date.UTC(two(12) * 100 + two(14), month < 0 ? Number.NaN : month, two(5), two(17), two(20), two(23))
  const isGmt = bytes[from + 26] === 71 && bytes[from + 27] === 77 && bytes[from + 28] === 84
  return isGmt ? ms : Date.parse(bytes.toString('latin1', from, to))
}

function digit(bytes: Buffer, at: number): number {
  const value = (bytes[at] ?? 0) - 48
  return value >= 0 && value <= 9 ? value : Number.NaN
}
