import { type Run, runsOf, type Truth } from './runs.js'
import type { Shape } from './shape.js'
import { mix, numberIn, UPPER, UUID_LENGTH, uuidAt, uuidsBefore, writeHex } from './uuid.js'

const DAY_MS = 86_400_000
const AGE_MS = 10 * DAY_MS
/** So many different times there are, some minutes apart. */
export const TIMES = 64
const digits = Buffer.alloc(13)

/** The blobs that the shape gives, by number in the order of their names. Nothing of them is kept. */
export class Catalogue {
  readonly shape: Shape
  readonly runs: Run[]
  readonly size: number
  readonly #startedAtMs: number
  /** First names of the runs. */
  readonly #firsts: string[]
  /** The one that a name was found in last: the next is likely to be there, too. */
  #last: Run | undefined

  constructor(shape: Shape, startedAtMs: number) {
    this.shape = shape
    this.runs = runsOf(shape)
    const last = this.runs.at(-1)
    this.size = last === undefined ? 0 : last.base + last.count
    this.#startedAtMs = startedAtMs
    this.#firsts = this.runs.map((run) => this.nameOf(run.base, run))
  }

  /** Where in `runs` the run with blob `number` stands. */
  runAt(number: number): number {
    let [low, high] = [0, this.runs.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.runs[middle]?.base ?? 0) <= number) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  run(number: number): Run {
    const last = this.#last
    if (last !== undefined && number >= last.base && number < last.base + last.count) return last
    const run = this.runs[this.runAt(number)]
    if (run === undefined) throw new Error(`there is no blob ${number}`)
    return run
  }

  nameOf(number: number, { prefix, suffix, uuids, base } = this.run(number)): string {
    return uuids === null ? `${prefix}${suffix}` : `${prefix}${uuidAt(uuids, number - base)}${suffix}`
  }

  /** How many blobs stand before `name`. */
  before(name: string): number {
    let [low, high] = [0, this.runs.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#firsts[middle] ?? '') <= name) low = middle + 1
      else high = middle
    }
    const run = this.runs[low - 1]
    if (run === undefined) return 0
    return run.base + within(run, name)
  }

  find(name: string): number | undefined {
    const near = this.#nearLast(name)
    if (near !== undefined) return near
    const number = this.before(name)
    if (number >= this.size || this.nameOf(number) !== name) return undefined
    this.#last = this.run(number)
    return number
  }

  /** By the number that a UUID ends with. */
  #nearLast(name: string): number | undefined {
    const run = this.#last
    if (run === undefined || run.uuids === null || !name.startsWith(run.prefix)) return undefined
    const at = numberIn(name.slice(run.prefix.length))
    return at < run.count && this.nameOf(run.base + at, run) === name ? run.base + at : undefined
  }

  truthOf(number: number): Truth {
    const run = this.run(number)
    return run.truth(number - run.base)
  }

  /** Whole seconds. */
  modifiedMs(time: number): number {
    return Math.floor((this.#startedAtMs - AGE_MS) / 1000) * 1000 - time * 997_000
  }
}

function within(run: Run, name: string): number {
  if (run.uuids === null) return name > run.prefix + run.suffix ? 1 : 0
  if (!name.startsWith(run.prefix)) return name > run.prefix ? run.count : 0
  const rest = name.slice(run.prefix.length)
  const before = uuidsBefore(run.uuids, rest.slice(0, UUID_LENGTH))
  const isAt = before < run.count && uuidAt(run.uuids, before) === rest.slice(0, UUID_LENGTH)
  return isAt && rest.slice(UUID_LENGTH) > run.suffix ? before + 1 : before
}

export function timeOf(number: number): number {
  return Math.imul(number, 7) & (TIMES - 1)
}

/** Four digits, so that all entries of a run are of one length. */
export function sizeOf(number: number): number {
  return 1000 + (number % 9000)
}

/** 15 digits after `0x8D`, as Azure has them, of which 12 tell blobs apart. */
export function etagOf(number: number): string {
  return `0x8D${etagDigits(number)}`
}

export function etagDigits(number: number): string {
  writeHex(digits, 0, mix(number, 1, 5), 8, UPPER)
  writeHex(digits, 8, number & 0xfffff, 5, UPPER)
  return digits.toString('latin1')
}
