import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { surveyConf, surveyText } from '../../../src/lib/config/conf-survey.js'
import { parseFlinkConf } from '../../../src/lib/config/flink-conf.js'

const survey = (name: string, text: string) => surveyText(`/conf/${name}`, text, null)
const disk = (files: Record<string, string>) => async (path: string) => files[path] ?? null

describe('a file without mistakes', () => {
  it.each([
    ['flink-conf.yaml', 'a: 1\n# b: 2\nstate.checkpoints.dir: wasbs://c@a/x # why\nenv.java.opts: -Da: b\nc:\n'],
    ['config.yaml', 'a: 1\nstate:\n  checkpoints:\n    dir: x\n  backend.type: rocksdb\nlist: [x, y]\nempty:\n'],
    ['config.yaml', '# nothing\n'],
  ])('%s is read as every other command reads it', (name, text) => {
    const { conf, file } = survey(name, text)
    expect(file.mistakes).toEqual([])
    expect([...conf.options]).toEqual([...parseFlinkConf(`/conf/${name}`, text).options])
  })
})

describe('what was meant', () => {
  it('is read on from nested YAML in flink-conf.yaml, each option with its line', () => {
    const { file } = survey('flink-conf.yaml', 'rest.port: 8081\nstate:\n  # where\n  savepoints:\n    dir: x\n')
    expect(file.mistakes).toEqual([{ kind: 'nested', key: 'state', line: 2 }])
    expect(file.entries).toMatchObject([
      { key: 'rest.port', value: '8081', line: 1, isNested: false },
      { key: 'state.savepoints.dir', value: 'x', line: 5, isNested: true },
    ])
  })

  it('is read on from a block that stands indented as a whole', () => {
    const { file } = survey('flink-conf.yaml', '   fs:\n     azure:\n       x: y\n')
    expect(file.mistakes).toEqual([{ kind: 'nested', key: 'fs', line: 1 }])
    expect(file.entries).toMatchObject([{ key: 'fs.azure.x', value: 'y', line: 3 }])
  })

  it.each([
    ['a heading twice', 'fs:\n  a: 1\nfs:\n  b: 2', [{ kind: 'duplicate', key: 'fs', line: 3, earlierLine: 1 }]],
    ['an option twice', 'a: 1\na: 2', [{ kind: 'duplicate', key: 'a', line: 2, earlierLine: 1 }]],
    ['nested, then flat', 'a:\n  b: 1\na.b: 2', [{ kind: 'nested-and-flat', key: 'a.b', line: 3, earlierLine: 2 }]],
    ['an alias of a map', 'a: &x\n  b: 1\nc: *x', []],
    ['broken YAML', 'a: 1\nb: [x', [{ kind: 'unreadable', line: 2, problem: 'BAD_INDENT' }]],
    ['a list at the top', '- a', [{ kind: 'unreadable', line: 1, problem: 'its top level is no map of keys' }]],
  ])('%s in config.yaml', (_, text, mistakes) => {
    expect(survey('config.yaml', text).file.mistakes).toMatchObject(mistakes.map(({ kind, line }) => ({ kind, line })))
  })

  it('survives every text, cut anywhere', () => {
    const whole = 'state:\n  checkpoints: {dir: "x", n: [1, 2]}\n  b: &y 1\nc: *y\nd: |\n  t\nstate.b: 2\n'
    for (const name of ['flink-conf.yaml', 'config.yaml']) {
      for (let end = 0; end <= whole.length; end++) expect(survey(name, whole.slice(0, end)).file.path).toBe(`/conf/${name}`)
    }
  })
})

describe('secrets', () => {
  it.each([
    'fs.azure.account.key.a',
    'fs.azure.sas.c.a',
    's3.access-key',
    'my.connection-string',
    'x.passwd',
    'env.java.opts.all',
    'azure.account.key.a',
  ])('the value of %s is not kept where it could be printed', (key) => {
    const { conf, file } = survey('flink-conf.yaml', `${key}: MARKED`)
    expect(file.entries).toMatchObject([{ key, value: null }])
    expect(JSON.stringify(file)).not.toContain('MARKED')
    expect(inspect([...conf.secrets], { depth: 9 })).not.toContain('MARKED')
  })

  it('a SAS is hidden under any key', () => {
    expect(survey('config.yaml', 'x: https://a/?sv=1&sig=MARKED').file.entries).toMatchObject([{ value: null }])
  })

  it.each([
    [`${'A'.repeat(86)}==`, 'key'],
    ['<<key>>', 'malformed'],
    ['Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==', 'emulator'],
  ])('an account key %s is told by its kind alone', (text, kind) => {
    expect(survey('config.yaml', `fs.azure.account.key.a: "${text}"`).file.entries[0]).toMatchObject({ accountKey: kind, value: null })
  })
})

describe('which file', () => {
  it('is the same that the other commands take, with the other one named', async () => {
    const both = await surveyConf('/conf', disk({ '/conf/flink-conf.yaml': 'a: 1', '/conf/config.yaml': 'b: 2' }))
    expect(both.file).toMatchObject({ path: '/conf/flink-conf.yaml', syntax: 'flat', beside: '/conf/config.yaml' })
    const alone = await surveyConf('/conf', disk({ '/conf/config.yaml': 'b: 2' }))
    expect(alone.file).toMatchObject({ path: '/conf/config.yaml', syntax: 'standard', beside: null })
    expect((await surveyConf('/x/flink-conf.yaml', disk({ '/x/flink-conf.yaml': 'a: 1' }))).file.syntax).toBe('flat')
    await expect(surveyConf('/conf', disk({}))).rejects.toMatchObject({ exitCode: 2 })
  })
})
