import { describe, expect, it } from 'vitest'
import { parseConfigFile } from '../../../src/lib/config/config-file.js'
import { chooseContext, findConfigFile } from '../../../src/lib/config/file.js'

const context = (body: string) => `contexts:\n  prod:\n${body.replace(/^/gm, '    ')}\n`

describe('a wrong flinkops.yaml is refused with the line and the path of the value', () => {
  it.each([
    ['an unknown key at the top', 'currentContxt: prod', '/w/flinkops.yaml:1: unknown key currentContxt. Did you mean currentContext?'],
    [
      'an unknown key of a context',
      context('jobManager: [http://a:1]'),
      '/w/flinkops.yaml:3: unknown key contexts.prod.jobManager. Did you mean jobManagers?',
    ],
    [
      'an unknown key of the roots',
      context('roots:\n  checkpoint: []'),
      '/w/flinkops.yaml:4: unknown key contexts.prod.roots.checkpoint. Did you mean checkpoints?',
    ],
    [
      'an unknown key of the retention',
      context('retention: {keeplast: 1}'),
      'unknown key contexts.prod.retention.keeplast. Did you mean keepLast?',
    ],
    ['an unknown key far from all others', context('zzzzzzzzzz: 1'), 'Known here: jobManagers, sqlGateway, flinkConf'],
    [
      'an unknown key of an account',
      context('storage:\n  a.blob.core.windows.net: {key: MARKED}'),
      '/w/flinkops.yaml:4: unknown key contexts.prod.storage.a.blob.core.windows.net.key',
    ],
    ['an unknown key of a job', context('jobs: {a: {scrip: x.sql}}'), 'unknown key contexts.prod.jobs.a.scrip. Did you mean script?'],
    ['a context that is a text', 'contexts: {prod: x}', 'contexts.prod must be a map, not this text.'],
    ['contexts as a list', 'contexts: [a]', 'contexts must be a map, not a list.'],
    ['currentContext as a number', 'currentContext: 5', 'currentContext must be a text, not 5.'],
    ['jobManagers as a text', context('jobManagers: http://a:1'), 'contexts.prod.jobManagers must be a list, not this text.'],
    ['no JobManager', context('jobManagers: []'), 'contexts.prod.jobManagers must name at least one JobManager.'],
    ['a JobManager without scheme', context('jobManagers: ["flink-jm:8081"]'), 'contexts.prod.jobManagers[0] is not an http or https URL.'],
    [
      'a JobManager with a password',
      context('jobManagers:\n  - http://a:1\n  - http://u:MARKED@b:2'),
      '/w/flinkops.yaml:5: contexts.prod.jobManagers[1] must not hold a user name or password',
    ],
    ['a gateway that is a list', context('sqlGateway: [http://a:1]'), 'contexts.prod.sqlGateway must be a text, not a list.'],
    [
      'a root without scheme',
      context('roots: {checkpoints: [flink/checkpoints]}'),
      'contexts.prod.roots.checkpoints[0] is not a path in Azure Blob Storage: it has no scheme.',
    ],
    ['a root elsewhere', context('roots: {savepoints: [s3://b/x]}'), 'its scheme s3 is not Azure Blob Storage'],
    ['a pin without scheme', context('pins: [savepoints/x]'), 'contexts.prod.pins[0] is not a path in Azure Blob Storage'],
    ['exclusive as a word', context('exclusive: maybe'), 'contexts.prod.exclusive must be true or false, not this text.'],
    ['exclusive as YAML 1.1 wrote it', context('exclusive: yes'), 'contexts.prod.exclusive must be true or false'],
    [
      'a duration without unit',
      context('retention: {checkpoints: 24}'),
      'contexts.prod.retention.checkpoints is not usable: 24 has no unit; write for example 24h.',
    ],
    ['a duration that is none', context('retention: {grace: soon}'), 'contexts.prod.retention.grace is not usable: it is not a duration'],
    [
      'a duration that is a list',
      context('retention: {savepoints: [30d]}'),
      'contexts.prod.retention.savepoints must be a text, not a list.',
    ],
    [
      'keepLast 0',
      context('retention:\n  keepLast: 0'),
      '/w/flinkops.yaml:4: contexts.prod.retention.keepLast must be a whole number of at least 1, not 0.',
    ],
    [
      'keepLast 1.5',
      context('retention: {keepLast: 1.5}'),
      'contexts.prod.retention.keepLast must be a whole number of at least 1, not 1.5.',
    ],
    [
      'keepLast as a text',
      context('retention: {keepLast: "3"}'),
      'contexts.prod.retention.keepLast must be a whole number of at least 1, not this text.',
    ],
    [
      'an unknown way to authenticate',
      context('storage: {a.blob.core.windows.net: {auth: MARKED}}'),
      'auth must be one of auto, key, sas, connection-string, identity, workload, cli, anonymous, not this text.',
    ],
    [
      'an account named by URL',
      context('storage: {"https://a.blob.core.windows.net": {}}'),
      'must be named by the host of the account alone',
    ],
    [
      'an endpoint with a SAS',
      context('storage: {a.blob.core.windows.net: {endpoint: "https://a/?sig=MARKED"}}'),
      'endpoint must not have a query',
    ],
    ['a job with both', context('jobs: {a: {script: a.sql, jar: a.jar}}'), 'contexts.prod.jobs.a has both a script and a jar'],
    ['a job with neither', context('jobs: {a: {}}'), 'contexts.prod.jobs.a has neither a script nor a jar.'],
    [
      'a script with parallelism',
      context('jobs: {a: {script: a.sql, parallelism: 2}}'),
      'contexts.prod.jobs.a.parallelism goes with a jar',
    ],
    [
      'a jar with a file of values',
      context('jobs: {a: {jar: a.jar, defineFile: a.env}}'),
      'contexts.prod.jobs.a.defineFile goes with a script, not with a jar',
    ],
    [
      'parallelism 0',
      context('jobs: {a: {jar: a.jar, parallelism: 0}}'),
      'contexts.prod.jobs.a.parallelism must be a whole number of at least 1, not 0.',
    ],
    ['args as a text', context('jobs: {a: {jar: a.jar, args: "--x"}}'), 'contexts.prod.jobs.a.args must be a list'],
    ['broken YAML', 'contexts: [', '/w/flinkops.yaml:1: not valid YAML'],
    ['a list', '- a', 'the top level must be a map of keys'],
  ])('%s', (_, text, message) => {
    const parse = () => parseConfigFile('/w/flinkops.yaml', text)
    expect(parse).toThrow(message)
    expect(parse).toThrow(expect.objectContaining({ code: 'USAGE', exitCode: 2, message: expect.not.stringContaining('MARKED') }))
  })

  it('finds a mistake in a context that is not in use', () => {
    expect(() => parseConfigFile('/w/flinkops.yaml', 'currentContext: a\ncontexts: {a: {}, b: {roots: 5}}')).toThrow(
      'contexts.b.roots must be a map, not 5.',
    )
  })

  it('counts lines through anchors', () => {
    const text = 'contexts:\n  a: &base\n    retention:\n      keepLast: 0\n  b: *base\n'
    expect(() => parseConfigFile('/w/flinkops.yaml', text)).toThrow('/w/flinkops.yaml:4: contexts.a.retention.keepLast')
  })
})

