import { Column } from './column.js'
import { packUuid, uuidOf } from './uuid-words.js'

/** Number that a `KeyTable` gives a key. */
export type KeyId = number

/** Words of a record: its directory (the top bit says that the name is odd), then the packed name, or where the odd key stands. */
const WORDS = 5
const ODD = 0x80000000

/**
 * Gives each storage key (`account/container/dir/.../last`) a number, and the key back for the number; equal keys have equal numbers, and
 * nothing is left to chance. Nearly all of Flink's files are named by a UUID: such a key takes 20 bytes and its share of an index, its
 * directory being kept once. A key with any other last segment is kept as text.
 */
export class KeyTable {
  /** What stands before the last segment, its slash included. */
  readonly #directories: string[] = []
  readonly #directoryIds = new Map<string, number>()
  readonly #records = new Column((length) => new Uint32Array(length))
  readonly #odd: string[] = []
  readonly #oddIds = new Map<string, KeyId>()
  readonly #words = new Uint32Array(WORDS - 1)
  /** Open addressing: number of the key plus one in the bits that count slots, above them those of its hash; 0 = empty. */
  #index = new Uint32Array(1024)
  #packed = 0
  #size = 0

  /** How many keys it has; their numbers are those below. */
  get size(): number {
    return this.#size
  }

  /** Number of a directory, given what stands before a key's last segment (with its slash). */
  directory(prefix: string): number {
    const known = this.#directoryIds.get(prefix)
    if (known !== undefined) return known
    this.#directoryIds.set(prefix, this.#directories.length)
    return this.#directories.push(prefix) - 1
  }

  findDirectory(prefix: string): number | undefined {
    return this.#directoryIds.get(prefix)
  }

  intern(key: string): KeyId {
    const from = key.lastIndexOf('/') + 1
    return this.internIn(this.directory(key.slice(0, from)), key, from)
  }

  find(key: string): KeyId | undefined {
    const from = key.lastIndexOf('/') + 1
    const directory = this.findDirectory(key.slice(0, from))
    return directory === undefined ? undefined : this.findIn(directory, key, from)
  }

  /** As `intern`, of the last segment that begins at `from` of `text`. */
  internIn(directory: number, text: string, from: number): KeyId {
    return this.internUuid(directory, text, from) ?? this.#internOdd(directory, text.slice(from))
  }

  /** As `internIn`, when the last segment is a UUID; `undefined` when it is none. */
  internUuid(directory: number, text: string, from: number): KeyId | undefined {
    if (!packUuid(text, from, this.#words)) return undefined
    const hash = hashOf(directory, this.#words)
    const found = this.#lookUp(directory, hash)
    if (found !== undefined) return found
    const id = this.#append(directory)
    for (let word = 1; word < WORDS; word++) this.#records.set(id * WORDS + word, this.#words[word - 1] ?? 0)
    if (++this.#packed * 4 > this.#index.length * 3 || id + 1 >= this.#index.length) this.#grow()
    else this.#enter(id, hash)
    return id
  }

  /** As `find`, of the last segment that begins at `from` of `text`. */
  findIn(directory: number, text: string, from: number): KeyId | undefined {
    if (!packUuid(text, from, this.#words)) return this.#oddIds.get(`${this.#directories[directory]}${text.slice(from)}`)
    return this.#lookUp(directory, hashOf(directory, this.#words))
  }

  keyOf(id: KeyId): string {
    return this.isOdd(id) ? (this.#odd[this.#word(id, 1)] ?? '') : `${this.#directories[this.directoryOf(id)]}${this.#uuid(id)}`
  }

  /** The last segment of a key. */
  nameOf(id: KeyId): string {
    if (!this.isOdd(id)) return this.#uuid(id)
    return this.keyOf(id).slice(this.prefixOf(this.directoryOf(id)).length)
  }

  /** In the order of their text, within a directory; keys of different directories by directory. */
  compare(a: KeyId, b: KeyId): number {
    const [one, other] = [this.directoryOf(a), this.directoryOf(b)]
    if (one !== other) return this.prefixOf(one) < this.prefixOf(other) ? -1 : 1
    if (this.isOdd(a) || this.isOdd(b)) return this.nameOf(a) < this.nameOf(b) ? -1 : 1
    for (let word = 1; word < WORDS; word++) {
      const difference = this.#word(a, word) - this.#word(b, word)
      if (difference !== 0) return difference
    }
    return 0
  }

  /** Whether a key's last segment is no UUID. */
  isOdd(id: KeyId): boolean {
    return this.#word(id, 0) >= ODD
  }

  /** Number of the directory that a key lies in. */
  directoryOf(id: KeyId): number {
    const word = this.#word(id, 0)
    return word >= ODD ? word - ODD : word
  }

  /** What stands before the last segment of the keys of a directory, its slash included. */
  prefixOf(directory: number): string {
    return this.#directories[directory] ?? ''
  }

  #internOdd(directory: number, name: string): KeyId {
    const key = `${this.#directories[directory]}${name}`
    const known = this.#oddIds.get(key)
    if (known !== undefined) return known
    const id = this.#append(directory + ODD)
    this.#records.set(id * WORDS + 1, this.#odd.push(key) - 1)
    this.#oddIds.set(key, id)
    return id
  }

  #append(word: number): KeyId {
    this.#records.set(this.#size * WORDS, word)
    return this.#size++
  }

  #word(id: KeyId, word: number): number {
    return this.#records.get(id * WORDS + word)
  }

  #uuid(id: KeyId): string {
    return uuidOf(this.#word(id, 1), this.#word(id, 2), this.#word(id, 3), this.#word(id, 4))
  }

  /** The key of these words. Entries with other bits of a hash above are passed without a look at their records. */
  #lookUp(directory: number, hash: number): KeyId | undefined {
    const index = this.#index
    const mask = index.length - 1
    const above = hash & ~mask
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = index[slot] ?? 0
      if (entry === 0) return undefined
      if (((entry ^ above) & ~mask) !== 0) continue
      const id = (entry & mask) - 1
      if (this.#is(id, directory)) return id
    }
  }

  /** Puts a key that is not there yet into the index. */
  #enter(id: KeyId, hash: number): void {
    const index = this.#index
    const mask = index.length - 1
    let slot = hash & mask
    while (index[slot] !== 0) slot = (slot + 1) & mask
    index[slot] = (hash & ~mask) | (id + 1)
  }

  #is(id: KeyId, directory: number): boolean {
    const words = this.#words
    return (
      this.#word(id, 1) === words[0] &&
      this.#word(id, 0) === directory &&
      this.#word(id, 2) === words[1] &&
      this.#word(id, 3) === words[2] &&
      this.#word(id, 4) === words[3]
    )
  }

  #grow(): void {
    let length = this.#index.length * 2
    while (length <= this.#size) length *= 2
    this.#index = new Uint32Array(length)
    for (let id = 0; id < this.#size; id++) {
      if (this.isOdd(id)) continue
      for (let word = 1; word < WORDS; word++) this.#words[word - 1] = this.#word(id, word)
      this.#enter(id, hashOf(this.#word(id, 0), this.#words))
    }
  }
}

/** Spreads keys over the index, also those of a test that counts up its UUIDs (after MurmurHash3's final mix). */
function hashOf(directory: number, words: Uint32Array): number {
  let hash = directory
  for (let word = 0; word < WORDS - 1; word++) {
    hash = Math.imul(hash ^ (words[word] ?? 0), 0x85ebca6b)
    hash ^= hash >>> 15
  }
  hash = Math.imul(hash, 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
