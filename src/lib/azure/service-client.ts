import type { BlobServiceClient, StoragePipelineOptions } from '@azure/storage-blob'
import type { AccountAccess } from '../access.js'
import { usageError } from '../errors.js'
import type { TokenSource } from './credentials.js'

export interface Retry {
  /** Counts the first try. */
  maxTries: number
  retryDelayInMs: number
}

/**
 * A client of one account. The SDK repeats 500, 503 and socket errors, the first time at once
 * (`StorageRetryPolicyV2`), which a keep-alive connection that the server just closed needs.
 */
export async function serviceClient(access: AccountAccess, retry: Retry, tokens: TokenSource): Promise<BlobServiceClient> {
  const sdk = await import('@azure/storage-blob')
  const { credential } = access
  const url = access.endpoint ?? `https://${access.account}`
  const options = pipelineOptions(retry)
  switch (credential.kind) {
    case 'key':
      return new sdk.BlobServiceClient(url, new sdk.StorageSharedKeyCredential(signingName(access), credential.key.reveal()), options)
    case 'sas':
      return new sdk.BlobServiceClient(`${url}?${credential.token.reveal()}`, new sdk.AnonymousCredential(), options)
    case 'connectionString':
      return orUsageError(() => sdk.BlobServiceClient.fromConnectionString(credential.value.reveal(), options))
    case 'anonymous':
      return new sdk.BlobServiceClient(url, new sdk.AnonymousCredential(), options)
    case 'identity':
    case 'clientSecret':
      if (url.startsWith('http:')) throw insecure(url)
      return new sdk.BlobServiceClient(url, await tokens(credential), options)
  }
}

export function pipelineOptions(retry: Retry): StoragePipelineOptions {
  return { retryOptions: { ...retry, maxRetryDelayInMs: 8000 }, userAgentOptions: { userAgentPrefix: 'flinkops' } }
}

/** The account name that goes into signatures: a path-style endpoint (emulator) says it, else it is the host's first label. */
function signingName({ account, endpoint }: AccountAccess): string {
  const path = endpoint ? new URL(endpoint).pathname.split('/')[1] : ''
  return path || (account.split('.')[0] ?? account)
}

/** The SDK would refuse as well, but with a stack that names only itself. */
function insecure(url: string): Error {
  return usageError(`An Azure identity cannot be used over plain http (${url}).`, 'Use a key or a SAS, or an https endpoint.')
}

function orUsageError<T>(build: () => T): T {
  try {
    return build()
  } catch {
    throw usageError(
      'The connection string is not one of a storage account.',
      'Copy it from the portal: Access keys, or Shared access signature.',
    )
  }
}
