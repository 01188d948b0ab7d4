import type { Secret } from './secret.js'

/** How one storage account is reached: decided by `config`, used by `azure`. */
export interface AccountAccess {
  /** Canonical account host, for example `acct.blob.core.windows.net`. */
  account: string
  /** Served elsewhere (emulator, private proxy): full base URL, for example `http://127.0.0.1:10000/devstoreaccount1`. */
  endpoint: string | null
  credential: Credential
  /** Where the credential came from, for messages and `config`; never the credential. */
  source: string
}

export type Credential =
  | { kind: 'key'; key: Secret }
  /** `token` without a leading `?`; a container SAS opens just its container. */
  | { kind: 'sas'; token: Secret }
  | { kind: 'connectionString'; value: Secret }
  /** `default` = DefaultAzureCredential; the others are its parts. */
  | { kind: 'identity'; which: 'default' | 'workload' | 'cli' | 'managed'; clientId?: string }
  | { kind: 'clientSecret'; tenantId: string; clientId: string; secret: Secret; authority?: string }
  | { kind: 'anonymous' }

/** Answers the access for a container; a SAS may differ by container. */
export type AccessFor = (account: string, container: string) => AccountAccess
