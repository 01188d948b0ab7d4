import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { provenance } from '../../../src/lib/config/provenance.js'
import { type ConfigFlags, resolveConfig } from '../../../src/lib/config/resolve.js'
import { withJobManagerConfiguration } from '../../../src/lib/config/roots.js'

const ROOT = 'wasbs://flink@acct.blob.core.windows.net'
const FULL = `
currentContext: prod
contexts:
  prod:
    jobManagers: [http://jm:8081/, http://jm2:8081]
    sqlGateway: http://jm:8083
    flinkConf: flink/conf
    roots:
      checkpoints: [${ROOT}/checkpoints]
      changelog: []
    exclusive: true
    pins: [${ROOT}/savepoints/savepoint-91916f-2325bb7354fc]
    retention: {checkpoints: 12h, savepoints: 30d, unnamed: 90d, keepLast: 2, grace: 48h}
    jobs:
      sales: {script: sql/sales.sql}
      enrich: {jar: /jobs/enrich.jar, entryClass: com.acme.Enrich, args: [--env, prod, -n, 5], parallelism: 4}
`
const CONF = `state.checkpoints.dir: ${ROOT}/other\nstate.savepoints.dir: ${ROOT}/savepoints\njobmanager.archive.fs.dir: ${ROOT}/history\nfs.azure.account.key.acct.blob.core.windows.net: MARKEDKEY\n`

function config(files: Record<string, string>, flags: ConfigFlags = {}, env: Record<string, string> = {}) {
  return resolveConfig({ flags, env, cwd: '/w', readFile: async (path) => files[path] ?? null, checkFound: async () => undefined })
}

describe('resolveConfig', () => {
  it('is enough for job control without any configuration', async () => {
    const result = await config({})
    expect(result).toMatchObject({
      contextName: { value: null, source: 'default' },
      jobManagers: { value: ['http://localhost:8081'], source: 'default' },
      sqlGateway: { value: 'http://localhost:8083', source: 'default' },
      roots: { checkpoints: { value: [], source: 'default' }, history: { value: null, source: 'default' } },
      exclusive: { value: false, source: 'default' },
      retention: {
        checkpointsMs: { value: 86_400_000 },
        savepointsMs: { value: null },
        unnamedMs: { value: null },
        keepLast: { value: 1 },
        graceMs: { value: 259_200_000 },
      },
      flinkConf: null,
      warnings: [],
    })
  })

  it('takes everything from flinkops.yaml, and from Flink what that leaves open', async () => {
    const result = await config({ '/w/flinkops.yaml': FULL, '/w/flink/conf/config.yaml': CONF })
    const source = (line: number) => `flinkops.yaml context prod (/w/flinkops.yaml:${line})`
    const flink = 'flink conf /w/flink/conf/config.yaml'
    expect(result.jobManagers).toEqual({ value: ['http://jm:8081', 'http://jm2:8081'], source: source(5) })
    expect(result.sqlGateway).toEqual({ value: 'http://jm:8083', source: source(6) })
    expect(result.roots).toEqual({
      checkpoints: { value: [`${ROOT}/checkpoints`], source: source(9) },
      savepoints: { value: [`${ROOT}/savepoints`], source: `${flink}: state.savepoints.dir` },
      changelog: { value: [], source: source(10) },
      history: { value: `${ROOT}/history`, source: `${flink}: jobmanager.archive.fs.dir` },
    })
    expect(result.exclusive.value).toBe(true)
    expect(result.pins.value).toEqual([`${ROOT}/savepoints/savepoint-91916f-2325bb7354fc`])
    expect(result.retention.unnamedMs).toEqual({ value: 90 * 86_400_000, source: source(13) })
    expect(result.jobs.value).toEqual({
      sales: { kind: 'script', script: '/w/sql/sales.sql' },
      enrich: { kind: 'jar', jar: '/jobs/enrich.jar', entryClass: 'com.acme.Enrich', args: ['--env', 'prod', '-n', '5'], parallelism: 4 },
    })
    expect(result.accessFor('acct.dfs.core.windows.net', 'flink')).toMatchObject({
      account: 'acct.blob.core.windows.net',
      credential: { kind: 'key' },
      endpoint: null,
    })
  })

  it('puts the flag before the environment before the file', async () => {
    const files = { '/w/flinkops.yaml': FULL.replace('    flinkConf: flink/conf\n', ''), '/etc/flink/flink-conf.yaml': CONF }
    const env = { FLINKOPS_JOBMANAGER: 'http://env:1', FLINKOPS_SQL_GATEWAY: 'http://env:2', FLINK_CONF_DIR: '/etc/flink' }
    const byEnvironment = await config(files, {}, env)
    expect(byEnvironment.sqlGateway).toEqual({ value: 'http://env:2', source: 'FLINKOPS_SQL_GATEWAY' })
    expect(byEnvironment.flinkConf?.path).toBe('/etc/flink/flink-conf.yaml')
    const byFlag = await config(files, { jobmanager: 'http://flag:1', keepLast: 5, graceMs: 1000, olderThanMs: 2000 }, env)
    expect(byFlag.jobManagers.value[0]).toBe('http://flag:1')
    expect(byFlag.retention).toMatchObject({
      keepLast: { value: 5, source: 'flag --keep-last' },
      graceMs: { value: 1000, source: 'flag --grace' },
      checkpointsMs: { value: 2000, source: 'flag --older-than' },
    })
  })

  it('keeps the other clusters of the context behind the one that was chosen', async () => {
    const files = { '/w/flinkops.yaml': FULL.replace('    flinkConf: flink/conf\n', '') }
    const chosen = await config(files, { jobmanager: 'http://jm2:8081' })
    expect(chosen.jobManagers.value).toEqual(['http://jm2:8081', 'http://jm:8081'])
    expect(chosen.jobManagers.source).toBe('flag --jobmanager, others from flinkops.yaml context prod (/w/flinkops.yaml:5)')
    const alone = await config({}, {}, { FLINKOPS_JOBMANAGER: 'http://x:1/' })
    expect(alone.jobManagers).toEqual({ value: ['http://x:1'], source: 'FLINKOPS_JOBMANAGER' })
  })

  it.each([
    ['http://127.0.0.1:9000', 'http://127.0.0.1:8083'],
    ['http://localhost:8081', 'http://localhost:8083'],
    ['http://flink-jm:8081', null],
  ])('looks for the gateway beside %s at %s', async (jobmanager, gateway) => {
    expect((await config({}, { jobmanager })).sqlGateway).toEqual({ value: gateway, source: 'default' })
  })

  it.each<[string, ConfigFlags, Record<string, string>, string]>([
    ['--keep-last 0', { keepLast: 0 }, {}, '--keep-last must be a whole number of at least 1'],
    ['a URL without scheme', { jobmanager: 'localhost:8081' }, {}, 'The URL of --jobmanager is not an http or https URL.'],
    [
      'a password in a URL',
      {},
      { FLINKOPS_JOBMANAGER: 'http://u:MARKED@x' },
      'The URL of FLINKOPS_JOBMANAGER must not hold a user name or password',
    ],
    ['a gateway that is none', { sqlGateway: 'ftp://x' }, {}, 'The URL of --sql-gateway is not an http or https URL.'],
    ['a directory without configuration', {}, { FLINK_CONF_DIR: '/none' }, '/none holds neither config.yaml nor flink-conf.yaml.'],
    ['a header without colon', {}, { FLINK_REST_CLIENT_HEADERS: 'A:b\nMARKED' }, 'FLINK_REST_CLIENT_HEADERS line 2 is not name:value.'],
  ])('refuses %s', async (_, flags, env, message) => {
    const error = await config({}, flags, env).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ exitCode: 2, message: expect.stringContaining(message) })
    expect(inspect(error, { depth: 10 })).not.toContain('MARKED')
  })

  it('reads headers for a proxy, unprintable', async () => {
    const result = await config({}, {}, { FLINK_REST_CLIENT_HEADERS: 'Authorization:Bearer MARKED:x\n\nX-Team: ops\n' })
    expect([...result.headers].map(([name, value]) => [name, value.reveal()])).toEqual([
      ['Authorization', 'Bearer MARKED:x'],
      ['X-Team', 'ops'],
    ])
  })
})

