import type { AccessToken, GetTokenOptions, TokenCredential } from '@azure/identity'

const REFRESH_BEFORE_MS = 5 * 60_000

/**
 * Keeps tokens until five minutes before they expire and fetches each just once at a time. `AzureCliCredential` starts an `az` process for
 * every `getToken()`, and the SDK asks once a request. A fetch is shared, so no single caller's abort ends it.
 */
export function cachedTokens(credential: TokenCredential, now: () => number = Date.now): TokenCredential {
  const tokens = new Map<string, AccessToken>()
  const running = new Map<string, Promise<AccessToken | null>>()

  async function fetchToken(key: string, scopes: string | string[], options: GetTokenOptions): Promise<AccessToken | null> {
    const { abortSignal: _, ...shared } = options
    try {
      const token = await credential.getToken(scopes, shared)
      if (token) tokens.set(key, token)
      return token
    } finally {
      running.delete(key)
    }
  }

  return {
    async getToken(scopes: string | string[], options: GetTokenOptions = {}) {
      const key = JSON.stringify([scopes, options.tenantId ?? null, options.claims ?? null])
      const cached = tokens.get(key)
      if (cached && cached.expiresOnTimestamp - now() > REFRESH_BEFORE_MS) return cached
      const fetching = running.get(key) ?? fetchToken(key, scopes, options)
      running.set(key, fetching)
      return fetching
    },
  }
}
