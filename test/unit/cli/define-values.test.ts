import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readDefines } from '../../../src/lib/cli/define-values.js'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'flinkops-defines-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

async function fileOf(text: string): Promise<string> {
  const path = join(dir, 'values.env')
  await writeFile(path, text)
  return path
}

async function valuesOf(text: string): Promise<Record<string, string>> {
  const { values } = await readDefines({ flags: [], file: await fileOf(text), kept: {} })
  return Object.fromEntries([...values].map(([name, { value }]) => [name, value]))
}

describe('a file of values', () => {
  it.each([
    ['by line', 'A=1\nB = two words \n\n# A=none\n  # B=none\nC=\n', { A: '1', B: 'two words', C: '' }],
    ['with quotes and = as they are', "A='x'\nB=y=z==\n", { A: "'x'", B: 'y=z==' }],
    ['as Windows writes it', '\uFEFFA=1\r\nB=2\r\n', { A: '1', B: '2' }],
    ['as JSON', ' {"A": "x\\ny", "db.port": 5432, "B": true}', { A: 'x\ny', 'db.port': '5432', B: 'true' }],
    ['with nothing in it', '', {}],
  ])('is read %s', async (_, text, values) => {
    expect(await valuesOf(text)).toEqual(values)
  })

  it.each([
    ['a line without =', 'A=1\nMARKED', 'line 2 is not of the form NAME=value'],
    ['a line without a name', '=MARKED', 'line 1 is not'],
    ['a name that is none', 'A B=MARKED', 'line 1 is not'],
    ['a name twice', 'A=1\nA=MARKED', 'line 2 gives A a second value'],
    ['JSON that is torn', '{"A": "MARKED', 'begins as JSON'],
    ['a map in JSON', '{"A": {"B": "MARKED"}}', 'the value of A is neither'],
    ['a name in JSON that is none', '{"MARKED x": "1"}', 'cannot be the name of a variable'],
    ['far too much', 'A=MARKED\n'.repeat(200_000), 'longer than 1 MiB'],
  ])('is refused with %s, and the value is not shown: exit 2', async (_, text, words) => {
    const error = await valuesOf(text).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ exitCode: 2, message: expect.stringContaining(words) })
    expect(String(error)).not.toContain('MARKED')
  })

  it('that is not there is exit 5, and names the path', async () => {
    const file = join(dir, 'none.env')
    const error = await readDefines({ flags: [], file, kept: {} }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ exitCode: 5, code: 'DEFINE_FILE_NOT_FOUND', message: expect.stringContaining(file) })
  })

  it('gives back any value that is one trimmed line', async () => {
    const value = fc.string().filter((text) => text.trim() === text && !/[\r\n]/.test(text))
    const property = fc.asyncProperty(value, async (text) => {
      expect(await valuesOf(`A=${text}\n`)).toEqual({ A: text })
    })
    await fc.assert(property, { numRuns: 50 })
  })

  it('that is a pipe is not remembered, and is read once for all jobs', async () => {
    const pipe = join(dir, 'pipe')
    execFileSync('sh', ['-c', 'mkfifo "$0"', pipe])
    const [read] = await Promise.all([readDefines({ flags: [], file: pipe, kept: {} }), writeFile(pipe, 'A=once\n')])
    expect(read).toEqual({ values: new Map([['A', { value: 'once', from: 'pipe' }]]), file: null })
    expect(await readDefines({ flags: [], file: pipe, kept: {} })).toEqual(read)
  })
})

describe('values of several sources', () => {
  it('are a flag before a file before what is written down', async () => {
    const file = await fileOf('A=file\nB=file\n')
    const { values } = await readDefines({ flags: ['A=flag'], file, kept: { A: 'kept', B: 'kept', C: 'kept' } })
    expect(Object.fromEntries(values)).toEqual({
      A: { value: 'flag', from: 'flag' },
      B: { value: 'file', from: 'file' },
      C: { value: 'kept', from: 'journal' },
    })
  })

  it.each(['MARKED', '=MARKED', 'DB:MARKED', '1=MARKED'])('refuse --define %s without repeating it: exit 2', async (text) => {
    const error = await readDefines({ flags: [text], file: null, kept: {} }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ exitCode: 2, message: expect.stringContaining('NAME=value') })
    expect(String(error)).not.toContain('MARKED')
  })
})
