import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml'
import { CONFIG_CHARS } from '../bounds.js'
import { type FlinkopsError, usageError } from '../errors.js'
import { nearest } from '../nearest.js'
import { parseDuration } from './duration.js'
import { tooMuchYaml, yamlFailure } from './yaml-text.js'

type Step = string | number

/** One value of a YAML file that knows its path and line, and parses itself into what is expected or throws a usage error. */
export class YamlNode {
  readonly #source: YamlSource
  readonly #path: Step[]
  readonly value: unknown

  constructor(source: YamlSource, value: unknown, path: Step[]) {
    this.#source = source
    this.value = value
    this.#path = path
  }

  /** `file:line` of this value. */
  get where(): string {
    return `${this.#source.file}:${this.#source.lineOf(this.#path)}`
  }

  /** An error about this value. Texts are never quoted: someone may have put a key there. */
  error(problem: string, ...suggestions: string[]): FlinkopsError {
    return usageError(`${this.where}: ${this.#name} ${problem}`, ...suggestions)
  }

  /** The fields of a map with just these keys; an unknown key is an error that names the nearest one. */
  fields<K extends string>(...known: K[]): (key: K) => YamlNode | null {
    const entries = new Map(this.entries())
    for (const [key, node] of entries) {
      if (known.some((name) => name === key)) continue
      const near = nearest(key, known)
      const hint = near ? `Did you mean ${near}?` : `Known here: ${known.join(', ')}.`
      throw usageError(`${node.where}: unknown key ${node.#name}. ${hint}`)
    }
    return (key) => entries.get(key) ?? null
  }

  /** The entries of a map with keys of the user's choice. A key without a value counts as absent. */
  entries(): [string, YamlNode][] {
    const { value } = this
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.#wrong('a map')
    return Object.entries(value)
      .filter(([, entry]) => entry !== null)
      .map(([key, entry]) => [key, new YamlNode(this.#source, entry, [...this.#path, key])])
  }

  /** The entries of a map whose keys say something by themselves: one without a value is an empty map. */
  entriesOrEmpty(): [string, YamlNode][] {
    const entries = new Map(this.entries())
    const keys = Object.keys(Object(this.value))
    return keys.map((key) => [key, entries.get(key) ?? new YamlNode(this.#source, {}, [...this.#path, key])])
  }

  list(): YamlNode[] {
    if (!Array.isArray(this.value)) throw this.#wrong('a list')
    return this.value.map((entry: unknown, index) => new YamlNode(this.#source, entry, [...this.#path, index]))
  }

  text(): string {
    if (typeof this.value !== 'string' || this.value.trim() === '') throw this.#wrong('a text')
    return this.value.trim()
  }

  /** A text that may have been written as a number or a boolean, as command-line arguments often are. */
  textual(): string {
    if (typeof this.value === 'number' || typeof this.value === 'boolean') return String(this.value)
    if (typeof this.value !== 'string') throw this.#wrong('a text')
    return this.value
  }

  boolean(): boolean {
    if (typeof this.value !== 'boolean') throw this.#wrong('true or false')
    return this.value
  }

  positiveInteger(): number {
    const { value } = this
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) throw this.#wrong('a whole number of at least 1')
    return value
  }

  durationMs(): number {
    const result = parseDuration(this.textual())
    if (!result.ok) throw this.error(`is not usable: ${result.problem}.`)
    return result.ms
  }

  oneOf<T extends string>(words: readonly T[]): T {
    const found = words.find((word) => word === this.value)
    if (found === undefined) throw this.#wrong(`one of ${words.join(', ')}`)
    return found
  }

  get #name(): string {
    return this.#path.reduce<string>((name, step) => (typeof step === 'number' ? `${name}[${step}]` : name ? `${name}.${step}` : step), '')
  }

  #wrong(expected: string): FlinkopsError {
    return this.error(`must be ${expected}, not ${describe(this.value)}.`)
  }
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  return typeof value === 'string' ? 'this text' : String(value)
}

/** Parses a YAML file whose top level is a map (an empty file is an empty one). The parser's excerpt is not shown: it may hold a secret. */
export function parseYaml(file: string, text: string): YamlNode {
  const excess = tooMuchYaml(text)
  if (excess !== null) throw usageError(`${file} cannot be read: ${excess}.`)
  const lines = new LineCounter()
  const { document, root } = orUsageError(file, () => {
    const parsed = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, logLevel: 'error' })
    return { document: parsed, root: parsed.errors.length > 0 ? null : rootOf(parsed) }
  })
  const [problem] = document.errors
  if (problem) throw usageError(`${file}:${lines.linePos(problem.pos[0]).line}: not valid YAML (${problem.code}).`)
  const again = repeatedKey(document)
  if (again !== null) throw usageError(`${file}:${lines.linePos(again).line}: not valid YAML (DUPLICATE_KEY).`)
  if (typeof root !== 'object' || root === null || Array.isArray(root)) throw usageError(`${file}:1: the top level must be a map of keys.`)
  return new YamlNode(new YamlSource(file, document, lines), root, [])
}

/** Where a key of a map stands a second time; the parser's own look compares each key with each other. */
function repeatedKey(document: Document): number | null {
  let found: number | null = null
  visit(document, {
    Map(_, map) {
      const seen = new Set<unknown>()
      for (const { key } of map.items) {
        if (!isScalar(key)) continue
        if (seen.has(key.value)) {
          found = key.range?.[0] ?? 0
          return visit.BREAK
        }
        seen.add(key.value)
      }
      return undefined
    },
  })
  return found
}

/** Throws for aliases that stand for themselves, or for much: whoever walks the value would not come to its end. */
function rootOf(document: Document): unknown {
  const root: unknown = document.toJS() ?? {}
  if (JSON.stringify(root).length > CONFIG_CHARS) throw new ReferenceError('aliases')
  return root
}

function orUsageError<T>(file: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw usageError(`${file} cannot be read: ${yamlFailure(error)}.`)
  }
}

/** Finds the lines of paths in a parsed document. */
class YamlSource {
  readonly file: string
  readonly #document: Document
  readonly #lines: LineCounter

  constructor(file: string, document: Document, lines: LineCounter) {
    this.file = file
    this.#document = document
    this.#lines = lines
  }

  lineOf(path: Step[]): number {
    let node: unknown = this.#document.contents
    let offset = 0
    for (const step of path) {
      const next = this.#descend(node, step)
      if (!next) break
      offset = next.offset
      node = next.node
    }
    return this.#lines.linePos(offset).line
  }

  #descend(node: unknown, step: Step): { node: unknown; offset: number } | null {
    const target: unknown = isAlias(node) ? node.resolve(this.#document) : node
    if (isSeq(target)) {
      const item = target.items[Number(step)]
      return isNodeWithRange(item) ? { node: item, offset: item.range[0] } : null
    }
    if (!isMap(target)) return null
    const pair = target.items.find((entry) => isScalar(entry.key) && String(entry.key.value) === step)
    return pair && isNodeWithRange(pair.key) ? { node: pair.value, offset: pair.key.range[0] } : null
  }
}

function isNodeWithRange(value: unknown): value is Node & { range: [number, number, number] } {
  return (isScalar(value) || isMap(value) || isSeq(value) || isAlias(value)) && Array.isArray(value.range)
}