describe('the accounts that are reached', () => {
  const yaml = (storage: string) =>
    `contexts: {prod: {roots: {checkpoints: ["${ROOT}/x"], history: "wasbs://c@h.blob.core.windows.net/h"}, storage: ${storage}}}`
  const reached = async (account: string, file: string, flags: ConfigFlags = {}) => {
    const { accessFor } = await config({ '/w/flinkops.yaml': file, '/etc/f.yaml': file }, flags)
    try {
      return accessFor(account, 'c').endpoint ?? 'yes'
    } catch (error) {
      return error instanceof Error && 'code' in error ? error.code : error
    }
  }

  it.each(['{acct2.blob.core.windows.net: {}}', '{acct2.blob.core.windows.net: }', '{ACCT2.dfs.core.windows.net: {auth: auto}}'])(
    'are those of storage: %s, of roots and history',
    async (storage) => {
      for (const name of ['acct', 'acct2', 'h']) expect(await reached(`${name}.blob.core.windows.net`, yaml(storage))).toBe('yes')
      expect(await reached('acct3.blob.core.windows.net', yaml(storage))).toBe('FOREIGN_ACCOUNT')
    },
  )

  it('are those of paths that were typed', async () => {
    const paths = ['latest', 'wasbs://c@acct3.dfs.core.windows.net/x']
    expect(await reached('acct3.blob.core.windows.net', yaml('{}'), { paths })).toBe('yes')
  })

  it('are not those of another context', async () => {
    const file = `currentContext: a\ncontexts: {a: {roots: {checkpoints: ["${ROOT}/x"]}}, b: {storage: {b.blob.core.windows.net: {}}}}`
    expect(await reached('b.blob.core.windows.net', file)).toBe('FOREIGN_ACCOUNT')
    expect(await reached('b.blob.core.windows.net', file, { context: 'b' })).toBe('yes')
  })

  it('go elsewhere by the word of a file that was named, not of one that lay there', async () => {
    const file = yaml('{acct.blob.core.windows.net: {endpoint: "https://evil.test"}}')
    expect(await reached('acct.blob.core.windows.net', file)).toBe('USAGE')
    expect(await reached('acct.blob.core.windows.net', file, { config: 'flinkops.yaml' })).toBe('https://evil.test')
    expect(await reached('acct.blob.core.windows.net', file, { config: '/etc/f.yaml' })).toBe('https://evil.test')
  })

  it('go elsewhere by the word of a file in the configuration directory of the user', async () => {
    const file = yaml('{acct.blob.core.windows.net: {endpoint: "https://storage.corp"}}')
    const notices: string[] = []
    const env = { XDG_CONFIG_HOME: '/home/u/.config' }
    const readFile = async (path: string) => (path === '/home/u/.config/flinkops/flinkops.yaml' ? file : null)
    const { accessFor } = await resolveConfig({
      flags: {},
      env,
      cwd: '/w',
      readFile,
      checkFound: async () => undefined,
      onNotice: (text) => void notices.push(text),
    })
    expect(accessFor('acct.blob.core.windows.net', 'c').endpoint).toBe('https://storage.corp')
    expect(notices).toHaveLength(1)
  })

  it('are not those that only a JobManager names, and config says so', async () => {
    const reported = withJobManagerConfiguration(
      await config({}),
      new Map([['state.checkpoints.dir', 'wasbs://c@acct.blob.core.windows.net/x']]),
    )
    expect(provenance(reported)).toContainEqual({
      key: 'storage.acct.blob.core.windows.net/c.credential',
      value: '-',
      source: expect.stringContaining('No request was sent to acct.blob.core.windows.net'),
    })
  })
})

