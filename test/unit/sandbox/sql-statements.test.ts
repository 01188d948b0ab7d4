import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { ORDERS_ENRICH, SALES_PIPELINE } from '../../../sandbox/jobs.js'
import { sqlStatements } from '../../../sandbox/sql-statements.js'

test('statements end at semicolons, the last one may do without', () => {
  expect(sqlStatements("SET 'a' = 'b';\nSELECT 1")).toEqual(["SET 'a' = 'b'", 'SELECT 1'])
})

test('a semicolon in a string, a quoted name or a comment ends nothing', () => {
  const script = "INSERT INTO `a;b` SELECT 'it''s; so' -- no; end\nFROM t /* nor; here */;"
  expect(sqlStatements(script)).toEqual(["INSERT INTO `a;b` SELECT 'it''s; so' \nFROM t"])
})

test('a script of comments and blanks has no statements', () => {
  expect(sqlStatements('-- nothing\n;;\n /* at all */ ;')).toEqual([])
})

test.each([SALES_PIPELINE, ORDERS_ENRICH])('%s names its job and ends with one INSERT', async (file) => {
  const statements = sqlStatements(await readFile(file, 'utf8'))
  expect(statements[0]).toMatch(/^SET 'pipeline.name' = '/)
  expect(statements.filter((statement) => statement.startsWith('INSERT'))).toHaveLength(1)
  expect(statements.at(-1)).toMatch(/^INSERT/)
})
