import type { Credential } from '../access.js'
import type { Secret } from '../secret.js'
import { toUrl } from './url.js'

/** Plain since FLINK-31612 (1.18), relocated before. */
const PROVIDER = /^(?:org\.apache\.flink\.fs\.shaded\.hadoop3\.)?org\.apache\.hadoop\.fs\.azurebfs\.oauth2\.(\w+)$/

/** The Azure identity that stands for one of Hadoop's OAuth token providers; `null` for one that has no counterpart. */
export function oauthCredential(className: string, option: (name: string) => Secret | null): Credential | null {
  const clientId = option('fs.azure.account.oauth2.client.id')?.reveal()
  switch (PROVIDER.exec(className.trim())?.[1]) {
    case 'ClientCredsTokenProvider':
      return clientSecret(clientId, option('fs.azure.account.oauth2.client.secret'), option('fs.azure.account.oauth2.client.endpoint'))
    case 'MsiTokenProvider':
      return { kind: 'identity', which: 'managed', ...(clientId ? { clientId } : {}) }
    case 'WorkloadIdentityTokenProvider':
      return { kind: 'identity', which: 'workload', ...(clientId ? { clientId } : {}) }
    default:
      return null
  }
}

/** Hadoop's endpoint is the token URL: `https://login.microsoftonline.com/<tenant>/oauth2/token`. */
function clientSecret(clientId: string | undefined, secret: Secret | null, endpoint: Secret | null): Credential | null {
  const url = endpoint && toUrl(endpoint.reveal())
  const tenantId = url?.pathname.split('/')[1]
  if (!clientId || !secret || !url || !tenantId) return null
  return { kind: 'clientSecret', tenantId, clientId, secret, authority: url.origin }
}
