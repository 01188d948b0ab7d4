import { BESIDE_BYTES } from '../bounds.js'

/**
 * Runs `work` over all items, at most `limit` at a time, results in the order of the items. After the first error nothing more is begun,
 * and it is thrown once what was in flight has ended: nothing goes on behind the caller's back.
 */
export async function mapConcurrently<T, R>(items: readonly T[], limit: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length)
  const errors: unknown[] = []
  const queue = items.entries()
  const worker = async () => {
    // Looked at before an item is taken: the workers share one queue.
    while (errors.length === 0) {
      const { value: entry, done } = queue.next()
      if (done) return
      try {
        results[entry[0]] = await work(entry[1])
      } catch (error) {
        errors.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  if (errors.length > 0) throw errors[0]
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
