import type { AccessToken, TokenCredential } from '@azure/identity'
import { describe, expect, it } from 'vitest'
import { tokenSource } from '../../../src/lib/azure/credentials.js'
import { cachedTokens } from '../../../src/lib/azure/token-cache.js'
import { Secret } from '../../../src/lib/secret.js'

const SCOPE = 'https://storage.azure.com/.default'
const HOUR_MS = 3_600_000

/** A credential that counts, and whose tokens live for an hour. */
function counting(now: () => number) {
  const calls: string[] = []
  const credential: TokenCredential = {
    getToken: async (scopes, options): Promise<AccessToken> => {
      calls.push(`${scopes} ${options?.claims ?? ''}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
      if (calls.length === 1 && options?.tenantId === 'broken') throw new Error('no token')
      return { token: `t${calls.length}`, expiresOnTimestamp: now() + HOUR_MS }
    },
  }
  return { calls, credential }
}

describe('cachedTokens', () => {
  it('fetches once for many at the same time, and keeps the token', async () => {
    const { calls, credential } = counting(() => 0)
    const cached = cachedTokens(credential, () => 0)
    const tokens = await Promise.all(Array.from({ length: 256 }, () => cached.getToken(SCOPE)))
    expect(new Set(tokens.map((token) => token?.token))).toEqual(new Set(['t1']))
    await cached.getToken(SCOPE)
    expect(calls).toHaveLength(1)
  })

  it('fetches anew five minutes before the end', async () => {
    let now = 0
    const { calls, credential } = counting(() => now)
    const cached = cachedTokens(credential, () => now)
    await cached.getToken(SCOPE)
    now = HOUR_MS - 5 * 60_000 - 1
    expect((await cached.getToken(SCOPE))?.token).toBe('t1')
    now += 1
    expect((await cached.getToken(SCOPE))?.token).toBe('t2')
    expect(calls).toHaveLength(2)
  })

  it('keeps scopes, tenants and claims apart', async () => {
    const { calls, credential } = counting(() => 0)
    const cached = cachedTokens(credential, () => 0)
    await cached.getToken(SCOPE)
    await cached.getToken('other')
    await cached.getToken(SCOPE, { tenantId: 't' })
    await cached.getToken(SCOPE, { claims: 'c' })
    expect(calls).toHaveLength(4)
  })

  it('tries again after a failure', async () => {
    const { credential } = counting(() => 0)
    const cached = cachedTokens(credential, () => 0)
    await expect(cached.getToken(SCOPE, { tenantId: 'broken' })).rejects.toThrow('no token')
    expect((await cached.getToken(SCOPE, { tenantId: 'broken' }))?.token).toBe('t2')
  })
})

describe('tokenSource', () => {
  it('builds one credential for each identity', async () => {
    const built: string[] = []
    const source = tokenSource(async (credential) => {
      built.push(credential.kind)
      return counting(() => 0).credential
    })
    const client = { kind: 'clientSecret', tenantId: 't', clientId: 'c', secret: new Secret('s') } as const
    expect(await source({ kind: 'identity', which: 'default' })).toBe(await source({ kind: 'identity', which: 'default' }))
    expect(await source(client)).toBe(await source({ ...client }))
    expect(await source({ kind: 'identity', which: 'managed', clientId: 'a' })).not.toBe(
      await source({ kind: 'identity', which: 'managed' }),
    )
    expect(built).toEqual(['identity', 'clientSecret', 'identity', 'identity'])
  })

  it('knows every kind of identity of the SDK', async () => {
    const source = tokenSource()
    for (const which of ['default', 'cli', 'managed'] as const) expect(await source({ kind: 'identity', which })).toHaveProperty('getToken')
    expect(
      await source({ kind: 'clientSecret', tenantId: 't', clientId: 'c', secret: new Secret('s'), authority: 'https://login.example' }),
    ).toHaveProperty('getToken')
  })
})
