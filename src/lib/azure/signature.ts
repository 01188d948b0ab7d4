/** Signs with an account key; `StorageSharedKeyCredential` does. */
export interface KeySigner {
  readonly accountName: string
  computeHMACSHA256(stringToSign: string): string
}

/**
 * The `Authorization` header of a DELETE that has no headers but `If-Match` and `x-ms-date`, and no query: Shared Key
 * (learn.microsoft.com, "Authorize with Shared Key"), whose lines stand for headers, most of them empty here.
 */
export function deleteAuthorization(signer: KeySigner, { path, ifMatch, date }: { path: string; ifMatch: string; date: string }): string {
  const standard = ['DELETE', '', '', '', '', '', '', '', ifMatch, '', '', '']
  const text = [...standard, `x-ms-date:${date}`, `/${signer.accountName}${path}`].join('\n')
  return `SharedKey ${signer.accountName}:${signer.computeHMACSHA256(text)}`
}
