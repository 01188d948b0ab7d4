import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accessBy } from '../../../src/lib/config/account-access.js'
import { azureAccount } from '../../../src/lib/config/azure-hosts.js'
import { parseLocation } from '../../../src/lib/state/location.js'
import { type WorldOptions, worldOf } from '../../support/access-world.js'

const ACCT = 'acct.blob.core.windows.net'
const CHINA = 'acct.blob.core.chinacloudapi.cn'
const EVIL = 'acct.blob.evil.test'
const SAS = 'sv=1&sig=S'
const KEY = { AZURE_STORAGE_KEY: 'EK' }
const STRING = { AZURE_STORAGE_CONNECTION_STRING: 'AccountName=acct;AccountKey=CK==' }

/** What an account gets: the kind of its credential and where it goes, or why it gets nothing. */
function asked(account: string, options: WorldOptions): string {
  try {
    const { credential, endpoint } = accessBy(worldOf(options))(account, 'c')
    return `${credential.kind} to ${endpoint ?? account}`
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}

describe('an account that nobody named', () => {
  it.each([
    ['the identity', {}],
    ['a key without account', { env: KEY }],
    ['a SAS', { env: { AZURE_STORAGE_SAS_TOKEN: SAS } }],
    ['a connection string of just that account', { env: STRING }],
    ["a key of Flink's for just that account", { conf: `fs.azure.account.key.${ACCT}: FK` }],
    ["Flink's emulator", { conf: `fs.azure.storage.emulator.account.name: ${ACCT}` }],
  ])('does not get %s', (_, options) => {
    expect(asked(ACCT, options)).toBe('FOREIGN_ACCOUNT')
  })

  it('is told by the lines that name it, with exit 6', () => {
    expect(() => accessBy(worldOf({}))('acct.dfs.core.windows.net', 'c')).toThrow(
      expect.objectContaining({
        exitCode: 6,
        message: expect.stringContaining(ACCT),
        suggestions: [expect.stringContaining('flinkops.yaml'), 'storage:', `  ${ACCT}: {}`],
      }),
    )
  })

  it.each(['acct.blob.core.windows.net:8443', 'a\nstorage: {}', 'x: {}, y', '"', 'ünicode.test'])('is no YAML to paste as %j', (host) => {
    expect(() => accessBy(worldOf({}))(host, 'c')).toThrow(
      expect.objectContaining({ suggestions: ['An account is named by its host alone, without a port.'] }),
    )
  })
})

describe('an account is named', () => {
  it.each<[string, WorldOptions]>([
    ['by a root or a pin', { configured: [ACCT] }],
    ['under storage:', { storage: { [ACCT]: {} } }],
    ['on the command line', { typed: [ACCT] }],
  ])('%s', (_, options) => {
    expect(asked(ACCT, options)).toBe(`identity to ${ACCT}`)
    expect(asked('ACCT.dfs.core.windows.net', options)).toBe('identity to ACCT.dfs.core.windows.net')
  })

  it.each([EVIL, CHINA, `${ACCT}:443`, `${ACCT}.evil.test`, `x.${ACCT}`, 'acct', 'acct2.blob.core.windows.net'])(
    'by its whole host, so that %s is another one',
    (other) => {
      expect(asked(other, { configured: [ACCT], env: { ...KEY, AZURE_STORAGE_ACCOUNT: 'acct' } })).toBe('FOREIGN_ACCOUNT')
    },
  )
})

describe('a host that is none of Azure, though it is named', () => {
  it.each<[string, WorldOptions]>([
    ['the identity', {}],
    ['the identity that was asked for', { storage: { [EVIL]: { auth: 'identity' } } }],
    ['a key without account', { env: KEY }],
    ['a key with the name of its first label', { env: { ...KEY, AZURE_STORAGE_ACCOUNT: 'acct' } }],
    ['a SAS', { env: { AZURE_STORAGE_SAS_TOKEN: SAS } }],
    ['a connection string', { env: STRING }],
    ["a key of Flink's without account", { conf: 'fs.azure.account.key: FK' }],
    [
      "Flink's own identity",
      { conf: `fs.azure.account.auth.type.${EVIL}: OAuth\nfs.azure.account.oauth.provider.type.${EVIL}: MsiTokenProvider` },
    ],
    [
      'the key that Flink takes from the environment',
      { env: KEY, conf: `fs.azure.account.keyprovider.${EVIL}: a.EnvironmentVariableKeyProvider` },
    ],
  ])('does not get %s', (_, options) => {
    expect(asked(EVIL, { configured: [EVIL], ...options })).toBe('UNKNOWN_HOST')
    expect(asked(EVIL, { typed: [EVIL], ...options })).toBe('UNKNOWN_HOST')
  })

  it('gets the key that Flink holds for just this host', () => {
    expect(asked(EVIL, { configured: [EVIL], conf: `fs.azure.account.key.${EVIL}: FK` })).toBe(`key to ${EVIL}`)
  })

  it('gets what there is once an endpoint says that it serves the account, and nothing where anonymous is asked for', () => {
    const endpoint = `https://${EVIL}`
    expect(asked(EVIL, { storage: { [EVIL]: { endpoint } } })).toBe(`identity to ${endpoint}`)
    expect(asked(EVIL, { storage: { [EVIL]: { auth: 'anonymous' } } })).toBe(`anonymous to ${EVIL}`)
  })
})

describe('AZURE_STORAGE_ACCOUNT', () => {
  const env = (owner: string) => ({ ...KEY, AZURE_STORAGE_ACCOUNT: owner })

  it.each<[string, string, string, WorldOptions]>([
    ['names the account of a root', ACCT, 'key', { env: env('acct'), configured: [ACCT] }],
    ['names an account that was typed', CHINA, 'key', { env: env('acct'), typed: [CHINA] }],
    ['is the one of the root where another cloud was typed', CHINA, 'identity', { env: env('acct'), configured: [ACCT], typed: [CHINA] }],
    ['may be a whole host', CHINA, 'key', { env: env(CHINA), configured: [ACCT, CHINA] }],
    ['may be a whole host of the other endpoint', ACCT, 'key', { env: env('acct.dfs.core.windows.net'), configured: [ACCT, CHINA] }],
    ['as a whole host is no other one', ACCT, 'identity', { env: env(CHINA), configured: [ACCT, CHINA] }],
    ['is another account', ACCT, 'identity', { env: env('other'), configured: [ACCT] }],
  ])('%s', (_, account, kind, options) => {
    expect(asked(account, options)).toBe(`${kind} to ${account}`)
  })

  it('must say which cloud it means when both are configured', () => {
    expect(() => accessBy(worldOf({ env: env('acct'), configured: [ACCT, CHINA] }))(ACCT, 'c')).toThrow(
      expect.objectContaining({ exitCode: 2, suggestions: [`Say which: AZURE_STORAGE_ACCOUNT=${ACCT}`] }),
    )
  })
})

describe('a connection string', () => {
  const of = (text: string) => ({ AZURE_STORAGE_CONNECTION_STRING: `AccountName=acct;AccountKey=CK==;${text}` })

  it.each<[string, string, string, string]>([
    ['of the account in its cloud', CHINA, 'EndpointSuffix=core.chinacloudapi.cn', `key to ${CHINA}`],
    ['of that name in another cloud', ACCT, 'EndpointSuffix=core.chinacloudapi.cn', `identity to ${ACCT}`],
    [
      'of its private link',
      ACCT,
      'BlobEndpoint=https://acct.privatelink.blob.core.windows.net',
      'key to https://acct.privatelink.blob.core.windows.net',
    ],
    ['of an emulator under its name', ACCT, 'BlobEndpoint=http://127.0.0.1:9/acct', 'key to http://127.0.0.1:9/acct'],
  ])('%s', (_, account, text, expected) => {
    expect(asked(account, { configured: [account], env: of(text) })).toBe(expected)
  })

  it('in clear over a network is refused', () => {
    expect(asked(ACCT, { configured: [ACCT], env: of('BlobEndpoint=http://storage.corp/acct') })).toBe('USAGE')
  })
})

describe('an endpoint', () => {
  const ways: [string, Record<string, string>][] = [
    ['identity', {}],
    ['key', KEY],
    ['sas', { AZURE_STORAGE_SAS_TOKEN: SAS }],
  ]
  const at = (endpoint: string, env: Record<string, string>, more: WorldOptions = {}) =>
    asked(ACCT, { storage: { [ACCT]: { endpoint } }, env, ...more })

  it.each(ways)('elsewhere gets no %s when its file was only found', (_, env) => {
    for (const endpoint of [
      'https://storage.evil.test',
      'https://other.blob.core.windows.net',
      `https://${ACCT}.evil.test`,
      `https://${ACCT}:8443`,
    ])
      expect(at(endpoint, env, { isFound: true })).toBe('USAGE')
  })

  it("gets no key of Flink's either, and no credential in clear", () => {
    expect(at('https://storage.evil.test', {}, { isFound: true, conf: `fs.azure.sas.c.${ACCT}: ${SAS}` })).toBe('USAGE')
    const storage = { [ACCT]: { endpoint: `http://${ACCT}`, allowHttp: true } }
    expect(asked(ACCT, { storage, env: KEY, isFound: true })).toBe('USAGE')
  })

  it.each(ways)('on this machine, or one of the account itself, needs no more for %s', (kind, env) => {
    const notices: string[] = []
    const more = { isFound: true, onNotice: (text: string) => void notices.push(text) }
    for (const endpoint of [`https://${ACCT}`, 'https://acct.privatelink.blob.core.windows.net', 'https://127.0.0.1:10000/acct'])
      expect(at(endpoint, env, more)).toBe(`${kind} to ${endpoint}`)
    expect(notices).toEqual([])
  })

  it.each(ways)('elsewhere in a file that was named gets %s, which is said once', (kind, env) => {
    const notices: string[] = []
    const storage = { [ACCT]: { endpoint: 'https://storage.corp' } }
    const accessFor = accessBy(worldOf({ storage, env, onNotice: (text) => void notices.push(text) }))
    for (const container of ['a', 'b'])
      expect(accessFor(ACCT, container)).toMatchObject({ endpoint: 'https://storage.corp', credential: { kind } })
    expect(notices).toEqual([expect.stringMatching(/acct\.blob\.core\.windows\.net goes to https:\/\/storage\.corp/)])
  })

  it.each([
    ['key', KEY],
    ['sas', { AZURE_STORAGE_SAS_TOKEN: SAS }],
  ])('takes a %s over plain http only with allowHttp', (kind, env) => {
    const endpoint = 'http://storage.corp'
    expect(at(endpoint, env)).toBe('USAGE')
    expect(asked(ACCT, { storage: { [ACCT]: { endpoint, allowHttp: true } }, env })).toBe(`${kind} to ${endpoint}`)
    expect(at('http://127.0.0.1:10000/acct', env)).toBe(`${kind} to http://127.0.0.1:10000/acct`)
  })
})

describe('for any path in any answer', () => {
  const label = fc.constantFrom('acct', 'other', 'x', 'acct-secondary', 'privatelink', 'z1')
  const suffix = fc.constantFrom(
    'blob.core.windows.net',
    'dfs.core.windows.net',
    'blob.core.chinacloudapi.cn',
    'blob.evil.test',
    'evil.test',
    'z1.blob.storage.azure.net',
  )
  const host = fc.oneof(
    fc.tuple(fc.array(label, { minLength: 1, maxLength: 2 }), suffix).map(([labels, end]) => [...labels, end].join('.')),
    fc.domain(),
    fc.constantFrom('storageemulator', '127.0.0.1', 'localhost', 'acct'),
    fc.stringMatching(/^[^/@]{1,20}$/),
  )
  const port = fc.constantFrom('', '', ':443', ':10000')
  const path = fc
    .tuple(fc.constantFrom('wasb', 'wasbs', 'abfs', 'abfss', 'https', 'WASBS'), host, port, fc.boolean())
    .map(([scheme, name, at, isLoud]) => {
      const authority = `${isLoud ? name.toUpperCase() : name}${at}`
      return scheme === 'https' ? `https://${authority}/c/x` : `${scheme}://c@${authority}/x`
    })
  const env = fc.record(
    {
      AZURE_STORAGE_KEY: fc.constant('EK'),
      AZURE_STORAGE_ACCOUNT: fc.constantFrom('acct', 'other', ACCT),
      AZURE_STORAGE_SAS_TOKEN: fc.constant(SAS),
      AZURE_STORAGE_CONNECTION_STRING: fc.constantFrom(...Object.values(STRING), 'UseDevelopmentStorage=true'),
    },
    { requiredKeys: [] },
  )
  const conf = fc.constantFrom(
    '',
    'fs.azure.account.key: FK',
    `fs.azure.account.key.${ACCT}: FK`,
    'fs.azure.storage.emulator.account.name: x',
  )

  it('a host that is asked is one that was named; a credential of any account goes to Azure or to an endpoint that is configured', () => {
    const account = path.map(accountOf).filter((one) => one !== null)
    const worlds = fc.record({
      configured: fc.array(account, { minLength: 1, maxLength: 3 }),
      typed: fc.array(account, { maxLength: 2 }),
      env,
      conf,
    })
    const cases = worlds.chain((world) =>
      fc.tuple(fc.constant(world), fc.oneof(account, fc.constantFrom(...world.configured, ...world.typed))),
    )
    const targets: string[] = []
    fc.assert(
      fc.property(cases, ([world, one]) => {
        const said = asked(one, world)
        const [, target] = said.split(' to ')
        if (![...world.configured, ...world.typed].includes(one)) expect(said).toBe('FOREIGN_ACCOUNT')
        if (target === undefined) return
        targets.push(target)
        if (!target.startsWith('http://127.0.0.1:10000')) expectOwnHost(target, one)
      }),
      { numRuns: 3000 },
    )
    expect(targets.length).toBeGreaterThan(50)
  })

  function expectOwnHost(target: string, account: string): void {
    expect(azureAccount(account)).not.toBeNull()
    expect(azureAccount(target.replace(/^https:\/\//, ''))).toBe(azureAccount(account))
  }

  function accountOf(uri: string): string | null {
    const parsed = parseLocation(uri)
    return parsed.ok ? parsed.location.account : null
  }
})
