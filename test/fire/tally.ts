/** What a campaign came to. */
export class Tally {
  readonly counts = new Map<string, number>()
  readonly losses: string[] = []
  deletedBlobs = 0
  deletedBytes = 0

  add(what: string, count = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + count)
  }

  count(what: string): number {
    return this.counts.get(what) ?? 0
  }

  /** The sum of every count whose name begins so. */
  sum(prefix: string): number {
    return [...this.counts].filter(([what]) => what.startsWith(prefix)).reduce((sum, [, count]) => sum + count, 0)
  }

  lose(what: string): void {
    this.losses.push(what)
  }
}

/** The result, printed at the end. */
export function tallyText(tally: Tally, { seed, seconds }: { seed: number; seconds: number }): string {
  const lines = [
    `seed ${seed}, ${Math.round(seconds)} s, ${tally.count('rounds')} rounds`,
    group(tally, 'kills'),
    group(tally, 'endings'),
    group(tally, 'restores'),
    group(tally, 'savepoints'),
    group(tally, 'clean-ups'),
    group(tally, 'refusals'),
    `reclaimed: ${tally.deletedBlobs} blobs, ${tally.deletedBytes} bytes`,
    group(tally, 'deleted'),
    group(tally, 'proven'),
    group(tally, 'withdrawn'),
    ...tally.losses.map((loss) => `LOSS: ${loss}`),
    `${tally.losses.length} losses`,
  ]
  return lines.join('\n')
}

function group(tally: Tally, name: string): string {
  const own = [...tally.counts].filter(([what]) => what.startsWith(`${name}: `)).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const parts = own.map(([what, count]) => `${what.slice(name.length + 2)} ${count}`)
  return `${name}: ${tally.sum(`${name}: `)}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`
}
