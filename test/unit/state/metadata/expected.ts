import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** One line of EXPECTED.jsonl: what Flink's own classes say about one file. Fields that only some lines have are optional. */
export interface Expected {
  file: string
  /** `GenLegacy`: the program that wrote the file tells, since no newer Flink reads it. It names no operators. */
  truth?: 'RefDump' | 'GenLegacy'
  error?: string
  version: number
  checkpointId: number | string
  properties?: { savepoint: boolean; formatType?: string } | null
  operators?: ExpectedOperator[]
  references?: ExpectedHandle[]
  totals?: { inlineBytes: number; fileBytes: number | string; handles: number; distinctPaths: number }
}

interface ExpectedOperator {
  operatorId: string
  uid: string | null
  name: string | null
  parallelism: number
  maxParallelism: number
  subtaskStates: number
  finishedSubtasks: number[]
  finished: boolean
}

export interface ExpectedHandle {
  kind: string
  path: string | null
  relative: string | null
  /** Text where a double would round it. */
  size: number | string
  scope: string
  shared: boolean
  operatorId?: string | null
  subtask?: number | null
  via?: string[]
  offset?: number | string
  length?: number | string
}

/** The fixtures lie beside the repository, since they are large. */
const FIXTURES = fileURLToPath(new URL('../../../../../shared/fixtures/flink-metadata/', import.meta.url))

export function readFixture(file: string): Uint8Array {
  return readFileSync(FIXTURES + file)
}

/** The lines of one folder's EXPECTED.jsonl, file names made relative to the fixtures; none, with a word why, when it is not there. */
export function readExpected(folder: '' | 'generated/'): Expected[] {
  const list = `${FIXTURES}${folder}EXPECTED.jsonl`
  if (!existsSync(list)) {
    console.log(`skipped: no _metadata fixtures at ${list}`)
    return []
  }
  const lines = readFileSync(list, 'utf8').trim().split('\n')
  return lines.map((line) => {
    const expected: Expected = JSON.parse(line)
    return { ...expected, file: folder + expected.file }
  })
}
