import type { AccountAccess, Credential } from '../access.js'

/** What a container is reached with, for messages; never the credential. */
export interface TargetAccess {
  kind: Credential['kind']
  /** For example `the account key from AZURE_STORAGE_KEY`. */
  words: string
}

const KINDS: Record<Credential['kind'], string> = {
  key: 'the account key',
  sas: 'the SAS',
  connectionString: 'the connection string',
  identity: 'the identity',
  clientSecret: 'the service principal',
  anonymous: 'no credential',
}

export function targetAccess({ credential: { kind }, source }: AccountAccess): TargetAccess {
  return { kind, words: `${KINDS[kind]} ${kind === 'anonymous' ? `as ${source} says` : `from ${source}`}` }
}
