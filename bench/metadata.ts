import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { flinkHome, missingForFlink } from '../sandbox/flink-home.js'
import { compilerAvailable } from '../sandbox/java.js'
import { parseMetadata } from '../src/lib/state/metadata/parse.js'
import { encodeMetadata } from '../test/unit/state/metadata/encoder.js'
import type { Local, OperatorState, Snapshot, SubtaskState } from '../test/unit/state/metadata/handles.js'

const OPERATORS = 4
const SUBTASKS = 250
const SHARED_FILES = 96
const PRIVATE_FILES = 3
const ROUNDS = 55
/** Rounds that do not count. */
const COLD = 15
const ROOT = 'wasbs://flink@acct.blob.core.windows.net/checkpoints/0123456789abcdef0123456789abcdef'

interface Speed {
  median: number
  best: number
  cold: number
}

/**
 * How fast a large `_metadata` is read, warm and from memory: version 6, 100,000 files of incremental RocksDB checkpoints. Beside it the
 * reader of the Flink that the sandbox runs, which does nothing but read; flinkops also tells references from their numbers and places.
 */
export async function benchMetadata(): Promise<string[]> {
  const bytes = encodeMetadata(largeSnapshot())
  const references = referencesIn(bytes)
  const line = (name: string, { median, best, cold }: Speed) =>
    `${name}: median ${rates(median)}, best ${rates(best)}, first and cold ${cold.toFixed(0)} ms`
  const rates = (ms: number) =>
    `${ms.toFixed(1)} ms (${(bytes.length / 1e3 / ms).toFixed(0)} MB/s, ${Math.round(references / ms) * 1000} references/s)`
  // In turns, since a shared machine is quicker at one time than at another.
  const before = own(bytes)
  const theirs = await flinks(bytes)
  const after = own(bytes)
  const slower = before.median > after.median ? before : after
  return [
    `_metadata of ${bytes.length} bytes, ${references} references, ${ROUNDS - COLD} warm rounds`,
    line('flinkops, the slower of before and after', slower),
    ...(typeof theirs === 'string'
      ? [`Flink's own reader: not measured. ${theirs}`]
      : [line("Flink's own reader", theirs), `flinkops is ${(theirs.median / slower.median).toFixed(1)}x as fast`]),
  ]
}

function own(bytes: Uint8Array): Speed {
  const timesMs = Array.from({ length: ROUNDS }, () => {
    const startedAt = performance.now()
    referencesIn(bytes)
    return performance.now() - startedAt
  })
  return speed(timesMs)
}

function referencesIn(bytes: Uint8Array): number {
  const result = parseMetadata(bytes)
  if (!result.ok) throw new Error(result.problem.message)
  return result.metadata.references.length
}

/** Or why not. */
async function flinks(bytes: Uint8Array): Promise<Speed | string> {
  const missing = missingForFlink() ?? (compilerAvailable() ? null : 'Its small program needs a JDK: no `javac` on the PATH.')
  if (missing !== null) return missing
  const { classpath } = await flinkHome(null)
  const directory = await mkdtemp(join(tmpdir(), 'flinkops-bench-'))
  try {
    const file = join(directory, '_metadata')
    await writeFile(file, bytes)
    const program = fileURLToPath(new URL('FlinkReader.java', import.meta.url))
    const text = execFileSync('java', ['-cp', classpath, program, file, `${ROUNDS}`], { encoding: 'utf8' })
    return speed(text.trim().split('\n').map(Number))
  } finally {
    await rm(directory, { recursive: true })
  }
}

function speed(timesMs: number[]): Speed {
  const [best = 0, ...rest] = timesMs.slice(COLD).toSorted((a, b) => a - b)
  return { best, median: rest[rest.length >> 1] ?? best, cold: timesMs[0] ?? 0 }
}

function largeSnapshot(): Snapshot {
  const operators = Array.from({ length: OPERATORS }, (_, operator) => largeOperator(operator))
  return { version: 6, checkpointId: 4711, masters: [], operators, properties: 'null' }
}

function largeOperator(operator: number): OperatorState {
  const shape = { id: hex(operator, 32), name: `operator ${operator}`, uid: `uid-${operator}`, parallelism: SUBTASKS, maxParallelism: 1024 }
  const subtasks = Array.from({ length: SUBTASKS }, (_, index) => ({ index, state: largeSubtask(operator * SUBTASKS + index) }))
  return { ...shape, coordinator: { tag: 0 }, subtasks }
}

function largeSubtask(subtask: number): SubtaskState {
  const file = (name: string, number: number): Local => ({
    name,
    stream: { tag: 2, size: 1_000_000 + number, path: `${ROOT}/shared/${uuid(subtask * 100 + number)}` },
  })
  const shared = Array.from({ length: SHARED_FILES }, (_, number) => file(`${String(number).padStart(6, '0')}.sst`, number))
  const own = Array.from({ length: PRIVATE_FILES }, (_, number) => file(`MANIFEST-${number}`, SHARED_FILES + number))
  const meta = { tag: 6, name: uuid(subtask * 100 + 99), size: 4096 } as const
  const managedKeyed = { tag: 11, backend: uuid(subtask), first: 0, groups: 4, meta, shared, private: own } as const
  return { managedKeyed, rawKeyed: { tag: 0 }, input: [], output: [] }
}

/** Distinct and evenly spread, as random ones are. */
function uuid(number: number): string {
  const text = hex(Math.imul(number + 1, 0x9e3779b1) >>> 0, 8)
  return `${text}-${hex(number, 4).slice(-4)}-4abc-8def-${hex(number, 12)}`
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0')
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) console.log((await benchMetadata()).join('\n'))
