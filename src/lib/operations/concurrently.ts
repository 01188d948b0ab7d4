import { BESIDE_BYTES } from '../bounds.js'

/** Runs `work` over all items, at most `limit` at a time, results in the order of the items. The first error ends it. */
export async function mapConcurrently<T, R>(items: readonly T[], limit: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length)
  let next = 0
  const worker = async () => {
    while (next < items.length) {
      const at = next++
      const item = items[at]
      if (item !== undefined) results[at] = await work(item)
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  return results
}

/** The same for what is read into memory: small items side by side, then each large one alone, so that all at once hold no more than one. */
export async function mapBySize<T, R>(
  items: readonly T[],
  { atOnce, sizeOf }: { atOnce: number; sizeOf: (item: T) => number },
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const isLarge = (item: T) => sizeOf(item) > BESIDE_BYTES
  const results = new Map<T, R>()
  const note = async (item: T) => void results.set(item, await work(item))
  await mapConcurrently(
    items.filter((item) => !isLarge(item)),
    atOnce,
    note,
  )
  await mapConcurrently(items.filter(isLarge), 1, note)
  return items.flatMap((item) => {
    const result = results.get(item)
    return result === undefined ? [] : [result]
  })
}
