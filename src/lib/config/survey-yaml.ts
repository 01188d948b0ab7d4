import { isAlias, isMap, isScalar, isSeq, LineCounter, type Pair, parseDocument, stringify, type YAMLMap } from 'yaml'
import type { ConfMistake } from '../findings/facts.js'
import { tooMuchYaml, yamlFailure } from './yaml-text.js'

/** An option as it was meant, before secrets are put aside. */
export interface MeantEntry {
  /** Nested names joined by dots. */
  key: string
  text: string
  line: number
  isNested: boolean
}

export interface Surveyed {
  entries: MeantEntry[]
  mistakes: ConfMistake[]
}

/** `config.yaml`: nested maps joined by dots, with every place where a key stands twice. Never quotes a text of the file. */
export function surveyYaml(text: string): Surveyed {
  const excess = tooMuchYaml(text)
  if (excess !== null) return unreadable(excess)
  try {
    return survey(text)
  } catch (error) {
    return unreadable(error instanceof TooMuch ? 'its aliases stand for more than is read' : yamlFailure(error))
  }
}

function unreadable(problem: string): Surveyed {
  return { entries: [], mistakes: [{ kind: 'unreadable', line: 1, problem }] }
}

function survey(text: string): Surveyed {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, logLevel: 'error' })
  const walk = new Walk(
    (offset) => lines.linePos(offset).line,
    (node) => (isAlias(node) ? node.resolve(document) : node),
  )
  const root: unknown = document.contents
  if (isMap(root)) walk.map(root, [])
  const [error] = document.errors
  if (error) walk.mistakes.push({ kind: 'unreadable', line: lines.linePos(error.pos[0]).line, problem: error.code })
  else if (root !== null && !isMap(root)) walk.mistakes.push({ kind: 'unreadable', line: 1, problem: 'its top level is no map of keys' })
  return { entries: walk.entries, mistakes: walk.mistakes }
}

/** More maps, and entries, than any configuration has: aliases stand for others, which stand for others. */
const MOST_MAPS = 10_000

class TooMuch extends Error {}

class Walk {
  readonly entries: MeantEntry[] = []
  readonly mistakes: ConfMistake[] = []
  #maps = 0
  readonly #leaves = new Map<string, number>()
  readonly #lineOf: (offset: number) => number
  readonly #resolve: (node: unknown) => unknown

  constructor(lineOf: (offset: number) => number, resolve: (node: unknown) => unknown) {
    this.#lineOf = lineOf
    this.#resolve = resolve
  }

  map(map: YAMLMap, path: string[]): void {
    if (++this.#maps > MOST_MAPS || this.entries.length > MOST_MAPS || path.length > MOST_MAPS / 100) throw new TooMuch()
    const own = new Map<string, number>()
    for (const pair of map.items) {
      const name = isScalar(pair.key) ? String(pair.key.value) : ''
      const line = this.#lineOf(offsetOf(pair))
      const key = [...path, name].join('.')
      const earlierLine = own.get(name)
      if (earlierLine !== undefined) this.mistakes.push({ kind: 'duplicate', key, line, earlierLine })
      own.set(name, earlierLine ?? line)
      this.#value(this.#resolve(pair.value), [...path, name], { line, isRepeated: earlierLine !== undefined })
    }
  }

  #value(node: unknown, path: string[], at: { line: number; isRepeated: boolean }): void {
    if (isMap(node)) this.map(node, path)
    const text = textOf(node)
    if (text === null) return
    const key = path.join('.')
    const earlierLine = this.#leaves.get(key)
    if (earlierLine !== undefined && !at.isRepeated) this.mistakes.push({ kind: 'nested-and-flat', key, line: at.line, earlierLine })
    this.#leaves.set(key, at.line)
    this.entries.push({ key, text, line: at.line, isNested: path.length > 1 })
  }
}

function offsetOf({ key }: Pair): number {
  const node: unknown = key
  return isScalar(node) ? (node.range?.[0] ?? 0) : 0
}

function textOf(node: unknown): string | null {
  if (isScalar(node)) return node.value === null ? null : String(node.value)
  return isSeq(node) ? stringify(node, { collectionStyle: 'flow', lineWidth: 0 }).trim() : null
}
