import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EXIT } from '../../../src/lib/errors.js'
import { splitScript } from '../../../src/lib/flink/script.js'
import { settingOf } from '../../../src/lib/flink/script-settings.js'

const texts = (script: string) => splitScript(script).map(({ text }) => text)
const jobLines = (script: string) => splitScript(script).flatMap(({ line, startsJob }) => (startsJob ? [line] : []))

describe('splitting a script', () => {
  it.each([
    ['two on one line', 'SELECT 1; SELECT 2', ['SELECT 1', 'SELECT 2']],
    ['an empty script', ' \n;;\n-- nothing\n;/* */', []],
    ['a semicolon in a string', "SET 'a' = 'x;''y;';SELECT 1;", ["SET 'a' = 'x;''y;'", 'SELECT 1']],
    ['a semicolon in backticks and double quotes', 'SELECT `a;``b`, "c;d"; X', ['SELECT `a;``b`, "c;d"', 'X']],
    ['semicolons and quotes in comments', "A -- it's; \nB /* it's; */ C;D", ["A -- it's; \nB /* it's; */ C", 'D']],
    ['comments around statements', '-- head\nA; -- tail\n/* x */ B -- end', ['A', 'B']],
    ['a hint at the end', "SELECT * FROM t /*+ OPTIONS('a'='b;*/') */;B", ["SELECT * FROM t /*+ OPTIONS('a'='b;*/') */", 'B']],
    ['a hint without its semicolon', 'SELECT * FROM t /*+ X(y) */', ['SELECT * FROM t /*+ X(y) */']],
    ['CRLF and a BOM', '\uFEFFA;\r\n-- c\r\nB;\r\n', ['A', 'B']],
    ['a division', 'SELECT 1/2;', ['SELECT 1/2']],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the script, left alone
    ['a variable', 'SELECT ${A;B}', ['SELECT ${A', 'B}']],
    ['ADD JAR and EXPLAIN', "ADD JAR '/x.jar'; EXPLAIN SELECT 1;", ["ADD JAR '/x.jar'", 'EXPLAIN SELECT 1']],
    ['a URI without quotes', 'SET a = wasbs://c@a/x;\nB // c;\n;C', ['SET a = wasbs://c@a/x', 'B', 'C']],
    ['commands of the client', 'HELP; A; QUIT; B;', ['A']],
  ])('%s', (_, script, expected) => {
    expect(texts(script)).toEqual(expected)
  })

  it('keeps a statement set whole', () => {
    const set =
      'EXECUTE STATEMENT SET\nBEGIN\n  INSERT INTO a SELECT CASE x WHEN 1 THEN 2 END FROM b; -- one;\n  INSERT INTO c SELECT 1;\nEND'
    expect(splitScript(`SET 'a'='b';\n${set};\nSELECT 1;`)).toEqual([
      { text: "SET 'a'='b'", line: 1, startsJob: false },
      { text: set, line: 2, startsJob: true },
      { text: 'SELECT 1', line: 7, startsJob: false },
    ])
    expect(texts(set)).toEqual([set])
  })

  it('takes BEGIN STATEMENT SET as several, of which END starts the job', () => {
    const script = 'BEGIN STATEMENT SET;\nINSERT INTO a SELECT 1;\nINSERT INTO b SELECT 2;\nEND;\nINSERT INTO c SELECT 3;'
    expect(texts(script)).toHaveLength(5)
    expect(jobLines(script)).toEqual([4, 5])
  })

  it.each([
    ['INSERT INTO a SELECT 1', true],
    ['insert overwrite a select 1', true],
    ['-- c\nINSERT INTO a VALUES (1)', true],
    ["EXECUTE PLAN 'file:///p'", true],
    ["COMPILE AND EXECUTE PLAN 'p' FOR INSERT INTO a SELECT 1", true],
    ["COMPILE PLAN 'p' FOR INSERT INTO a SELECT 1", false],
    ["CREATE TABLE a WITH ('x'='y') AS SELECT 1 AS b", true],
    ['CREATE OR REPLACE TABLE a AS SELECT 1', true],
    ["CREATE TABLE a (p AS PROCTIME(), WATERMARK FOR t AS t) WITH ('x'='y')", false],
    ['CREATE VIEW v AS SELECT 1', false],
    ["CREATE FUNCTION f AS 'a.B'", false],
    ['EXPLAIN INSERT INTO a SELECT 1', false],
    ['EXPLAIN STATEMENT SET BEGIN INSERT INTO a SELECT 1; END', false],
    ['SELECT 1', false],
    ['INSERTED', false],
  ])('%s starts a job: %s', (text, startsJob) => {
    const statements = splitScript(text)
    expect(statements).toHaveLength(1)
    expect(statements[0]?.startsJob).toBe(startsJob)
  })

  it.each([
    ["A;\nSELECT 'x", 'single quote on line 2'],
    ['A;\n\n/* x', 'comment on line 3'],
    ['`x', 'backtick on line 1'],
    ['"x', 'double quote on line 1'],
    ['A;\nEXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1;', 'statement set on line 2 has no END'],
    ['BEGIN STATEMENT SET; INSERT INTO a SELECT 1;', 'statement set on line 1 has no END'],
  ])('%j is bad input that names the line', (script, message) => {
    expect(() => splitScript(script)).toThrow(expect.objectContaining({ message: expect.stringContaining(message), exitCode: EXIT.usage }))
  })

  it('takes a script of megabytes', () => {
    const long = `SET 'a' = '${"it''s ".repeat(300_000)}';\n/* ${'x '.repeat(300_000)} */ SELECT ${'1, '.repeat(100_000)}1`
    expect(splitScript(long).map(({ line }) => line)).toEqual([1, 2])
  })

  it('splits back whatever was put together', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the script, left alone
    const word = fc.constantFrom('SELECT', 'a', 'FROM', 'b1', ',', '(x)', '+', '1.5', '${V}', '<>')
    const body = fc.string({ maxLength: 12 })
    const quoted = fc.oneof(
      body.map((text) => `'${text.replaceAll("'", "''")}'`),
      body.map((text) => `"${text.replaceAll('"', '""')}"`),
      body.map((text) => `\`${text.replaceAll('`', '``')}\``),
    )
    const blank = fc.oneof(
      fc.constantFrom(' ', '\n', '\r\n', '\t'),
      body.map((text) => `-- ${text.replace(/[\r\n]/g, '')}\n`),
      body.map((text) => ` /* ${text.replaceAll('*/', '')} */ `),
    )
    const inner = fc.array(fc.tuple(blank, fc.oneof(word, quoted)), { maxLength: 6 }).map((parts) => parts.flat().join(''))
    const statement = fc.tuple(fc.constantFrom('SELECT', 'SHOW', 'INSERT'), inner).map((parts) => parts.join(''))
    fc.assert(
      fc.property(fc.array(fc.tuple(blank, statement, blank)), fc.boolean(), (parts, isLastClosed) => {
        const script = parts.map(([before, text, after]) => `${before}${text}${after}`).join(';') + (isLastClosed ? ';' : '')
        const split = splitScript(script)
        expect(split.map(({ text }) => text)).toEqual(parts.map(([, text]) => text))
        for (const { text, line } of split)
          expect(
            script
              .split('\n')
              .slice(line - 1)
              .join('\n'),
          ).toContain(text)
      }),
      { numRuns: 500 },
    )
  })
})

