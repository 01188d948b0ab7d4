import type { TokenCredential } from '@azure/identity'
import type { Credential } from '../access.js'
import { cachedTokens } from './token-cache.js'

export type TokenBacked = Extract<Credential, { kind: 'identity' | 'clientSecret' }>

/** Gives caching token credentials; the same one for the same identity, whatever the container. */
export type TokenSource = (credential: TokenBacked) => Promise<TokenCredential>

export function tokenSource(build: TokenSource = buildCredential): TokenSource {
  const built = new Map<string, Promise<TokenCredential>>()
  return (credential) => {
    const key = identityKey(credential)
    const known = built.get(key) ?? build(credential).then((fresh) => cachedTokens(fresh))
    built.set(key, known)
    return known
  }
}

/** What tells identities apart; a secret does not (it shows as `***`). */
function identityKey(credential: TokenBacked): string {
  return JSON.stringify(credential)
}

/** Loads `@azure/identity` only here: key and SAS users never pay for it. */
async function buildCredential(credential: TokenBacked): Promise<TokenCredential> {
  const identity = await import('@azure/identity')
  if (credential.kind === 'clientSecret') {
    const { tenantId, clientId, secret, authority } = credential
    return new identity.ClientSecretCredential(tenantId, clientId, secret.reveal(), authority ? { authorityHost: authority } : {})
  }
  const client = credential.clientId ? { clientId: credential.clientId } : {}
  switch (credential.which) {
    case 'default':
      return new identity.DefaultAzureCredential()
    case 'workload':
      return new identity.WorkloadIdentityCredential(client)
    case 'cli':
      return new identity.AzureCliCredential()
    case 'managed':
      return new identity.ManagedIdentityCredential(client)
  }
}
