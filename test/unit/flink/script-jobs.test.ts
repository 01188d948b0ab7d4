import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitScript } from '../../../src/lib/flink/script.js'
import { jobsOf } from '../../../src/lib/flink/script-jobs.js'
import { cutPieces } from '../../../src/lib/flink/script-lexer.js'

const jobs = (script: string) => jobsOf(splitScript(script))
const names = (script: string) => jobs(script).map((job) => job.name)
const texts = (script: string) => jobs(script).map((job) => job.statements.map(({ text }) => text))
const MAIN = 'default_catalog.default_database'

describe('the jobs of a script', () => {
  it('each have what comes before them, without the other jobs', () => {
    expect(
      texts('CREATE TABLE a (x INT);\nINSERT INTO a SELECT 1;\nCREATE VIEW v AS SELECT 1;\nINSERT INTO a SELECT 2;\nSHOW JOBS;'),
    ).toEqual([
      ['CREATE TABLE a (x INT)', 'INSERT INTO a SELECT 1'],
      ['CREATE TABLE a (x INT)', 'CREATE VIEW v AS SELECT 1', 'INSERT INTO a SELECT 2', 'SHOW JOBS'],
    ])
  })

  it('a lone one has the whole script', () => {
    expect(texts('A;INSERT INTO a SELECT 1;B')).toEqual([['A', 'INSERT INTO a SELECT 1', 'B']])
  })

  it('a statement set of the old form is one, with all its statements', () => {
    const set = ['BEGIN STATEMENT SET', 'INSERT INTO a SELECT 1', 'INSERT INTO b SELECT 2', 'END']
    const found = jobs(`A;${set.join(';')};INSERT INTO c SELECT 3`)
    expect(found.map((job) => job.statements.map(({ text }) => text))).toEqual([
      ['A', ...set],
      ['A', 'INSERT INTO c SELECT 3'],
    ])
    expect(found.map((job) => job.name)).toEqual([`insert-into_${MAIN}.a,${MAIN}.b`, `insert-into_${MAIN}.c`])
  })

  it('a script without INSERT has none', () => {
    expect(jobs("SET 'a' = 'b'; EXPLAIN INSERT INTO a SELECT 1; EXPLAIN STATEMENT SET BEGIN INSERT INTO a SELECT 1; END")).toEqual([])
  })
})

describe('the name of a job', () => {
  it.each([
    ["SET 'pipeline.name' = 'one'; INSERT INTO a SELECT 1; SET 'pipeline.name' = 'two'; INSERT INTO b SELECT 1", ['one', 'two']],
    [
      "SET 'pipeline.name' = 'one'; INSERT INTO a SELECT 1; RESET 'pipeline.name'; INSERT INTO b SELECT 1",
      ['one', `insert-into_${MAIN}.b`],
    ],
    ["INSERT INTO a SELECT 1; SET 'pipeline.name' = 'late'", [`insert-into_${MAIN}.a`]],
    ['insert overwrite `x;y``z` select 1', [`insert-into_${MAIN}.x;y\`z`]],
    ['INSERT INTO db.a SELECT 1', ['insert-into_default_catalog.db.a']],
    ['INSERT INTO /* where? */ c . db . `a` (x) VALUES (1)', ['insert-into_c.db.a']],
    ["INSERT INTO a /*+ OPTIONS('k'='INSERT INTO z') */ SELECT 'INSERT INTO q'", [`insert-into_${MAIN}.a`]],
    [
      'EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 1; INSERT INTO a SELECT 2; END',
      [`insert-into_${MAIN}.a_1,${MAIN}.b,${MAIN}.a_2`],
    ],
    ['USE db; INSERT INTO a SELECT 1', [null]],
    ['USE CATALOG c; INSERT INTO c.db.a SELECT 1', ['insert-into_c.db.a']],
    ["EXECUTE PLAN '/p.json'", [null]],
    ["CREATE TABLE a WITH ('x' = 'y') AS SELECT 1", [null]],
  ])('%s', (script, expected) => {
    expect(names(script)).toEqual(expected)
  })
})

