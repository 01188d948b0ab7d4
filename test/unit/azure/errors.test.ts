import { describe, expect, it } from 'vitest'
import { withDeadline } from '../../../src/lib/azure/deadline.js'
import { storageError } from '../../../src/lib/azure/errors.js'
import { formatOwner, ownerWords, parseOwner } from '../../../src/lib/azure/lock-owner.js'

const attempt = { action: 'list x', account: 'acct.blob.core.windows.net', container: 'flink' }
const { signal } = new AbortController()

describe('storageError', () => {
  it.each([
    [{ code: 'ENOTFOUND' }, 'STORAGE_UNREACHABLE', 7, 'its name cannot be resolved', 'Check the account name'],
    [{ code: 'ECONNREFUSED' }, 'STORAGE_UNREACHABLE', 7, 'ECONNREFUSED', 'Check the account name'],
    [{ code: 'ETIMEDOUT' }, 'STORAGE_UNREACHABLE', 7, 'ETIMEDOUT', 'Check the account name'],
    [{ code: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'STORAGE_UNREACHABLE', 7, 'SELF_SIGNED', 'NODE_EXTRA_CA_CERTS'],
    [{}, 'STORAGE_ANSWER_BROKEN', 7, 'it is not what the service sends', 'look for a proxy'],
    [{ code: 'a text with blanks that may hold MARKED' }, 'STORAGE_ANSWER_BROKEN', 7, 'it is not what the service sends', 'proxy'],
    [{ statusCode: 429 }, 'STORAGE_BUSY', 7, 'answered 429', 'try again later'],
    [{ statusCode: 403 }, 'NOT_AUTHORISED', 4, '(HTTP 403)', 'Storage Blob Data Reader'],
  ])('%j', (fields, code, exitCode, message, hint) => {
    const error = storageError(Object.assign(new Error('MARKED'), fields), attempt, signal)
    expect(error).toMatchObject({ code, exitCode, message: expect.stringContaining(message) })
    expect(error).toHaveProperty('suggestions', expect.arrayContaining([expect.stringContaining(hint)]))
    expect(error).toHaveProperty('message', expect.not.stringContaining('MARKED'))
  })

  it.each([
    ['AggregateAuthenticationError', 'ChainedTokenCredential authentication failed.\nMARKED', 'AggregateAuthenticationError'],
    ['AuthenticationError', 'invalid_client(7000215): AADSTS7000215: Invalid client secret provided MARKED', 'AADSTS7000215'],
    ['CredentialUnavailableError', 'Azure CLI could not be found', 'CredentialUnavailableError'],
  ])('%s is a matter of rights', (name, text, shown) => {
    const error = storageError(Object.assign(new Error(text), { name, statusCode: 400 }), attempt, signal)
    expect(error).toMatchObject({
      code: 'NOT_AUTHORISED',
      exitCode: 4,
      message: `No Azure identity could be used for acct.blob.core.windows.net (${shown}).`,
    })
  })
})

describe('withDeadline', () => {
  const never = () => new Promise<never>(() => undefined)

  it('ends what hangs, even if it does not listen', async () => {
    await expect(withDeadline({ signal, deadlineMs: 20, what: 'read x' }, never)).rejects.toMatchObject({
      code: 'STORAGE_TIMEOUT',
      exitCode: 7,
      message: 'Cannot read x: the storage account did not answer within 0 s.',
    })
  })

  it('ends with the reason of the caller', async () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort('enough'), 5)
    await expect(withDeadline({ signal: controller.signal, deadlineMs: 1000, what: 'x' }, never)).rejects.toBe('enough')
    await expect(withDeadline({ signal: controller.signal, deadlineMs: 1000, what: 'x' }, async () => 1)).rejects.toBe('enough')
  })

  it('passes on result and error', async () => {
    expect(await withDeadline({ signal, deadlineMs: 1000, what: 'x' }, async () => 5)).toBe(5)
    await expect(withDeadline({ signal, deadlineMs: 1000, what: 'x' }, () => Promise.reject(new Error('own')))).rejects.toThrow('own')
  })
})

describe('lock owner', () => {
  const owner = { host: 'h', pid: 5, startedAt: '2026-11-22T10:00:00.000Z', runId: 'run-1' }

  it('reads what it writes and nothing else', () => {
    expect(parseOwner(formatOwner(owner))).toEqual(owner)
    for (const text of ['', '{', 'null', '5', '[]', '{"host":"h"}', '{"host":"h","pid":"5","startedAt":"x","runId":"r"}'])
      expect(parseOwner(text)).toBeNull()
  })

  it('says who it is', () => {
    expect(ownerWords(owner, 'run ')).toBe('run run-1 on h (process 5), since 2026-11-22T10:00:00.000Z')
    expect(ownerWords(null, 'run ')).toBe('by whom is not written there')
  })
})
