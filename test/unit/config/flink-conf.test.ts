import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parseFlinkConf, readFlinkConf } from '../../../src/lib/config/flink-conf.js'

const disk = (files: Record<string, string>) => async (path: string) => files[path] ?? null
const options = (name: string, text: string) => Object.fromEntries(parseFlinkConf(`/conf/${name}`, text).options)

describe('flink-conf.yaml, read as Flink up to 1.20 reads it', () => {
  it.each([
    [
      'a line',
      'state.checkpoints.dir: wasbs://c@a.blob.core.windows.net/x',
      { 'state.checkpoints.dir': 'wasbs://c@a.blob.core.windows.net/x' },
    ],
    ['only the first ": " splits', 'env.java.opts: -Da: b', { 'env.java.opts': '-Da: b' }],
    ['a colon without a blank does not split', 'a:b', {}],
    ['a comment line', '# a: b', {}],
    ['a comment behind a value', 'a: b # why', { a: 'b' }],
    ['a # inside a value cuts it, as in Flink', 'a: b#c', { a: 'b' }],
    ['a key without a value, alone', 'a:\nb: c', { b: 'c' }],
    ['an empty value', 'a: \nb: c', { b: 'c' }],
    ['blanks around key and value', '  a :   b  ', { a: 'b' }],
    ['the last of two', 'a: 1\na: 2', { a: '2' }],
    ['quotes stay', "a: 'b'", { a: "'b'" }],
    ['Windows line ends', 'a: 1\r\nb: 2\r\n', { a: '1', b: '2' }],
    ['nothing', '', {}],
  ])('%s', (_, text, expected) => {
    expect(options('flink-conf.yaml', text)).toEqual(expected)
  })

  it('refuses nested YAML, which Flink would ignore, and names the line that begins it', () => {
    const text = 'jobmanager.rpc.port: 6123\n\nstate:\n  # where\n  checkpoints:\n    dir: wasbs://c@a/x\n'
    expect(() => options('flink-conf.yaml', text)).toThrow('/conf/flink-conf.yaml:3: state: begins nested YAML')
  })
})

describe('config.yaml, standard YAML', () => {
  it.each([
    ['nested', 'state:\n  checkpoints:\n    dir: wasbs://c@a/x\n', { 'state.checkpoints.dir': 'wasbs://c@a/x' }],
    ['flat', 'state.checkpoints.dir: wasbs://c@a/x', { 'state.checkpoints.dir': 'wasbs://c@a/x' }],
    ['half flat', 'state:\n  checkpoints.dir: x', { 'state.checkpoints.dir': 'x' }],
    [
      'a key that is a prefix of another',
      'high-availability: zookeeper\nhigh-availability.storageDir: x',
      { 'high-availability': 'zookeeper', 'high-availability.storageDir': 'x' },
    ],
    ['a list stays YAML', 'a: [x, y]', { a: '[ x, y ]' }],
    ['a list of maps, as serialization-config', 'a:\n  - b: {type: pojo}', { a: '[ { b: { type: pojo } } ]' }],
    ['numbers and booleans', 'a: 1\nb: true', { a: '1', b: 'true' }],
    ['quotes go', "a: '# b'", { a: '# b' }],
    ['a key without a value', 'a:\nb: c', { b: 'c' }],
    ['only comments', '# nothing\n', {}],
  ])('%s', (_, text, expected) => {
    expect(options('config.yaml', text)).toEqual(expected)
  })

  it.each([
    [
      'a key both nested and flat',
      'state:\n  checkpoints:\n    dir: x\nstate.checkpoints.dir: y',
      'config.yaml:4: state.checkpoints.dir is defined at /conf/config.yaml:3 too: once nested and once flat',
    ],
    ['a key twice', 'a: 1\na: 2', '/conf/config.yaml:2: not valid YAML (DUPLICATE_KEY)'],
    ['broken YAML', 'a: 1\nb: [x', '/conf/config.yaml:2: not valid YAML'],
    ['a list at the top', '- a', '/conf/config.yaml:1: the top level must be a map of keys'],
  ])('refuses %s', (_, text, message) => {
    expect(() => options('config.yaml', text)).toThrow(message)
  })

  it('does not repeat the text of a broken line, which may be a key', () => {
    try {
      options('config.yaml', 'fs.azure.account.key.a: MARKED\n  - MARKED: [')
      expect.unreachable()
    } catch (error) {
      expect(inspect(error, { depth: 10 })).not.toContain('MARKED')
    }
  })
})

describe('secrets of the configuration', () => {
  it.each([
    'fs.azure.account.key.a.blob.core.windows.net',
    'azure.account.key.a.blob.core.windows.net',
    'fs.azure.sas.c.a.blob.core.windows.net',
    'fs.azure.account.oauth2.client.secret',
    'security.ssl.rest.key-password',
    's3.secret-key',
    'fs.azure.sas.fixed.token',
  ])('%s is kept unreadable', (key) => {
    const conf = parseFlinkConf('/conf/flink-conf.yaml', `${key}: MARKED`)
    expect(conf.options.size).toBe(0)
    expect(conf.secrets.get(key)?.reveal()).toBe('MARKED')
    expect(inspect(conf, { depth: 10 }) + JSON.stringify([...conf.secrets])).not.toContain('MARKED')
  })

  it.each(['fs.azure.account.keyprovider.a', 'fs.azure.sas.token.provider.type', 'fs.azure.account.oauth2.token.file'])(
    '%s may be shown',
    (key) => {
      expect(options('flink-conf.yaml', `${key}: x`)).toEqual({ [key]: 'x' })
    },
  )
})

describe('readFlinkConf', () => {
  const legacy = { '/conf/flink-conf.yaml': 'a: legacy' }
  const standard = { '/conf/config.yaml': 'a: standard' }

  it('takes the legacy file of a directory when it is there, and says so when both are', async () => {
    const conf = await readFlinkConf('/conf', disk({ ...legacy, ...standard }))
    expect(conf.path).toBe('/conf/flink-conf.yaml')
    expect(conf.options.get('a')).toBe('legacy')
    expect(conf.warnings).toEqual([
      '/conf holds both flink-conf.yaml and config.yaml; Flink 1.19 and 1.20 read the first, Flink 2 the second.',
    ])
  })

  it('takes config.yaml when it is alone', async () => {
    expect(await readFlinkConf('/conf', disk(standard))).toMatchObject({ path: '/conf/config.yaml', warnings: [] })
  })

  it('takes a file by its name', async () => {
    expect((await readFlinkConf('/conf/config.yaml', disk({ ...legacy, ...standard }))).options.get('a')).toBe('standard')
  })

  it('says what is missing in a directory without either', async () => {
    await expect(readFlinkConf('/conf', disk({}))).rejects.toMatchObject({
      exitCode: 2,
      message: '/conf holds neither config.yaml nor flink-conf.yaml.',
    })
  })
})
