import { describe, expect, it } from 'vitest'
import { causeOf } from '../../../src/lib/flink/errors.js'
import { isSensitiveKey, redactText, redactValue, scrub } from '../../../src/lib/flink/redact.js'
import { Secret } from '../../../src/lib/secret.js'

describe('redaction', () => {
  it.each([
    'fs.azure.account.key.acct.blob.core.windows.net',
    'fs.azure.sas.cont.acct.blob.core.windows.net',
    's3.access-key',
    'S3.Secret-Key',
    'x.connection-string',
    'x.credential',
    'x.passwd',
    'x.pwd',
    'x.private-key',
    'security.ssl.rest.keystore-password',
    'my_access_key',
    'client.http-headers',
  ])('%s is sensitive', (key) => {
    expect(isSensitiveKey(key)).toBe(true)
    expect(redactValue(key, 'MARK')).toBe('***')
  })

  it.each(['execution.checkpointing.dir', 'rest.port', 'taskmanager.numberOfTaskSlots', 'state.backend.type'])('%s is not', (key) => {
    expect(redactValue(key, 'value')).toBe('value')
  })

  it.each([
    ['-Dx.password=MARK -Xmx1g', '-Dx.password=*** -Xmx1g'],
    ['https://a.blob.core.windows.net/c?sv=2024&sig=MARK%3D&se=1', 'https://a.blob.core.windows.net/c?sv=2024&sig=***&se=1'],
    ['AccountName=a;AccountKey=MARK==;EndpointSuffix=x', 'AccountName=a;AccountKey=***;EndpointSuffix=x'],
    ["'password' = 'MA''RK', 'url' = 'jdbc'", "'password' = ***, 'url' = 'jdbc'"],
    ['{"client.secret": "MARK"}', '{"client.secret": ***}'],
    ['Authorization: Bearer MARK.MARK', 'Authorization: Bearer ***'],
    ['http://user:MARK@proxy:3128/', 'http://***@proxy:3128/'],
    ['wasbs://cont@acct.blob.core.windows.net/x', 'wasbs://cont@acct.blob.core.windows.net/x'],
    ['Encountered "=" at line 1, column 2.', 'Encountered "=" at line 1, column 2.'],
  ])('%s', (text, shown) => {
    expect(redactText(text)).toBe(shown)
  })

  it('also takes out the very values that were sent', () => {
    expect(scrub('you sent abc-MARK', [new Secret('abc-MARK')])).toBe('you sent ***')
  })

  it.each(['a', 'a=b ', 'x:', '\n', 'a.', ' ', '"a" ', "='"])('takes a long run of %j in its stride', (unit) => {
    const text = unit.repeat(200_000 / unit.length)
    const started = Date.now()
    redactText(text)
    causeOf(text)
    expect(Date.now() - started).toBeLessThan(3000)
  })
})
