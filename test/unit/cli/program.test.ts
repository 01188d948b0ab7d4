import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readPrograms } from '../../../src/lib/cli/program.js'
import type { ProgramFlags } from '../../../src/lib/cli/read-spec.js'
import { resolveConfig } from '../../../src/lib/config/resolve.js'
import type { Program } from '../../../src/lib/operations/program.js'
import type { StartedJob } from '../../../src/lib/ports-started.js'
import { startsInMemory } from '../../support/programs.js'

let dir: string
let notices: string[]
let starts: ReturnType<typeof startsInMemory>

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'flinkops-program-'))
  notices = []
  starts = startsInMemory()
  await mkdir(join(dir, 'sql'))
  await save('sql/sales.sql', "SET 'pipeline.name' = 'sales';\nINSERT INTO a SELECT 1;")
  await save(
    'sql/shop.sql',
    "SET 'pipeline.name' = 'orders';\nINSERT INTO a SELECT 1;\nSET 'pipeline.name' = 'buyers';\nINSERT INTO b SELECT 1;",
  )
  await save('enrich.jar', 'a jar')
  await save(
    'flinkops.yaml',
    `contexts:
  c:
    jobs:
      sales_pipeline: {script: sql/sales.sql}
      shop: {script: sql/shop.sql}
      buyers: {script: sql/shop.sql}
      enrich: {jar: enrich.jar, entryClass: com.acme.Enrich, args: [--env, prod], parallelism: 4}
      lost: {script: sql/lost.sql}
`,
  )
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const save = (name: string, text: string) => writeFile(join(dir, name), text)

async function read(text: string, flags: ProgramFlags = {}): Promise<Program[]> {
  // From another directory: relative paths are those of the file.
  const config = await resolveConfig({ flags: { config: join(dir, 'flinkops.yaml') }, env: {}, cwd: '/' })
  const context = { config, starts, signal: new AbortController().signal }
  return readPrograms({ text, context, flags, onNotice: (notice) => notices.push(notice) })
}

const names = (programs: Program[]) => programs.map((program) => program.names)

/** Remembers a program as if it had been started. */
function remember(program: Program | undefined, parts: Partial<StartedJob> = {}): void {
  if (program === undefined) throw new Error('no program')
  starts.jobs.push({
    ...program.memory,
    jobId: 'a'.repeat(32),
    name: program.names[0] ?? null,
    restoredFrom: null,
    startedAtMs: 0,
    ...parts,
  })
}

describe('what to start', () => {
  it('is a name under jobs:, its paths taken from where flinkops.yaml lies', async () => {
    const [sales] = await read('sales_pipeline')
    expect(sales).toMatchObject({
      title: 'sales',
      names: ['sales'],
      memory: { kind: 'script', path: join(dir, 'sql/sales.sql'), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    })
    expect(await read('enrich')).toMatchObject([
      {
        names: ['enrich'],
        source: { kind: 'jar', path: join(dir, 'enrich.jar'), entryClass: 'com.acme.Enrich', args: ['--env', 'prod'], parallelism: 4 },
      },
    ])
  })

  it('is a script with all its jobs, or by the name of one of them that one alone', async () => {
    expect(names(await read('shop'))).toEqual([['orders'], ['buyers']])
    expect(names(await read(join(dir, 'sql/shop.sql')))).toEqual([['orders'], ['buyers']])
    expect(names(await read('buyers'))).toEqual([['buyers']])
    expect(names(await read('orders'))).toEqual([['orders']])
  })

  it('is a jar with what the flags say; they outweigh flinkops.yaml', async () => {
    const flags = { 'entry-class': 'A', arg: ['x'], parallelism: 2, 'job-name': 'mine' }
    const expected = [{ names: ['mine'], source: { kind: 'jar', entryClass: 'A', args: ['x'], parallelism: 2 } }]
    expect(await read(join(dir, 'enrich.jar'), flags)).toMatchObject(expected)
    expect(await read('enrich', flags)).toMatchObject(expected)
    expect(names(await read(join(dir, 'enrich.jar')))).toEqual([[]])
  })

  it('has its variables put in, and says of one that is nowhere', async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the script
    await save('v.sql', "SET 'pipeline.name' = '${NAME}';\nINSERT INTO a SELECT ${OTHER};")
    const [program] = await read(join(dir, 'v.sql'), { define: ['NAME=a=b', 'NONE=1'] })
    expect(program).toMatchObject({ names: ['a=b'], memory: { defines: { NAME: 'a=b', NONE: '1' } } })
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the script
    expect(program?.source).toMatchObject({ statements: [{}, { text: 'INSERT INTO a SELECT ${OTHER}' }] })
    expect(notices).toEqual([expect.stringContaining('--define NONE')])
  })

  it.each([
    ['nothing at all', 'nowhere', {}, 5, 'PROGRAM_NOT_FOUND', 'sales_pipeline, shop'],
    ['a script that is gone', 'lost', {}, 5, 'SCRIPT_NOT_FOUND', 'lost.sql'],
    ['a jar that is gone', 'gone.jar', {}, 5, 'JAR_NOT_READABLE', 'gone.jar'],
    ['arguments for a script', 'shop', { arg: ['x'] }, 2, 'USAGE', '--arg goes with a jar'],
    ['variables for a jar', 'enrich', { define: ['A=b'] }, 2, 'USAGE', '--define goes with a script'],
    ['a variable without a value', 'shop', { define: ['A'] }, 2, 'USAGE', 'NAME=value'],
  ])('is not %s', async (_, text, flags, exitCode, code, words) => {
    const error = await read(text, flags).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ exitCode, code })
    expect(JSON.stringify(error) + String(error)).toContain(words)
  })

  it('is no script of which two jobs have the same name', async () => {
    await save('twice.sql', "SET 'pipeline.name' = 'one';\nINSERT INTO a SELECT 1;\nINSERT INTO b SELECT 1;")
    await expect(read(join(dir, 'twice.sql'))).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('same name, one (lines 2, 3)'),
    })
  })
})

