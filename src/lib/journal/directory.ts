import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where the journal is kept: `$XDG_STATE_HOME/flinkops`, else `~/.local/state/flinkops`. */
export function journalDirectory(env: Readonly<Record<string, string | undefined>>): string {
  const { XDG_STATE_HOME: stateHome, HOME: home } = env
  return join(stateHome || join(home || homedir(), '.local', 'state'), 'flinkops')
}
