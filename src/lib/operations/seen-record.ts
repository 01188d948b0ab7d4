import { EXIT, FlinkopsError } from '../errors.js'
import type { ContainerReader } from '../ports.js'
import type { SeenAppender, SeenRecord } from '../ports-seen.js'
import { parseSighting, type Sighting, sightingLine } from '../state/sighting.js'
import { mapConcurrently } from './concurrently.js'

export interface SeenRecordInput {
  readers: ContainerReader[]
  /** `null`: it is only read. */
  appender: SeenAppender | null
  /** Name of this machine. A URL of its own (`localhost`) is another cluster's on every other one. */
  host: string
  isLocal: (url: string) => boolean
  now: () => number
}

const FOLDER = '_flinkops/seen/'
const MOST_DAYS = 4000
/** Of a blob, which holds the lines of a day: thousands of starts. */
const MOST_BYTES = 4 * 1024 * 1024
const READS_IN_FLIGHT = 16

/**
 * The record in the containers: `_flinkops/seen/<day>.jsonl`, an append blob of lines, which many machines may write to at a time without a
 * lock. Who may write to the container may write anything there: it is material, and its lines count as `recordEvidence` and `linkRuns` say.
 */
export function seenRecord(input: SeenRecordInput): SeenRecord {
  const known = new Map<string, { etag: string; lines: unknown[] }>()

  async function linesOf(reader: ContainerReader, signal: AbortSignal): Promise<{ lines: unknown[]; isWhole: boolean }> {
    const days: { name: string; etag: string }[] = []
    for await (const { blobs } of reader.list({ prefix: FOLDER, signal })) days.push(...blobs)
    days.sort((a, b) => (a.name < b.name ? -1 : 1))
    const read = await mapConcurrently(days.slice(-MOST_DAYS), READS_IN_FLIGHT, async ({ name, etag }) => {
      const key = `${reader.account}/${reader.container}/${name}`
      const before = known.get(key)
      if (before?.etag === etag) return before.lines
      const content = await reader.read({ name, most: MOST_BYTES, signal })
      if (content.state !== 'read') return null
      const lines = parseLines(content.bytes)
      known.set(key, { etag: content.etag, lines })
      return lines
    })
    return { lines: read.flatMap((lines) => lines ?? []), isWhole: days.length <= MOST_DAYS && !read.includes(null) }
  }

  async function add(reader: ContainerReader, appender: SeenAppender, seen: Sighting[], signal: AbortSignal): Promise<string[]> {
    const { lines } = await linesOf(reader, signal)
    const there = new Set(lines.flatMap((line) => parseSighting(line) ?? []).map((one) => JSON.stringify(one)))
    const fresh = new Set(seen.map((one) => JSON.stringify(sightingLine(one))).filter((text) => !there.has(text)))
    if (fresh.size === 0) return []
    const text = [...fresh].map((line) => `${signed(line, input)}\n`).join('')
    const name = `${FOLDER}${new Date(input.now()).toISOString().slice(0, 10)}.jsonl`
    const { account, container } = reader
    const isAdded = await appender.appendSeen({ account, container, name, text, most: MOST_BYTES, signal })
    return isAdded ? [] : [`${name} in container ${container} is full.`]
  }

  return {
    recorded: async (signal) => {
      const all = await Promise.all(input.readers.map((reader) => linesOf(reader, signal)))
      const sightings = all.flatMap(({ lines }) => lines.flatMap((line) => sightingOf(line, input)))
      return { sightings, isWhole: all.every((one) => one.isWhole) }
    },
    record: async (seen, signal) => {
      const { appender, readers } = input
      if (appender === null || seen.length === 0) return []
      const problems = await mapConcurrently(readers, READS_IN_FLIGHT, (reader) => add(reader, appender, seen, signal).catch(problemOf))
      return problems.flat()
    },
  }
}

function problemOf(error: unknown): string[] {
  if (!(error instanceof FlinkopsError) || error.exitCode === EXIT.interrupted) throw error
  return [error.message]
}

function parseLines(bytes: Uint8Array): unknown[] {
  return Buffer.from(bytes)
    .toString('utf8')
    .split('\n')
    .flatMap((line): unknown[] => {
      try {
        return [JSON.parse(line)]
      } catch {
        return []
      }
    })
}

function signed(line: string, { host, isLocal }: SeenRecordInput): string {
  const parsed = JSON.parse(line) as Sighting
  return isLocal(parsed.where) ? JSON.stringify({ ...parsed, host }) : line
}

/** What another machine saw at an address of its own is told of no cluster of this one. */
function sightingOf(line: unknown, { host, isLocal }: SeenRecordInput): Sighting[] {
  const sighting = parseSighting(line)
  if (sighting === null) return []
  const by = Reflect.get(Object(line), 'host')
  if (!isLocal(sighting.where) || by === host) return [sighting]
  return [{ ...sighting, where: `${sighting.where} of ${typeof by === 'string' ? by : 'another machine'}` }]
}
