import { canonicalAccount, parseLocation } from '../state/location.js'
import type { AccountSetting, Roots } from './settings.js'

/** Canonical hosts of the accounts that these paths lie in; what is no path names none. */
export function accountsOf(paths: readonly string[]): Set<string> {
  return new Set(paths.flatMap((path) => accountOf(path) ?? []))
}

/** The accounts that the configuration names: by a root, a pin, or under `storage:`. */
export function configuredAccounts(config: { roots: Roots; pins: readonly string[]; storage: ReadonlyMap<string, AccountSetting> }) {
  const { checkpoints, savepoints, changelog, history } = config.roots
  const paths = [checkpoints.value, savepoints.value, changelog.value, history.value ?? [], config.pins].flat()
  return new Set([...accountsOf(paths), ...config.storage.keys()])
}

function accountOf(path: string): string | null {
  const parsed = parseLocation(path)
  return parsed.ok ? canonicalAccount(parsed.location.account) : null
}