describe('what a script says of its state', () => {
  it.each([
    [
      "SET 'state.checkpoints.dir' = 'wasbs://c@a/cp'; SET 'state.savepoints.dir' = 'wasbs://c@a/sp';",
      ['wasbs://c@a/cp', 'wasbs://c@a/sp'],
    ],
    ["SET 'execution.checkpointing.dir' = 'new'; SET 'state.checkpoints.dir' = 'old';", ['new']],
    ["-- SET 'state.checkpoints.dir' = 'wasbs://c@a/cp';\n", []],
    ["SET 'state.checkpoints.dir' = 'x'; RESET;", []],
  ])('%s', (script, directories) => {
    expect(jobs(`${script}INSERT INTO a SELECT 1`)[0]?.directories).toEqual(directories)
  })

  it.each([
    ["SET 'execution.savepoint.path' = 'p';", 'p'],
    ["SET 'execution.state-recovery.path' = 'p';", 'p'],
    ["SET 'execution.state-recovery.path' = 'p'; RESET 'execution.state-recovery.path';", null],
  ])('%s restores by itself from %s', (script, path) => {
    expect(jobs(`${script}INSERT INTO a SELECT 1`)[0]?.restoresFrom).toBe(path)
  })
})

const GUIDE = join(import.meta.dirname, '../../../../shared/guide/azure-flink-operations-guide.md')
const guide = existsSync(GUIDE) ? readFileSync(GUIDE, 'utf8') : ''
const generated = [...guide.matchAll(/```sql\n([\s\S]*?)```/g)].flatMap(([, text]) => text ?? [])

describe.skipIf(generated.length === 0)("the guide's generated script", () => {
  it('has no job before its INSERT is there, and then one; what is commented out sets nothing', () => {
    const [script = ''] = generated
    expect(splitScript(script).some(({ startsJob }) => startsJob)).toBe(false)
    const [job, second] = jobs(`${script}\nINSERT INTO sales_Totals SELECT 1;`)
    expect(second).toBeUndefined()
    expect(job).toMatchObject({ directories: [], name: `insert-into_${MAIN}.sales_Totals` })
    expect(job?.statements[0]?.text).toBe("SET 'table.exec.source.idle-timeout' = '30s'")
  })

  it('with its directories uncommented names them', () => {
    const directories = generated
      .map((script) => jobs(`${script}\nINSERT INTO a SELECT 1;`)[0]?.directories ?? [])
      .find((found) => found.length > 0)
    expect(directories).toEqual([
      expect.stringMatching(/\/checkpoints\/sales_pipeline$/),
      expect.stringMatching(/\/savepoints\/sales_pipeline$/),
    ])
  })
})

describe('splitting', () => {
  const token = fc.constantFrom(
    ...[
      'INSERT INTO a SELECT 1',
      'BEGIN',
      'x',
      ' ',
      '\n',
      '\r\n',
      ';',
      ';',
      '-- c;\n',
      '// c;\n',
      '/* c; */',
      "'s;'",
      "''''",
      '"d;"',
      '`b;`',
      '(',
      ')',
    ],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the script
    ...['/*+ X(1) */', '${V}', ' - ', ' / ', ' * ', '\t', "'it''s;'", 'é', '\uFEFF', '1.5', '<>'],
  )
  const script = fc.array(token, { maxLength: 40 }).map((parts) => parts.join(''))
  const significant = (text: string) => cutPieces(text).map((piece) => text.slice(piece.start, piece.end))

  it('loses nothing: between statements there are only blanks, comments and semicolons', () => {
    fc.assert(
      fc.property(script, (text) => {
        let at = 0
        for (const piece of cutPieces(text)) {
          expect(significant(text.slice(at, piece.start))).toEqual([])
          at = piece.end
        }
        expect(significant(text.slice(at))).toEqual([])
      }),
      { numRuns: 1000 },
    )
  })

  it('and joining again gives the same statements', () => {
    fc.assert(
      fc.property(script, (text) => {
        const statements = significant(text)
        expect(significant(statements.join(';\n'))).toEqual(statements)
      }),
      { numRuns: 1000 },
    )
  })

  it('no statement splits once more', () => {
    fc.assert(
      fc.property(script, (text) => {
        for (const statement of significant(text)) expect(significant(statement)).toEqual([statement])
      }),
    )
  })

  it('no job of a script has a statement that the script has not, and together they have them all', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('A', 'INSERT INTO a SELECT 1', 'BEGIN STATEMENT SET;INSERT INTO a SELECT 1;END', 'B')),
        (parts) => {
          const whole = splitScript(parts.join(';'))
          const found = jobsOf(whole)
          fc.pre(found.length > 0)
          expect(new Set(found.flatMap((job) => job.statements))).toEqual(new Set(whole))
          for (const job of found) expect(job.statements.filter((one) => one.startsJob)).toHaveLength(1)
        },
      ),
    )
  })
})
