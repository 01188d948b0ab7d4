import type { AccountAccess } from '../access.js'
import { usageError } from '../errors.js'
import { canonicalAccount } from '../state/location.js'
import { azureAccount, isLoopback } from './azure-hosts.js'
import type { AccountSetting } from './settings.js'
import { toUrl } from './url.js'

/** Whether an `endpoint:` needs no word of a person: it is on this machine, or one of the account's own, over https. */
function isOwnEndpoint(endpoint: string, account: string): boolean {
  const url = toUrl(endpoint)
  const own = azureAccount(account)
  if (isLoopback(endpoint)) return true
  return url?.protocol === 'https:' && own !== null && azureAccount(canonicalAccount(url.host)) === own
}

export interface Trust {
  setting: AccountSetting | undefined
  /** `flinkops.yaml` lay in the working directory, and nobody named it. */
  isFound: boolean
  onNotice: (text: string) => void
}

/**
 * Holds a way to an account against where it leads. Usage error for a credential that would go to a host of whose making nobody knows, or in
 * clear over a network; told when a file that was named says so.
 */
export function checkEndpoint({ account, endpoint, credential }: AccountAccess, { setting, isFound, onNotice }: Trust): void {
  if (endpoint === null || credential.kind === 'anonymous') return
  if (setting?.endpoint === endpoint && !isOwnEndpoint(endpoint, account)) {
    if (isFound)
      throw usageError(
        `storage.${account}.endpoint is ${endpoint}, which is no host of that account, and this flinkops.yaml was only found in the working directory: no credential goes there.`,
        'If that is right, name the file: --config flinkops.yaml, or FLINKOPS_CONFIG.',
      )
    onNotice(`The credential of ${account} goes to ${endpoint}, which is no host of that account: flinkops.yaml says so (endpoint).`)
  }
  const isInClear = endpoint.startsWith('http:') && !isLoopback(endpoint)
  if (isInClear && !setting?.allowHttp && (credential.kind === 'key' || credential.kind === 'sas'))
    throw usageError(
      `The ${credential.kind === 'sas' ? 'SAS' : 'requests'} of ${account} would go over plain http to ${endpoint}, for everybody on the way to read.`,
      `Use https; or, where nobody listens, set storage.${account}.allowHttp: true.`,
    )
}