describe('withJobManagerConfiguration', () => {
  it('takes the first directory of a history server that has several', async () => {
    const { roots } = withJobManagerConfiguration(await config({}), new Map([['historyserver.archive.fs.dir', `${ROOT}/h1, ${ROOT}/h2`]]))
    expect(roots.history).toEqual({ value: `${ROOT}/h1`, source: 'JobManager http://localhost:8081: historyserver.archive.fs.dir' })
  })

  it('fills only what nothing else has set', async () => {
    const files = { '/w/flinkops.yaml': FULL.replace('    flinkConf: flink/conf\n', '') }
    const reported = new Map([
      ['execution.checkpointing.dir', `${ROOT}/reported`],
      ['state.savepoints.dir', `${ROOT}/reported-savepoints`],
      ['dstl.dfs.base-path', `${ROOT}/dstl`],
    ])
    const { roots } = withJobManagerConfiguration(await config(files), reported)
    expect(roots.checkpoints.value).toEqual([`${ROOT}/checkpoints`])
    expect(roots.savepoints).toEqual({ value: [`${ROOT}/reported-savepoints`], source: 'JobManager http://jm:8081: state.savepoints.dir' })
    expect(roots.changelog.value).toEqual([])
    expect(roots.history).toEqual({ value: null, source: 'default' })
  })
})

describe('provenance', () => {
  it('tells every value with its source, and no secret', async () => {
    const result = await config(
      { '/w/flinkops.yaml': FULL, '/w/flink/conf/config.yaml': CONF },
      { keepLast: 3 },
      { FLINK_REST_CLIENT_HEADERS: 'A:MARKEDHEADER' },
    )
    const rows = provenance(result)
    const row = (key: string) => rows.find((candidate) => candidate.key === key)
    expect(row('context')).toEqual({ key: 'context', value: 'prod', source: 'flinkops.yaml (/w/flinkops.yaml:2)' })
    expect(row('jobManagers')?.value).toBe('http://jm:8081 http://jm2:8081')
    expect(row('roots.changelog')?.value).toBe('-')
    expect(row('retention.savepoints')?.value).toBe('30d')
    expect(row('retention.keepLast')).toEqual({ key: 'retention.keepLast', value: '3', source: 'flag --keep-last' })
    expect(row('headers.A')).toEqual({ key: 'headers.A', value: '***', source: 'FLINK_REST_CLIENT_HEADERS' })
    expect(row('storage.acct.blob.core.windows.net/flink.credential')).toEqual({
      key: 'storage.acct.blob.core.windows.net/flink.credential',
      value: 'account key ***',
      source: 'flink conf /w/flink/conf/config.yaml: fs.azure.account.key.acct.blob.core.windows.net',
    })
    expect(inspect([rows, result], { depth: 10 }) + JSON.stringify([rows, result])).not.toContain('MARKED')
  })

  it('says "never" for what is never given up, and why there is no credential', async () => {
    const text = `contexts: {a: {roots: {checkpoints: [${ROOT}/x]}, storage: {acct.blob.core.windows.net: {auth: key}}}}`
    const rows = provenance(await config({ '/w/flinkops.yaml': text }))
    expect(rows).toContainEqual({ key: 'retention.savepoints', value: 'never', source: 'default' })
    expect(rows).toContainEqual(
      expect.objectContaining({
        value: '-',
        source: 'storage.acct.blob.core.windows.net.auth is key, but there is no key for this account.',
      }),
    )
  })
})
