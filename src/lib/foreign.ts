import { type FlinkopsError, refusedError } from './errors.js'

const FOREIGN_ACCOUNT = 'FOREIGN_ACCOUNT'

/** What is never written into advice: a host of somebody else's making may hold anything. */
const PLAIN_HOST = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/

/**
 * An account that a path of somebody else's making names (REST, `_metadata`, a manifest, ...), and no person: it gets no request, since
 * each would carry a credential. Exit 6, with the lines that name it. `saidBy`: a clause of who named it.
 */
export function foreignAccount(account: string, saidBy?: string): FlinkopsError {
  return refusedError(
    FOREIGN_ACCOUNT,
    `${saidBy === undefined ? '' : `${saidBy}. `}No request was sent to ${account}: neither flinkops.yaml, nor Flink's configuration file, nor this command line names that account.`,
    ...howToName(account),
  )
}

export function isForeignAccount(error: unknown): error is FlinkopsError & { code: typeof FOREIGN_ACCOUNT } {
  return error instanceof Error && 'code' in error && error.code === FOREIGN_ACCOUNT
}

/** Sentences and YAML that name an account; each line a suggestion of its own, so that the YAML can be pasted. */
export function howToName(account: string, field = '{}'): string[] {
  if (!PLAIN_HOST.test(account)) return ['An account is named by its host alone, without a port.']
  return ['If that account is yours, name it in flinkops.yaml, in the context:', 'storage:', `  ${account}: ${field}`]
}

/** What is said of files that nobody looked at, one clause; `why`: another one, when not that nobody named their account. */
export function notLookedAt(files: number, { account, container }: { account: string; container: string }, why?: string): string {
  const what = files === 1 ? '1 file that it names' : `${files} files that it names`
  return `${what} in ${container} on ${account} ${files === 1 ? 'was' : 'were'} not looked at: ${why ?? unnamed(account)}`
}

function unnamed(account: string): string {
  const line = PLAIN_HOST.test(account) ? ` (if that account is yours, add under storage: in flinkops.yaml: ${account}: {})` : ''
  return `no configuration names that account${line}`
}