describe('which file', () => {
  const find = (flag: string | undefined, env: Record<string, string>, files: string[]) =>
    findConfigFile({
      flag,
      env,
      cwd: '/w',
      readFile: async (path) => (files.includes(path) ? '' : null),
      checkFound: async () => undefined,
    })

  it.each([
    ['--config', 'c.yaml', { FLINKOPS_CONFIG: '/e.yaml' }, ['/w/c.yaml', '/e.yaml', '/w/flinkops.yaml'], '/w/c.yaml'],
    ['$FLINKOPS_CONFIG', undefined, { FLINKOPS_CONFIG: '/e.yaml' }, ['/e.yaml', '/w/flinkops.yaml'], '/e.yaml'],
    ['./flinkops.yaml', undefined, { XDG_CONFIG_HOME: '/x' }, ['/w/flinkops.yaml', '/x/flinkops/flinkops.yaml'], '/w/flinkops.yaml'],
    ['$XDG_CONFIG_HOME', undefined, { XDG_CONFIG_HOME: '/x', HOME: '/h' }, ['/x/flinkops/flinkops.yaml'], '/x/flinkops/flinkops.yaml'],
    ['~/.config', undefined, { HOME: '/h' }, ['/h/.config/flinkops/flinkops.yaml'], '/h/.config/flinkops/flinkops.yaml'],
  ])('%s', async (_, flag, env, files, path) => {
    expect((await find(flag, env, files))?.path).toBe(path)
  })

  it('needs none', async () => {
    expect(await find(undefined, {}, [])).toBeNull()
  })

  it('insists on one that is named', async () => {
    await expect(find('c.yaml', {}, [])).rejects.toThrow('--config names /w/c.yaml, which is not there.')
    await expect(find(undefined, { FLINKOPS_CONFIG: 'e.yaml' }, [])).rejects.toThrow('FLINKOPS_CONFIG names /w/e.yaml, which is not there.')
  })
})

describe('which context', () => {
  const two = parseConfigFile('/w/flinkops.yaml', 'currentContext: a\ncontexts: {a: {}, b: {}}')

  it('flag, then environment, then currentContext', () => {
    expect(chooseContext(two, 'b', { FLINKOPS_CONTEXT: 'a' }).name).toEqual({ value: 'b', source: 'flag --context' })
    expect(chooseContext(two, undefined, { FLINKOPS_CONTEXT: 'b' }).name).toEqual({ value: 'b', source: 'FLINKOPS_CONTEXT' })
    expect(chooseContext(two, undefined, {}).name).toEqual({ value: 'a', source: 'flinkops.yaml (/w/flinkops.yaml:1)' })
  })

  it('the only one, when there is one', () => {
    expect(chooseContext(parseConfigFile('/w/f.yaml', 'contexts: {a: {}}'), undefined, {}).name.value).toBe('a')
    expect(chooseContext(parseConfigFile('/w/f.yaml', ''), undefined, {}).name.value).toBeNull()
    expect(chooseContext(null, undefined, {}).context).toBeNull()
  })

  it('asks when there are several', () => {
    const several = parseConfigFile('/w/f.yaml', 'contexts: {a: {}, b: {}}')
    expect(() => chooseContext(several, undefined, {})).toThrow(
      expect.objectContaining({ suggestions: ['Choose one with --context: a, b.'] }),
    )
  })

  it('lists the contexts when the one named is not there', () => {
    expect(() => chooseContext(two, 'prd', {})).toThrow(
      expect.objectContaining({
        message: 'There is no context prd (flag --context).',
        suggestions: ['Contexts in /w/flinkops.yaml: a, b.'],
        exitCode: 2,
      }),
    )
    expect(() => chooseContext(null, undefined, { FLINKOPS_CONTEXT: 'prd' })).toThrow(
      'There is no context prd (FLINKOPS_CONTEXT): no flinkops.yaml was found.',
    )
    expect(() => chooseContext(parseConfigFile('/w/f.yaml', ''), 'prd', {})).toThrow(
      expect.objectContaining({ suggestions: ['/w/f.yaml has no contexts.'] }),
    )
  })
})
