import type { Blob, LevelPage } from '../../src/lib/ports.js'

/** A page with what lies directly below a prefix. */
export function levelOf(blobs: Iterable<Blob>, prefix: string, serverTimeMs: number): LevelPage {
  const page: LevelPage = { blobs: [], directories: [], serverTimeMs }
  const directories = new Set<string>()
  for (const blob of blobs) {
    if (!blob.name.startsWith(prefix)) continue
    const slash = blob.name.indexOf('/', prefix.length)
    if (slash < 0) page.blobs.push(blob)
    else directories.add(blob.name.slice(0, slash + 1))
  }
  return { ...page, directories: [...directories] }
}