describe('settings of a script', () => {
  const name = (script: string) => settingOf(splitScript(script), 'pipeline.name')

  it.each([
    ["SET 'pipeline.name' = 'sales'; INSERT INTO a SELECT 1;", 'sales'],
    ['set pipeline.name = sales;', 'sales'],
    ['SET pipeline.name=wasbs://c@a/x; INSERT INTO a SELECT 1;', 'wasbs://c@a/x'],
    ["SET 'pipeline.name' = 'it''s';", "it's"],
    ["SET 'pipeline.name' = 'a'; SET 'pipeline.name' = 'b'; INSERT INTO a SELECT 1; SET 'pipeline.name' = 'c';", 'b'],
    ["SET 'pipeline.name' = 'a'; RESET 'pipeline.name'; INSERT INTO a SELECT 1;", null],
    ["SET 'pipeline.name' = 'a'; RESET; INSERT INTO a SELECT 1;", null],
    ["SET 'pipeline.name' = 'a'; RESET 'other';", 'a'],
    ["-- SET 'pipeline.name' = 'x';\nSET;", null],
  ])('%s names %s', (script, expected) => {
    expect(name(script)).toBe(expected)
  })

  it('any key can be asked for', () => {
    expect(settingOf(splitScript("SET 'execution.checkpointing.interval' = '10 s';"), 'execution.checkpointing.interval')).toBe('10 s')
  })
})
