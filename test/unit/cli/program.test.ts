import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readPrograms } from '../../../src/lib/cli/program.js'
import type { ProgramFlags, ReadProgramsInput } from '../../../src/lib/cli/read-spec.js'
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

async function read(text: string, flags: ProgramFlags = {}, more: Pick<ReadProgramsInput, 'forAll' | 'needs'> = {}): Promise<Program[]> {
  // From another directory: relative paths are those of the file.
  const config = await resolveConfig({ flags: { config: join(dir, 'flinkops.yaml') }, env: {}, cwd: '/' })
  const context = { config, starts, signal: new AbortController().signal }
  return readPrograms({ text, context, flags, ...more, onNotice: (notice) => notices.push(notice) })
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
    expect(program).toMatchObject({ names: ['a=b'], memory: { defines: {}, sealed: [{ name: 'NAME' }] } })
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
    remember((await read(join(dir, 'x.sql'), { define: ['A=1'], remember: true }))[0])
    for (const text of ['x', 'a'.repeat(32)]) {
      const [program, second] = await read(text)
      expect(program).toMatchObject({ names: ['x'], source: { statements: [{}, { text: "INSERT INTO a SELECT '1'" }] } })
      expect(second).toBeUndefined()
    }
    expect(notices).toEqual([])
  })

  it('is known by what was started last under its name', async () => {
    remember((await read(join(dir, 'enrich.jar'), { arg: ['old'], remember: true }))[0], { name: 'mine', jobId: 'a'.repeat(32) })
    remember((await read(join(dir, 'enrich.jar'), { arg: ['new'], remember: true }))[0], {
      name: 'mine',
      jobId: 'b'.repeat(32),
      startedAtMs: 1,
    })
    expect(await read('mine')).toMatchObject([{ names: ['mine'], source: { args: ['new'] } }])
  })

  it.each([false, true])('tells what its jar called it, for the same arguments alone (--remember: %s)', async (isRemembered) => {
    remember((await read(join(dir, 'enrich.jar'), { arg: ['a'], remember: isRemembered }))[0], { name: 'mine' })
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

/** `${NAME}` as a script writes it. */
const variable = (name: string) => `\${${name}}`
const SECRET = 'x.sql'
const DEFINE = { define: ['DB_PASS=MARKED', 'DAY=MARKED-2'] }
const saveSecret = () =>
  save(SECRET, `SET 'pipeline.name' = 'x';\nINSERT INTO a SELECT '${variable('DB_PASS')}', '${variable('DAY')}', '${variable('LEFT')}';`)
const statements = (programs: Program[]) =>
  programs.map(({ source }) => (source.kind === 'script' ? (source.statements.at(-1)?.text ?? '') : ''))

describe('a value of --define', () => {
  beforeEach(saveSecret)

  it('is not written down: only its name, and a trace of it', async () => {
    const [program] = await read(join(dir, SECRET), DEFINE)
    expect(statements(program === undefined ? [] : [program])).toEqual([`INSERT INTO a SELECT 'MARKED', 'MARKED-2', '${variable('LEFT')}'`])
    expect(program?.memory).toMatchObject({ defines: {}, sealed: [{ name: 'DB_PASS' }, { name: 'DAY' }], defineFile: null })
    expect(JSON.stringify(program?.memory)).not.toContain('MARKED')
  })

  it('is asked for again by its name: exit 6, and what is missing alone', async () => {
    remember((await read(join(dir, SECRET), DEFINE))[0])
    const error = await read('x', { define: ['DAY=1'] }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      exitCode: 6,
      code: 'VALUES_MISSING',
      message: expect.stringMatching(/started x from .*x\.sql on .*, with DB_PASS, whose value is not written down\.$/),
      suggestions: [expect.stringContaining('--define DB_PASS=...'), expect.stringMatching(/defineFile.*--remember/)],
    })
    expect(JSON.stringify(error)).not.toContain('MARKED')
    expect(statements(await read('x', DEFINE))).toEqual([expect.stringContaining("'MARKED', 'MARKED-2'")])
    expect(notices).toEqual([])
  })

  it('that is another than it was is told of, without it', async () => {
    remember((await read(join(dir, SECRET), DEFINE))[0])
    await read('x', { define: ['DB_PASS=MARKED-9', 'DAY=MARKED-2'] })
    expect(notices).toEqual([expect.stringMatching(/; DB_PASS had another value then\. The one that is given now is used\.$/)])
    expect(notices.join()).not.toContain('MARKED')
  })

  it('is not asked for any more when the script has no place for it', async () => {
    remember((await read(join(dir, SECRET), DEFINE))[0])
    await save(SECRET, "SET 'pipeline.name' = 'x';\nINSERT INTO a SELECT 1;")
    expect(await read('x')).toHaveLength(1)
  })

  it('is written down with --remember, stays so at the next start, and goes when it is replaced', async () => {
    remember((await read(join(dir, SECRET), { ...DEFINE, remember: true }))[0])
    const [again] = await read('x')
    expect(again?.memory).toMatchObject({ defines: { DB_PASS: 'MARKED', DAY: 'MARKED-2' }, sealed: [] })
    const [replaced] = await read('x', { define: ['DB_PASS=other'] })
    expect(replaced?.memory).toMatchObject({ defines: { DAY: 'MARKED-2' }, sealed: [{ name: 'DB_PASS' }] })
  })

  it('comes from a file, of which only the path is written down; it is read again', async () => {
    const file = join(dir, 'x.env')
    await save('x.env', 'DB_PASS=MARKED\nDAY=MARKED-2\nUNUSED=1\n')
    for (const isRemembered of [false, true]) {
      const [program] = await read(join(dir, SECRET), { 'define-file': file, remember: isRemembered })
      expect(program?.memory).toMatchObject({ defines: {}, defineFile: file, sealed: [{ name: 'DB_PASS' }, { name: 'DAY' }] })
      remember(program)
    }
    expect(notices).toEqual([])
    await save('x.env', 'DB_PASS=rotated\nDAY=MARKED-2\n')
    expect(statements(await read('x'))).toEqual([expect.stringContaining("'rotated', 'MARKED-2'")])
    expect(notices).toEqual([expect.stringContaining('DB_PASS had another value')])
  })

  it.each([
    ['is gone', (file: string) => rm(file)],
    ['has lost a value', (file: string) => writeFile(file, 'DAY=1\n')],
  ])('is missing by its name when its file %s: exit 6; given again it is enough', async (_, change) => {
    await save('x.env', 'DB_PASS=MARKED\nDAY=MARKED-2\n')
    remember((await read(join(dir, SECRET), { 'define-file': join(dir, 'x.env') }))[0])
    await change(join(dir, 'x.env'))
    const error = read('x', { define: ['DAY=1'] })
    await expect(error).rejects.toMatchObject({ code: 'VALUES_MISSING', message: expect.stringMatching(/with DB_PASS,.*x\.env/) })
    expect(await read('x', DEFINE)).toHaveLength(1)
  })

  it('comes from the file that flinkops.yaml names for the job', async () => {
    await save('x.env', 'DB_PASS=MARKED\nDAY=MARKED-2\n')
    await save('flinkops.yaml', `contexts: {c: {jobs: {x: {script: ${SECRET}, defineFile: x.env}}}}`)
    remember((await read(join(dir, SECRET), DEFINE))[0])
    expect(statements(await read('x'))).toEqual([expect.stringContaining("'MARKED', 'MARKED-2'")])
    expect(notices).toEqual([])
  })

  it('is missed also where the job is named under jobs:, which does not tell it: exit 6', async () => {
    await save('flinkops.yaml', `contexts: {c: {jobs: {key: {script: ${SECRET}}}}}`)
    remember((await read(join(dir, SECRET), DEFINE))[0])
    await expect(read('key')).rejects.toMatchObject({ code: 'VALUES_MISSING', exitCode: 6 })
    await expect(read('x')).rejects.toMatchObject({ code: 'VALUES_MISSING', exitCode: 6 })
    expect(await read('key', DEFINE)).toHaveLength(1)
  })

  it('that older versions wrote down still works, and one that they did not is asked for: exit 6', async () => {
    const [program] = await read(join(dir, SECRET), DEFINE)
    remember(program, { defines: { DB_PASS: 'old', DAY: '1' }, sealed: [] })
    expect(statements(await read('x'))).toEqual([expect.stringContaining("'old', '1'")])
    remember(program, { defines: null, sealed: [], startedAtMs: 1 })
    await expect(read('x')).rejects.toMatchObject({ code: 'VALUES_MISSING', exitCode: 6 })
    expect(await read('x', DEFINE)).toHaveLength(1)
  })

  it('that the job was started with elsewhere is missed, too: exit 6', async () => {
    const path = join(dir, SECRET)
    await expect(read(path, { define: ['DAY=1'] }, { needs: ['DB_PASS', 'DAY'] })).rejects.toMatchObject({
      code: 'VALUES_MISSING',
      message: expect.stringContaining('x.sql was started elsewhere, with DB_PASS,'),
    })
    expect(await read(path, DEFINE, { needs: ['DB_PASS', 'DAY'] })).toHaveLength(1)
  })

  it('for all jobs is no mistake in one that has no use for it', async () => {
    expect(await read(join(dir, 'enrich.jar'), DEFINE, { forAll: true })).toHaveLength(1)
    expect(await read('sales_pipeline', DEFINE, { forAll: true })).toHaveLength(1)
    expect(notices).toEqual([])
  })
})

describe('arguments of a jar', () => {
  const ARGS = ['--env', 'MARKED-1', '--db-pass=MARKED-2']

  it('are not written down: only how many, which options, and a trace of them', async () => {
    const [program] = await read(join(dir, 'enrich.jar'), { arg: ARGS })
    expect(program).toMatchObject({ source: { args: ARGS }, memory: { args: null, sealed: [{ name: '3 arguments (--env, --db-pass)' }] } })
    expect(JSON.stringify(program?.memory)).not.toContain('MARKED')
    remember(program, { name: 'mine' })
    const error = await read('mine').catch((reason: unknown) => reason)
    expect(error).toMatchObject({ exitCode: 6, code: 'VALUES_MISSING', message: expect.stringContaining('3 arguments (--env, --db-pass)') })
    expect(await read('mine', { arg: ARGS })).toMatchObject([{ names: ['mine'] }])
    expect(notices).toEqual([])
    await read('mine', { arg: ['other'] })
    expect(notices).toEqual([expect.stringContaining('with other arguments')])
  })

  it('are written down with --remember, and stay so', async () => {
    remember((await read(join(dir, 'enrich.jar'), { arg: ARGS, remember: true }))[0], { name: 'mine' })
    expect(await read('mine')).toMatchObject([{ source: { args: ARGS }, memory: { args: ARGS, sealed: [] } }])
  })

  it('are nothing to ask for where there are none', async () => {
    remember((await read(join(dir, 'enrich.jar')))[0], { name: 'mine' })
    expect(await read('mine')).toMatchObject([{ source: { args: [] } }])
  })

  it('are taken from flinkops.yaml, for the job by its own name too, as long as they are those', async () => {
    const [program] = await read('enrich')
    expect(program?.memory).toMatchObject({ args: null, sealed: [{ name: '2 arguments (--env)' }] })
    remember(program, { name: 'mine' })
    expect(await read('mine')).toMatchObject([{ source: { args: ['--env', 'prod'], entryClass: 'com.acme.Enrich' } }])
    await save('flinkops.yaml', 'contexts: {c: {jobs: {enrich: {jar: enrich.jar, entryClass: com.acme.Enrich, args: [--env, test]}}}}')
    await expect(read('mine')).rejects.toMatchObject({ code: 'VALUES_MISSING', exitCode: 6 })
    remember(program, { name: 'enrich', startedAtMs: 1 })
    expect(await read('enrich')).toMatchObject([{ source: { args: ['--env', 'test'] } }])
    expect(notices).toEqual([expect.stringContaining('with other arguments. Those that are given now are used.')])
  })

  it('that older versions wrote down still work, and those that they did not are asked for: exit 6', async () => {
    const [program] = await read(join(dir, 'enrich.jar'), { arg: ARGS })
    remember(program, { name: 'mine', args: ['old'], sealed: [] })
    expect(await read('mine')).toMatchObject([{ source: { args: ['old'] } }])
    remember(program, { name: 'mine', args: null, sealed: [], startedAtMs: 1 })
    await expect(read('mine')).rejects.toMatchObject({ code: 'VALUES_MISSING', exitCode: 6 })
  })

  it('that the job was started with elsewhere are missed: exit 6', async () => {
    const jar = join(dir, 'enrich.jar')
    await expect(read(jar, {}, { needs: ['2 arguments (--env)'], forAll: true })).rejects.toMatchObject({ code: 'VALUES_MISSING' })
  })
})
