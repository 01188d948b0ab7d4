import { describe, expect, it } from 'vitest'
import type { Credential } from '../../../src/lib/access.js'
import { accessBy } from '../../../src/lib/config/account-access.js'
import type { AccountSetting } from '../../../src/lib/config/settings.js'
import { worldOf } from '../../support/access-world.js'

const ACCOUNT = 'acct.blob.core.windows.net'
const EMULATOR = 'http://127.0.0.1:10000/devstoreaccount1'
const CONNECTION = 'DefaultEndpointsProtocol=https;AccountName=acct;AccountKey=CK==;EndpointSuffix=core.windows.net'
const CONF = `fs.azure.account.key.${ACCOUNT}: FK\nfs.azure.sas.flink.${ACCOUNT}: sig=FS`

function access(options: { env?: Record<string, string>; setting?: Partial<AccountSetting>; conf?: string; account?: string }) {
  const account = options.account ?? ACCOUNT
  const world = worldOf({ configured: [account], ...options, storage: options.setting ? { [ACCOUNT]: options.setting } : {} })
  const found = accessBy(world)(account, 'flink')
  return { credential: open(found.credential), source: found.source, endpoint: found.endpoint }
}

function open(credential: Credential): string {
  if (credential.kind === 'key') return credential.key.reveal().startsWith('Eby8') ? 'emulator key' : `key ${credential.key.reveal()}`
  if (credential.kind === 'sas') return `sas ${credential.token.reveal()}`
  return credential.kind === 'identity' ? credential.which : credential.kind
}

describe('auth: auto takes the first there is', () => {
  const env = { AZURE_STORAGE_CONNECTION_STRING: CONNECTION, AZURE_STORAGE_SAS_TOKEN: '?sig=E', AZURE_STORAGE_KEY: 'EK' }

  it.each([
    ['the connection string', env, 'key CK==', 'AZURE_STORAGE_CONNECTION_STRING'],
    ['the SAS', { ...env, AZURE_STORAGE_CONNECTION_STRING: '' }, 'sas sig=E', 'AZURE_STORAGE_SAS_TOKEN'],
    [
      'the SAS, when the connection string is of another account',
      { ...env, AZURE_STORAGE_CONNECTION_STRING: CONNECTION.replace('=acct', '=other') },
      'sas sig=E',
      'AZURE_STORAGE_SAS_TOKEN',
    ],
    ['the key', { AZURE_STORAGE_KEY: 'EK' }, 'key EK', 'AZURE_STORAGE_KEY'],
    [
      "Flink's, when the key is of another account",
      { AZURE_STORAGE_KEY: 'EK', AZURE_STORAGE_ACCOUNT: 'other' },
      'sas sig=FS',
      `flink conf /c/flink-conf.yaml: fs.azure.sas.flink.${ACCOUNT}`,
    ],
    ["Flink's", {}, 'sas sig=FS', `flink conf /c/flink-conf.yaml: fs.azure.sas.flink.${ACCOUNT}`],
  ])('%s', (_, environment, credential, source) => {
    expect(access({ env: environment, conf: CONF })).toEqual({ credential, source, endpoint: null })
  })

  it('DefaultAzureCredential at last', () => {
    expect(access({})).toEqual({ credential: 'default', source: 'DefaultAzureCredential', endpoint: null })
    expect(access({ conf: 'a: b' }).credential).toBe('default')
  })
})

describe('auth by name', () => {
  const env = { AZURE_STORAGE_CONNECTION_STRING: CONNECTION, AZURE_STORAGE_SAS_TOKEN: 'sig=E', AZURE_STORAGE_KEY: 'EK' }

  it.each([
    ['key', env, 'key EK'],
    ['key', {}, 'key FK'],
    ['sas', env, 'sas sig=E'],
    ['sas', {}, 'sas sig=FS'],
    ['connection-string', env, 'key CK=='],
    ['identity', env, 'default'],
    ['workload', env, 'workload'],
    ['cli', env, 'cli'],
    ['anonymous', env, 'anonymous'],
  ] as const)('%s', (auth, environment, credential) => {
    expect(access({ env: environment, setting: { auth }, conf: CONF }).credential).toBe(credential)
  })

  it.each(['key', 'sas', 'connection-string'] as const)('%s without one is a usage error that says what to set', (auth) => {
    expect(() => access({ setting: { auth } })).toThrow(
      expect.objectContaining({ exitCode: 2, message: expect.stringContaining(`auth is ${auth}`) }),
    )
  })
})

