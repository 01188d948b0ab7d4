import type { Metadata } from '../types.js'
import { Cursor } from './cursor.js'
import { readMasterState } from './master-state.js'
import { readOperatorState } from './operator-state.js'
import { formatOffset, type MetadataProblem, UnreadableMetadata } from './problem.js'
import { readProperties } from './properties.js'
import { type Layout, Reading } from './reading.js'

export type MetadataResult = { ok: true; metadata: Metadata } | { ok: false; problem: MetadataProblem }

type Attempt = MetadataResult & { dialects: Reading['dialects'] }

const MAGIC = 0x4960672d
const HEADER_BYTES = 8

/**
 * Reads Flink's `_metadata`, format versions 2 (Flink 1.3) to 6 (Flink 2.1 to 2.3): every use of a stored file, or why the file cannot
 * be trusted to name them all. Does what Flink's `Checkpoints.loadCheckpointMetadata` does, and refuses more: whoever deletes by this
 * answer must not act on a half-understood file. What Flink takes but never writes is read too, and told in `oddities`: to be shown, not
 * to be acted upon.
 */
export function parseMetadata(bytes: Uint8Array): MetadataResult {
  const problem = checkHeader(bytes)
  if (problem) return { ok: false, problem }
  const formatVersion = new Cursor(bytes, 4).i32()
  const usual = attempt(bytes, { formatVersion, writer: 'usual' })
  return formatVersion === 3 ? resolveDialect(bytes, usual) : result(usual)
}

function checkHeader(bytes: Uint8Array): MetadataProblem | null {
  if (bytes.length === 0) return { kind: 'empty', message: 'the file is empty: it is still being written, or its writer died', offset: 0 }
  if (bytes.length < 4 || new Cursor(bytes).i32() !== MAGIC)
    return { kind: 'notMetadata', message: "the file does not begin like Flink's _metadata", offset: 0 }
  if (bytes.length < HEADER_BYTES) return { kind: 'corrupt', message: 'the file ends inside its header, at byte 4', offset: 4 }
  const version = new Cursor(bytes, 4).i32()
  if (version >= 2 && version <= 6) return null
  const message = `format version ${version} of _metadata is not supported, only 2 (Flink 1.3) to 6 (Flink 2.1 to 2.3)`
  return { kind: 'unsupportedVersion', message, offset: 4 }
}

/**
 * Version 3 was written in three dialects that nothing in the file names. Having no trailer, it must end with its last operator:
 * a dialect that does not apply misses that end. The file is taken only when exactly one reading fits; dialects whose
 * peculiarity does not occur in the file are no readings of their own.
 */
function resolveDialect(bytes: Uint8Array, usual: Attempt): MetadataResult {
  const fitting = usual.ok ? [usual] : []
  for (const [writer, peculiarity] of [
    ['1.11', 'channel'],
    ['1.14', 'changelog'],
  ] as const) {
    if (!usual.dialects[peculiarity]) continue
    const other = attempt(bytes, { formatVersion: 3, writer })
    if (other.ok) fitting.push(other)
  }
  if (fitting.length === 0) return result(usual)
  // Flink wrote no oddities, so a reading that meets none stands for the file, whatever others make of it.
  const plain = fitting.filter((one) => one.ok && one.metadata.oddities.length === 0)
  const [only, ...others] = plain.length > 0 ? plain : fitting
  if (only && others.length === 0) return result(only)
  const message = 'the file can be read in more than one way, as if written by different versions of Flink'
  return { ok: false, problem: { kind: 'corrupt', message, offset: HEADER_BYTES } }
}

function attempt(bytes: Uint8Array, layout: Layout): Attempt {
  const reading = new Reading(new Cursor(bytes, HEADER_BYTES), layout)
  try {
    return { ok: true, metadata: readBody(reading), dialects: reading.dialects }
  } catch (error) {
    if (!(error instanceof UnreadableMetadata)) throw error
    return { ok: false, problem: describe(error, reading), dialects: reading.dialects }
  }
}

function readBody(reading: Reading): Metadata {
  const { cursor, layout } = reading
  const checkpointId = cursor.i64()
  if (checkpointId < 0n) cursor.fail(`impossible checkpoint id ${checkpointId}`, HEADER_BYTES)
  const masterStates = cursor.count('number of master states', 8)
  for (let state = 0; state < masterStates; state++) readMasterState(reading)
  const operators = cursor.count('number of operators', 24)
  for (let operator = 0; operator < operators; operator++) readOperatorState(reading)
  const properties = layout.formatVersion >= 4 ? readProperties(cursor) : { snapshotType: null, savepointFormat: null }
  // Flink overlooks what follows the properties. A whole `_metadata` has nothing there, so it is not one.
  if (cursor.remaining > 0) cursor.fail(`${cursor.remaining} bytes too many`)
  const { references, keyGroups, inlineBytes, features, oddities } = reading
  return {
    formatVersion: layout.formatVersion,
    checkpointId,
    operators: reading.operators,
    stateful: reading.stateful,
    references,
    keyGroups,
    inlineBytes,
    ...properties,
    features,
    oddities,
  }
}

function describe(error: UnreadableMetadata, reading: Reading): MetadataProblem {
  const { operatorId, subtask } = reading
  const place = operatorId === '' ? '' : ` (operator ${operatorId}${subtask < 0 ? '' : `, subtask ${subtask}`})`
  const message = `${error.message} at byte ${formatOffset(error.offset)}${place}`
  return { kind: 'corrupt', message, offset: error.offset }
}

function result(attempted: Attempt): MetadataResult {
  return attempted.ok ? { ok: true, metadata: attempted.metadata } : { ok: false, problem: attempted.problem }
}
