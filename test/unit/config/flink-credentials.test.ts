import { describe, expect, it } from 'vitest'
import { parseFlinkConf } from '../../../src/lib/config/flink-conf.js'
import { flinkCredential } from '../../../src/lib/config/flink-credentials.js'

const ACCOUNT = 'acct.blob.core.windows.net'
const DFS = 'acct.dfs.core.windows.net'
const PLAIN = 'org.apache.hadoop.fs.azurebfs.oauth2'
const SHADED = `org.apache.flink.fs.shaded.hadoop3.${PLAIN}`

/** What was found, with its secret laid open. */
function found(lines: string[], env: Record<string, string> = {}, container = 'flink') {
  const result = flinkCredential(parseFlinkConf('/c/flink-conf.yaml', lines.join('\n')), ACCOUNT, container, env)
  if (!result) return null
  const { credential } = result
  if (credential.kind === 'key') return `key ${credential.key.reveal()}`
  if (credential.kind === 'sas') return `sas ${credential.token.reveal()}`
  if (credential.kind === 'clientSecret') return { ...credential, secret: credential.secret.reveal() }
  return credential
}

describe('flinkCredential', () => {
  it.each([
    ['wasb account key', [`fs.azure.account.key.${ACCOUNT}: K1`], 'key K1'],
    ['abfs account key', [`fs.azure.account.key.${DFS}: K1`], 'key K1'],
    ['unsuffixed account key', ['fs.azure.account.key: K1'], 'key K1'],
    ['the suffixed key before the unsuffixed', ['fs.azure.account.key: K1', `fs.azure.account.key.${DFS}: K2`], 'key K2'],
    ['the azure. prefix', [`azure.account.key.${ACCOUNT}: K1`], 'key K1'],
    ['capitals in the host', ['fs.azure.account.key.ACCT.blob.core.windows.net: K1'], 'key K1'],
    ['a key of another account', ['fs.azure.account.key.other.blob.core.windows.net: K1'], null],
    ['container SAS', [`fs.azure.sas.flink.${ACCOUNT}: ?sv=1&sig=S`], 'sas sv=1&sig=S'],
    ['container SAS before the key', [`fs.azure.account.key.${ACCOUNT}: K`, `fs.azure.sas.flink.${ACCOUNT}: sig=S`], 'sas sig=S'],
    ['SAS of another container', [`fs.azure.sas.other.${ACCOUNT}: sig=S`], null],
    ['fixed token of abfs', [`fs.azure.account.auth.type.${DFS}: SAS`, `fs.azure.sas.fixed.token.${DFS}: sig=F`], 'sas sig=F'],
    ['fixed token without auth.type SAS', ['fs.azure.sas.fixed.token: sig=F'], null],
    ['auth.type IDENTITY of the guide, which no Hadoop knows', [`fs.azure.account.auth.${ACCOUNT}: IDENTITY`], null],
    ['nothing', [], null],
  ])('%s', (_, lines, expected) => {
    expect(found(lines)).toEqual(expected)
  })

  it.each([
    ['wasb', [`fs.azure.sas.flink.${ACCOUNT}: c2VjcmV0`], `fs.azure.sas.flink.${ACCOUNT}`],
    ['abfs', ['fs.azure.account.auth.type: SAS', 'fs.azure.sas.fixed.token: sv=1&sig='], 'fs.azure.sas.fixed.token'],
  ])('refuses a SAS without a signature, and does not repeat it: %s', (_, lines, key) => {
    expect(() => found(lines)).toThrow(`${key} holds no SAS token: it has no sig= part.`)
    expect(() => found(lines)).not.toThrow(/c2VjcmV0/)
  })

  it('takes AZURE_STORAGE_KEY where Flink takes it', () => {
    const lines = [`fs.azure.account.keyprovider.${ACCOUNT}: org.apache.flink.fs.azurefs.EnvironmentVariableKeyProvider`]
    expect(found(lines, { AZURE_STORAGE_KEY: 'KE' })).toBe('key KE')
    expect(found(lines)).toBeNull()
    expect(found([lines[0]?.replace('EnvironmentVariable', 'ShellDecryption') ?? ''], { AZURE_STORAGE_KEY: 'KE' })).toBeNull()
  })

  it.each([PLAIN, SHADED])('reads OAuth providers of %s', (names) => {
    const oauth = [`fs.azure.account.auth.type.${DFS}: OAuth`, 'fs.azure.account.oauth2.client.id: ID']
    const type = (name: string) => [...oauth, `fs.azure.account.oauth.provider.type.${DFS}: ${names}.${name}`]
    expect(found(type('MsiTokenProvider'))).toEqual({ kind: 'identity', which: 'managed', clientId: 'ID' })
    expect(found(type('WorkloadIdentityTokenProvider'))).toEqual({ kind: 'identity', which: 'workload', clientId: 'ID' })
    expect(found(type('UserPasswordTokenProvider'))).toBeNull()
    const client = [
      'fs.azure.account.oauth2.client.secret: SEC',
      'fs.azure.account.oauth2.client.endpoint: https://login.microsoftonline.com/TENANT/oauth2/token',
    ]
    const expected = {
      kind: 'clientSecret',
      tenantId: 'TENANT',
      clientId: 'ID',
      secret: 'SEC',
      authority: 'https://login.microsoftonline.com',
    }
    expect(found([...type('ClientCredsTokenProvider'), ...client])).toEqual(expected)
    expect(found(type('ClientCredsTokenProvider'))).toBeNull()
  })

  it('needs no client id for a system-assigned identity', () => {
    const lines = ['fs.azure.account.auth.type: OAuth', `fs.azure.account.oauth.provider.type: ${PLAIN}.MsiTokenProvider`]
    expect(found(lines)).toEqual({ kind: 'identity', which: 'managed' })
  })

  it('says which key it used, not its value', () => {
    const result = flinkCredential(parseFlinkConf('/c/flink-conf.yaml', `fs.azure.account.key.${ACCOUNT}: K1`), ACCOUNT, 'flink', {})
    expect(result?.source).toBe(`flink conf /c/flink-conf.yaml: fs.azure.account.key.${ACCOUNT}`)
    expect(JSON.stringify(result)).not.toContain('K1')
  })
})
