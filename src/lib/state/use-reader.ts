import type { KeyId, KeyTable } from './key-table.js'
import { type Location, locationKey, normalisePath, parseLocation } from './location.js'
import { isElsewhere, resolveReference } from './references.js'
import type { Metadata, Reference } from './types.js'
import { Uses } from './uses.js'

const SLASH = 47

export type UsesResult =
  | { ok: true; uses: Uses }
  /** As of `resolveReferences`: nothing may be deleted. */
  | { ok: false; problem: string }

/**
 * Resolves references as `resolveReferences` does, straight to numbers of keys. Files named by a UUID lie where their directory lies, and
 * that is worked out once.
 */
export class UseReader {
  readonly #keys: KeyTable
  /** Numbers of directories by all spellings met. */
  readonly #directories = new Map<string, number | undefined>()
  #last = { path: '', directory: undefined as number | undefined }

  constructor(keys: KeyTable) {
    this.#keys = keys
  }

  read(metadata: Metadata, directory: Location): UsesResult {
    const uses = new Uses(this.#keys, metadata.references.length)
    const own = this.#ownDirectory(directory)
    for (const reference of metadata.references) {
      const file = this.#fileOf(reference, own)
      if (file !== undefined) {
        uses.add(file, reference)
        continue
      }
      const found = resolveReference(reference, directory)
      if (!found.ok) {
        if (reference.relative || !isElsewhere(reference.path))
          return { ok: false, problem: `it references ${reference.path}, and ${found.problem}` }
      } else if (reference.kind === 'directory') uses.directories.add(locationKey(found.location))
      else uses.add(this.#keys.intern(locationKey(found.location)), reference)
    }
    return { ok: true, uses: uses.trim() }
  }

  /** The file, when its name is a UUID and its directory can be told; whatever else it is takes the long way. */
  #fileOf({ path, relative, kind }: Reference, own: number | undefined): KeyId | undefined {
    if (kind === 'directory') return undefined
    if (relative) return own === undefined ? undefined : this.#keys.internUuid(own, path, 0)
    const before = this.#lastFile(path)
    if (before !== undefined) return before
    const slash = path.lastIndexOf('/')
    if (slash !== this.#last.path.length || !path.startsWith(this.#last.path)) this.#enter(path.slice(0, Math.max(0, slash)))
    return this.#last.directory === undefined ? undefined : this.#keys.internUuid(this.#last.directory, path, slash + 1)
  }

  /** As most: a file named by a UUID in the directory of the one before. In a UUID there is no slash. */
  #lastFile(path: string): KeyId | undefined {
    const { path: last, directory } = this.#last
    if (directory === undefined || path.charCodeAt(last.length) !== SLASH || !path.startsWith(last)) return undefined
    return this.#keys.internUuid(directory, path, last.length + 1)
  }

  #enter(path: string): void {
    let directory = this.#directories.get(path)
    if (directory === undefined) {
      const found = parseLocation(path)
      directory = found.ok ? this.#directoryAt(found.location) : undefined
      this.#directories.set(path, directory)
    }
    this.#last = { path, directory }
  }

  #ownDirectory(directory: Location): number | undefined {
    const name = normalisePath(directory.name)
    return name === null ? undefined : this.#directoryAt({ ...directory, name })
  }

  #directoryAt(location: Location): number {
    return this.#keys.directory(location.name === '' ? locationKey(location) : `${locationKey(location)}/`)
  }
}
