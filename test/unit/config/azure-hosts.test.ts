import { describe, expect, it } from 'vitest'
import { azureAccount, isLoopback } from '../../../src/lib/config/azure-hosts.js'

describe('azureAccount', () => {
  it.each([
    ['acct.blob.core.windows.net', 'acct.blob.core.windows.net'],
    ['acct.blob.core.chinacloudapi.cn', 'acct.blob.core.chinacloudapi.cn'],
    ['acct.blob.core.usgovcloudapi.net', 'acct.blob.core.usgovcloudapi.net'],
    ['acct.blob.core.cloudapi.de', 'acct.blob.core.cloudapi.de'],
    ['acct.z12.blob.storage.azure.net', 'acct.z12.blob.storage.azure.net'],
    ['acct.privatelink.blob.core.windows.net', 'acct.blob.core.windows.net'],
    ['acct.z12.privatelink.blob.storage.azure.net', 'acct.z12.blob.storage.azure.net'],
    ['acct-secondary.blob.core.windows.net', 'acct.blob.core.windows.net'],
  ])('knows %s', (host, own) => {
    expect(azureAccount(host)).toBe(own)
  })

  it.each([
    'acct.blob.evil.test',
    'acct.blob.core.windows.net.evil.test',
    'acct.blob.core.windows.net:443',
    'evil.acct.blob.core.windows.net',
    'acct.evil.blob.core.windows.net',
    'acct.blob.core.windows.net.',
    'acctxblob.core.windows.net',
    'acct.blob.storage.azure.net',
    'acct.zx.blob.storage.azure.net',
    'blob.core.windows.net',
    '.blob.core.windows.net',
    'acct.file.core.windows.net',
    'acct.blob.core.windows.net\n',
    'evil.test#.blob.core.windows.net',
    'evil.test?.blob.core.windows.net',
    'evil.test\\.blob.core.windows.net',
    'storageemulator',
    '127.0.0.1:10000',
    '',
  ])('does not take %j for a host of Azure', (host) => {
    expect(azureAccount(host)).toBeNull()
  })
})

describe('isLoopback', () => {
  it.each(['http://127.0.0.1:10000/devstoreaccount1', 'https://localhost', 'http://[::1]:1', 'http://127.1'])(
    '%s is this machine',
    (url) => {
      expect(isLoopback(url)).toBe(true)
    },
  )

  it.each(['http://127.0.0.1.evil.test', 'http://localhost.evil.test', 'http://127.0.0.1@evil.test', 'http://10.0.0.1', 'rubbish'])(
    '%s is not',
    (url) => {
      expect(isLoopback(url)).toBe(false)
    },
  )
})
