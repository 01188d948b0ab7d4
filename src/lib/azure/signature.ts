/** Signs with an account key; `StorageSharedKeyCredential` does. */
export interface KeySigner {
  readonly accountName: string
  computeHMACSHA256(stringToSign: string): string
}

/** What a signature covers, of the requests that are sent here: neither has a range, a language, or a date but `x-ms-date`. */
export interface Signed {
  method: 'DELETE' | 'POST'
  /** Encoded, as it stands in the request line. */
  path: string
  contentLength?: number
  contentType?: string
  ifMatch?: string
  /** `x-ms-*` headers, by their lower-case names. */
  headers: Record<string, string>
  /** Decoded parameters, by their lower-case names. */
  query?: Record<string, string>
}

/** The `Authorization` header of Shared Key (learn.microsoft.com: "Authorize with Shared Key", version 2015-02-21 and later). */
export function authorization(signer: KeySigner, request: Signed): string {
  const { method, path, contentLength, contentType = '', ifMatch = '', headers, query = {} } = request
  const length = contentLength === undefined || contentLength === 0 ? '' : contentLength
  const lines = [method, '', '', length, '', contentType, '', '', ifMatch, '', '', '']
  const canonicalHeaders = sortedEntries(headers).map(([name, value]) => `${name}:${value}`)
  const resource = [`/${signer.accountName}${path}`, ...sortedEntries(query).map(([name, value]) => `${name}:${value}`)]
  return `SharedKey ${signer.accountName}:${signer.computeHMACSHA256([...lines, ...canonicalHeaders, ...resource].join('\n'))}`
}

function sortedEntries(values: Record<string, string>): [string, string][] {
  return Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1))
}
