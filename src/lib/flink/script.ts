import { usageError } from '../errors.js'
import type { SqlStatement } from '../ports.js'
import { cutPieces, type Piece } from './script-lexer.js'

/** Statements of sql-client itself; they mean nothing to a gateway. */
const CLIENT_WORDS = new Set(['CLEAR', 'HELP'])
const CLIENT_ENDS = new Set(['QUIT', 'EXIT'])

/**
 * Splits a SQL script into the statements a gateway takes one by one. `... STATEMENT SET BEGIN ...; END` is one statement, the
 * older `BEGIN STATEMENT SET; ...; END;` several, of which `END` starts the job. `${VAR}` is left alone: nothing substitutes it.
 */
export function splitScript(script: string): SqlStatement[] {
  const text = script.replace(/^\uFEFF/, '')
  const statements: SqlStatement[] = []
  let setOpenedAt: number | null = null
  for (const piece of joinBlocks(beforeQuit(cutPieces(text)))) {
    const isEnd = setOpenedAt !== null && soleWord(piece) === 'END'
    const starts = isEnd || (setOpenedAt === null && startsJob(piece.words))
    statements.push({ text: text.slice(piece.start, piece.end), line: piece.line, startsJob: starts })
    if (isEnd) setOpenedAt = null
    else if (piece.words.join(' ') === 'BEGIN STATEMENT SET') setOpenedAt = piece.line
  }
  if (setOpenedAt !== null) throw usageError(`The statement set on line ${setOpenedAt} has no END`)
  return statements
}

function beforeQuit(pieces: Piece[]): Piece[] {
  const quit = pieces.findIndex((piece) => CLIENT_ENDS.has(soleWord(piece)))
  return (quit < 0 ? pieces : pieces.slice(0, quit)).filter((piece) => !CLIENT_WORDS.has(soleWord(piece)))
}

/** The pieces of a block, from `STATEMENT SET BEGIN` to `END`, as one. */
function joinBlocks(pieces: Piece[]): Piece[] {
  const joined: Piece[] = []
  let block: Piece | null = null
  for (const piece of pieces) {
    if (block === null) joined.push(piece)
    else block.end = piece.end
    if (block === null && opensBlock(piece)) block = piece
    else if (soleWord(piece) === 'END') block = null
  }
  if (block !== null) throw usageError(`The statement set on line ${block.line} has no END`)
  return joined
}

function soleWord(piece: Piece): string {
  return piece.words.length === 1 ? (piece.words[0] ?? '') : ''
}

/** EXECUTE, EXPLAIN and COMPILE forms of a statement set. */
function opensBlock(piece: Piece): boolean {
  return / STATEMENT SET BEGIN( |$)/.test(piece.words.join(' '))
}

/** By first words; `CREATE TABLE ... AS` runs a job too, a materialized table's refresh is the gateway's own affair. */
function startsJob(words: string[]): boolean {
  const text = words.join(' ')
  if (/^(?:INSERT|UPSERT|UPDATE|DELETE)\b/.test(text)) return true
  if (/^EXECUTE (?:STATEMENT SET|PLAN|INSERT)\b/.test(text) || /^COMPILE AND EXECUTE PLAN\b/.test(text)) return true
  return /^(?:CREATE(?: OR REPLACE)?|REPLACE)(?: TEMPORARY)? TABLE\b.* AS\b/.test(text)
}
