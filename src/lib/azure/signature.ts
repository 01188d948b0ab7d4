/** Signs with an account key; `StorageSharedKeyCredential` does. */
export interface KeySigner {
  readonly accountName: string
  computeHMACSHA256(stringToSign: string): string
}

/** The method and seven empty lines before `If-Match`; after it three. */
const BEFORE = `DELETE${'\n'.repeat(8)}`
const AFTER = '\n'.repeat(4)

/**
 * The `Authorization` header of a DELETE that has no headers but `If-Match` and `x-ms-date`, and no query: Shared Key
 * (learn.microsoft.com, "Authorize with Shared Key"), whose lines stand for headers, most of them empty here.
 */
export function deleteAuthorization(signer: KeySigner, { path, ifMatch, date }: { path: string; ifMatch: string; date: string }): string {
  const text = `${BEFORE}${ifMatch}${AFTER}x-ms-date:${date}\n/${signer.accountName}${path}`
  return `SharedKey ${signer.accountName}:${signer.computeHMACSHA256(text)}`
}