describe('the emulator', () => {
  it('is signed with its public key when nothing else is configured', () => {
    expect(access({ setting: { endpoint: EMULATOR } })).toEqual({
      credential: 'emulator key',
      source: 'public key of the emulator',
      endpoint: EMULATOR,
    })
    expect(access({ setting: { endpoint: 'http://localhost:1234/devstoreaccount1', auth: 'key' } }).credential).toBe('emulator key')
  })

  it('is signed with a key that is configured', () => {
    expect(access({ setting: { endpoint: EMULATOR }, env: { AZURE_STORAGE_KEY: 'EK' } }).credential).toBe('key EK')
    expect(
      access({ setting: { endpoint: EMULATOR }, env: { AZURE_STORAGE_KEY: 'EK', AZURE_STORAGE_ACCOUNT: 'devstoreaccount1' } }).credential,
    ).toBe('key EK')
  })

  it('never gets its public key sent elsewhere', () => {
    expect(access({ setting: { endpoint: 'https://proxy.example/devstoreaccount1' } }).credential).toBe('default')
  })

  it('is found by what Flink takes for it, and then by no other key', () => {
    expect(access({ conf: CONF, account: 'storageemulator' })).toMatchObject({ credential: 'emulator key', endpoint: EMULATOR })
    const conf = `${CONF}\nfs.azure.storage.emulator.account.name: ${ACCOUNT}`
    expect(access({ conf })).toMatchObject({ credential: 'emulator key', endpoint: EMULATOR })
    expect(access({ conf, setting: { endpoint: 'http://127.0.0.1:7/devstoreaccount1' } })).toMatchObject({
      endpoint: 'http://127.0.0.1:7/devstoreaccount1',
    })
  })
})

describe('connection strings', () => {
  const of = (text: string, setting?: Partial<AccountSetting>) =>
    access({ env: { AZURE_STORAGE_CONNECTION_STRING: text }, ...(setting ? { setting } : {}) })

  it.each([
    ['standard', CONNECTION, undefined, 'key CK==', null],
    ['without protocol and suffix', 'AccountName=acct;AccountKey=CK==', undefined, 'key CK==', null],
    ['a SAS', `BlobEndpoint=https://${ACCOUNT}/;SharedAccessSignature=?sv=1&sig=a=`, undefined, 'sas sv=1&sig=a=', null],
    [
      'an endpoint elsewhere',
      'AccountName=acct;AccountKey=CK==;BlobEndpoint=http://127.0.0.1:9/acct',
      undefined,
      'key CK==',
      'http://127.0.0.1:9/acct',
    ],
    [
      'the emulator by its endpoint',
      `AccountName=devstoreaccount1;AccountKey=DK==;BlobEndpoint=${EMULATOR};`,
      { endpoint: EMULATOR },
      'key DK==',
      EMULATOR,
    ],
    [
      'the emulator at another port',
      `AccountName=devstoreaccount1;AccountKey=DK==;BlobEndpoint=${EMULATOR};`,
      { endpoint: 'http://127.0.0.1:5/devstoreaccount1' },
      'key DK==',
      'http://127.0.0.1:5/devstoreaccount1',
    ],
    ['UseDevelopmentStorage', 'UseDevelopmentStorage=true', { endpoint: EMULATOR }, 'emulator key', EMULATOR],
    ['the emulator, for an account that is not there', 'UseDevelopmentStorage=true', undefined, 'default', null],
    ['one without credential', 'AccountName=acct', undefined, 'default', null],
    ['rubbish', 'x', undefined, 'default', null],
  ])('%s', (_, text, setting, credential, endpoint) => {
    expect(of(text, setting)).toMatchObject({ credential, endpoint })
  })
})