describe('a job that was started before', () => {
  it('is known by its name or its job id, with its variables; of several jobs it is the one', async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the script
    await save('x.sql', "SET 'pipeline.name' = 'x';INSERT INTO a SELECT '${A}';SET 'pipeline.name' = 'y';INSERT INTO a SELECT 2;")
    remember((await read(join(dir, 'x.sql'), { define: ['A=1'] }))[0])
    for (const text of ['x', 'a'.repeat(32)]) {
      const [program, second] = await read(text)
      expect(program).toMatchObject({ names: ['x'], source: { statements: [{}, { text: "INSERT INTO a SELECT '1'" }] } })
      expect(second).toBeUndefined()
    }
    expect(notices).toEqual([])
  })

  it('is known by what was started last under its name', async () => {
    remember((await read(join(dir, 'enrich.jar'), { arg: ['old'] }))[0], { name: 'mine', jobId: 'a'.repeat(32) })
    remember((await read(join(dir, 'enrich.jar'), { arg: ['new'] }))[0], { name: 'mine', jobId: 'b'.repeat(32), startedAtMs: 1 })
    expect(await read('mine')).toMatchObject([{ names: ['mine'], source: { args: ['new'] } }])
  })

  it('tells what its jar called it, for the same arguments alone', async () => {
    remember((await read(join(dir, 'enrich.jar'), { arg: ['a'] }))[0], { name: 'mine' })
    expect(names(await read(join(dir, 'enrich.jar'), { arg: ['a'] }))).toEqual([['mine']])
    expect(names(await read(join(dir, 'enrich.jar'), { arg: ['b'] }))).toEqual([[]])
  })

  it('says that its file has changed, and goes on', async () => {
    remember((await read('sales_pipeline'))[0])
    await save('sql/sales.sql', "SET 'pipeline.name' = 'sales';\nINSERT INTO a SELECT 2;")
    expect(await read('sales')).toMatchObject([{ source: { statements: [{}, { text: 'INSERT INTO a SELECT 2' }] } }])
    expect(notices).toEqual([expect.stringMatching(/sales\.sql on 1970-.*; the file has changed since then/)])
  })

  it.each([
    ['its file is gone', (path: string) => rm(path), 'is not there any more'],
    [
      'its script has no job of its name',
      (path: string) => writeFile(path, "SET 'pipeline.name' = 'other';INSERT INTO a SELECT 1"),
      'no job of this name any more',
    ],
  ])('is not found when %s: exit 5', async (_, change, words) => {
    await save('once.sql', "SET 'pipeline.name' = 'once';INSERT INTO a SELECT 1")
    remember((await read(join(dir, 'once.sql')))[0])
    await change(join(dir, 'once.sql'))
    await expect(read('once')).rejects.toMatchObject({ code: 'PROGRAM_GONE', exitCode: 5, message: expect.stringContaining(words) })
  })
})

describe('what looks like a credential', () => {
  it.each([[['--password', 'x']], [['--db.password=x']], [['https://a/b?sig=abc']], [['AccountKey=abc;']]])(
    'is not written down: %j',
    async (arg) => {
      const [program] = await read(join(dir, 'enrich.jar'), { arg })
      expect(program?.memory.args).toBeNull()
      expect(program?.source).toMatchObject({ args: arg })
      remember(program, { name: 'mine' })
      await expect(read('mine')).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining('looks like a credential') })
      expect(await read('mine', { arg })).toHaveLength(1)
    },
  )

  it('is asked for again of a script', async () => {
    const path = join(dir, 'sql/sales.sql')
    const define = ['DB_PASSWORD=x']
    const [program] = await read(path, { define })
    expect(program?.memory.defines).toBeNull()
    remember(program)
    await expect(read('sales')).rejects.toMatchObject({ exitCode: 2, suggestions: [expect.stringContaining('--define')] })
    expect(await read('sales', { define })).toHaveLength(1)
  })
})
