import { toUrl } from './url.js'

/**
 * Hosts under which Azure serves blobs: public and sovereign clouds, DNS zones (`acct.z12.blob.storage.azure.net`), each also as a private
 * link. One label stands before the suffix: who registers it is the account.
 */
const AZURE_HOST =
  /^([a-z0-9]+)(-secondary)?(?:(?:\.privatelink)?\.blob\.core\.(?:windows\.net|chinacloudapi\.cn|usgovcloudapi\.net|cloudapi\.de)|\.z\d+(?:\.privatelink)?\.blob\.storage\.azure\.net)$/

/**
 * The account's own host when Azure serves this one, whichever of the account's endpoints it is (private link, secondary); `null` for any
 * other host, and for one with a port. `host` as `canonicalAccount` gives it.
 */
export function azureAccount(host: string): string | null {
  return AZURE_HOST.test(host) ? host.replace('-secondary', '').replace('.privatelink', '') : null
}

/** The name of an account: what its host begins with. Says nothing of whose it is. */
export function firstLabel(host: string): string {
  return host.split('.')[0] ?? host
}

/** Whether a base URL is served by this machine. */
export function isLoopback(url: string): boolean {
  const hostname = toUrl(url)?.hostname ?? ''
  return /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(hostname)
}
