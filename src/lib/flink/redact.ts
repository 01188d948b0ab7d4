import type { Secret } from '../secret.js'

/**
 * What Flink shows, without its secrets. Flink masks by part of the key (`GlobalConfiguration`), and by version not the same parts;
 * SAS keys, access keys, connection strings, `passwd`, `-D` arguments it shows in clear in every version (seen on 1.18 to 2.3).
 */

const MASK = '***'

const SENSITIVE_PARTS = [
  // Flink's own list
  'password',
  'secret',
  'fs.azure.account.key',
  'apikey',
  'api-key',
  'auth-params',
  'service-key',
  'token',
  'basic-auth',
  'jaas.config',
  'http-headers',
  // shown in clear by Flink
  'fs.azure.sas',
  'access-key',
  'accesskey',
  'access.key',
  'account-key',
  'accountkey',
  'connection-string',
  'connectionstring',
  'credential',
  'passwd',
  'passphrase',
  'pwd',
  'private-key',
  'privatekey',
  'private.key',
  'sharedaccess',
]

export function isSensitiveKey(key: string): boolean {
  const lower = key.toLowerCase().replaceAll('_', '-')
  return SENSITIVE_PARTS.some((part) => lower.includes(part))
}

/** The value of a configuration key, fit to be shown. */
export function redactValue(key: string, value: string): string {
  return isSensitiveKey(key) ? MASK : redactText(value)
}

const PATTERNS: [RegExp, string][] = [
  [/\bsig=[^&\s"'<>;]+/gi, `sig=${MASK}`],
  [/\b(AccountKey|SharedAccessKey|SharedAccessSignature)=[^;\s"']+/gi, `$1=${MASK}`],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/g, `$1 ${MASK}`],
  [/\/\/[^\s/@:]+:[^\s/@]+@/g, `//${MASK}@`],
]

/** `-Dkey=value`, `key=value`, `'key' = 'value'`, `"key": "value"`. Looks at each word once: stacks are long. */
const PAIR = /(["']?)(?<![\w.-])([\w.-]+)\1(\s*=\s*|\s*:\s*(?=["']))("[^"]*"|'(?:[^']|'')*'|[^\s,;&"']+)/g

/** Free text (messages, values, SQL) without SAS signatures, account keys, and values of sensitive keys. */
export function redactText(text: string): string {
  const byShape = PATTERNS.reduce((rest, [pattern, mask]) => rest.replace(pattern, mask), text)
  return byShape.replace(PAIR, (pair: string, quote: string, key: string, equals: string) =>
    isSensitiveKey(key) ? `${quote}${key}${quote}${equals}${MASK}` : pair,
  )
}

/** Also without the very values we sent, whole or in part (a bearer's token, one of several cookies), should a proxy echo them. */
export function scrub(text: string, secrets: Iterable<Secret>): string {
  let clean = text
  for (const secret of secrets) {
    const value = secret.reveal()
    const parts = value.split(/[\s;,]+/).filter((part) => part.length >= 8)
    for (const part of value.length >= 4 ? [value, ...parts] : parts) clean = clean.replaceAll(part, MASK)
  }
  return redactText(clean)
}
