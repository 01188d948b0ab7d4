/** Blobs and what they hold. */
export interface Amount {
  blobs: number
  bytes: number
}

export function nothing(): Amount {
  return { blobs: 0, bytes: 0 }
}

/** Adds `more` to `sum`, in place. */
export function add(sum: Amount, more: Amount): Amount {
  sum.blobs += more.blobs
  sum.bytes += more.bytes
  return sum
}

export function sumOf(amounts: Iterable<Amount>): Amount {
  const sum = nothing()
  for (const one of amounts) add(sum, one)
  return sum
}
