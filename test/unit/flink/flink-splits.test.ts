import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { splitScript } from '../../../src/lib/flink/script.js'
import { REAL_SCRIPTS } from '../../support/real-scripts.js'

/** What real Flinks made of each script: see `scripts/record-flink-splits.ts`. */
type Recording = Record<string, Record<string, { statements: string[]; error: string | null }>>
const RECORDED = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'support', 'recorded', 'flink-splits.json'), 'utf8'),
) as Recording

/** Only blanks, comments and semicolons, which a statement may carry along. */
const NOTHING = /^(?:\s|;|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*$/

/** The client gives all lines the same end. */
function isSame(theirsAsCame: string, oursAsCame: string): boolean {
  const [theirs, ours] = [theirsAsCame, oursAsCame].map((text) => text.replaceAll('\r\n', '\n')) as [string, string]
  const at = theirs.indexOf(ours)
  return at >= 0 && NOTHING.test(theirs.slice(0, at)) && NOTHING.test(theirs.slice(at + ours.length))
}

function scriptOf(name: string): string {
  return REAL_SCRIPTS.find((one) => one.name === name)?.script ?? ''
}

const ALL = Object.entries(RECORDED).flatMap(([by, splits]) => Object.keys(splits).map((name) => ({ by, name })))

/** Where Flink's own client, which reads line by line, does not execute what is written, and why. */
const CLIENT_GOES_ASTRAY: Record<string, string> = {
  'no last semicolon, a comment behind the last statement': 'it puts the missing semicolon into the comment, and leaves the statement out',
  'semicolons and quotes in comments':
    'before a comment on the same line a semicolon ends nothing: two statements are sent as one, and refused',
  'words of other alphabets': 'the same',
  'two statements on one line': 'they are sent as one, and refused',
  'a statement that begins on the line where another ends': 'they are sent as one, and refused',
  'empty statements': 'they are sent, and refused',
  'a BOM': 'it executes nothing',
}

/** The same of the script executor, Flink 2 in application mode. */
const EXECUTOR_GOES_ASTRAY: Record<string, string> = {
  'a comment of // that holds a semicolon': 'its parser knows such comments, its splitter does not: it cuts there, and fails',
  'commands of the client': 'it has none, and fails',
  'a BOM': 'it fails',
}

const isAstray = ({ by, name }: (typeof ALL)[number]) => name in (by.startsWith('client') ? CLIENT_GOES_ASTRAY : EXECUTOR_GOES_ASTRAY)

/** The client tries a statement set at each semicolon that ends a line, and reads on when the gateway calls it incomplete. */
function withoutAttempts(statements: string[]): string[] {
  return statements.filter((one, at) => statements[at + 1]?.startsWith(one) !== true)
}

function compare({ by, name }: (typeof ALL)[number]): { ours: string[]; isAlike: boolean } {
  const theirs = withoutAttempts(RECORDED[by]?.[name]?.statements ?? [])
  const ours = splitScript(scriptOf(name)).map(({ text }) => text)
  return { ours, isAlike: theirs.length === ours.length && ours.every((text, at) => isSame(theirs[at] ?? '', text)) }
}

describe('the statements of a script', () => {
  it.each(ALL.filter((one) => !isAstray(one)))('are those that Flink executes: $by, $name', (one) => {
    expect(compare(one)).toMatchObject({ isAlike: true })
  })

  it.each(ALL.filter(isAstray))('are those that are written, where Flink executes others: $by, $name', (one) => {
    expect(compare(one)).toMatchObject({ isAlike: false })
  })

  it('are recorded of every script', () => {
    for (const splits of Object.values(RECORDED)) expect(Object.keys(splits)).toEqual(REAL_SCRIPTS.map(({ name }) => name))
  })

  it('are as they are written where Flink goes astray', () => {
    const sizes = Object.fromEntries(
      Object.keys({ ...CLIENT_GOES_ASTRAY, ...EXECUTOR_GOES_ASTRAY }).map((name) => [name, splitScript(scriptOf(name)).length]),
    )
    expect(sizes).toEqual({
      'no last semicolon, a comment behind the last statement': 3,
      'semicolons and quotes in comments': 2,
      'words of other alphabets': 2,
      'two statements on one line': 2,
      'a statement that begins on the line where another ends': 2,
      'empty statements': 2,
      'a BOM': 2,
      'a comment of // that holds a semicolon': 2,
      'commands of the client': 1,
    })
  })
})
