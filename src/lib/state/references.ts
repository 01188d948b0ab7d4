import { type Location, type LocationResult, normalisePath, parseLocation } from './location.js'
import type { Metadata, Reference } from './types.js'

/** A reference with its place in storage. */
export interface ResolvedReference {
  reference: Reference
  location: Location
}

export type Resolution =
  | { ok: true; resolved: ResolvedReference[] }
  /** A path whose account cannot be determined: its references are unknown, so nothing may be deleted. */
  | { ok: false; problem: string }

/**
 * Resolves every reference of a snapshot against its directory. A relative handle is `new Path(exclusiveDir, relativePath)`
 * (`RelativeFileStateHandle`). Paths of file systems that cannot lie in Azure (`file`, `hdfs`, `s3`) are left out; a path without
 * scheme depends on a default that is not in the file, so it is a problem.
 */
export function resolveReferences(metadata: Metadata, directory: Location): Resolution {
  const resolved: ResolvedReference[] = []
  for (const reference of metadata.references) {
    const found = resolveReference(reference, directory)
    if (found.ok) resolved.push({ reference, location: found.location })
    else if (reference.relative || !isElsewhere(reference.path))
      return { ok: false, problem: `it references ${reference.path}, and ${found.problem}` }
  }
  return { ok: true, resolved }
}

/** One reference alone. A relative path is a child of the directory even when it begins with a slash (`new Path(parent, child)`). */
export function resolveReference(reference: Reference, directory: Location): LocationResult {
  if (!reference.relative) return parseLocation(reference.path)
  const name = normalisePath(`${directory.name}/${reference.path}`)
  return name === null ? { ok: false, problem: 'its path leaves the container' } : { ok: true, location: { ...directory, name } }
}

/** File systems that are certainly not this storage; `viewfs` is none of them, since it may be mounted on it. */
export function isElsewhere(path: string): boolean {
  return /^(file|hdfs|s3|s3a|s3p|gs|oss):/i.test(path)
}

/** Bytes that must be stored for a reference to be whole; `null` when `_metadata` does not say. */
export function requiredBytes(reference: Reference): number | null {
  if (reference.kind === 'segment') return (reference.offset ?? 0) + (reference.length ?? reference.sizeBytes ?? 0)
  return reference.kind === 'directory' ? null : reference.sizeBytes
}
