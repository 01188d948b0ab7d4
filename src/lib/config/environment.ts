import type { Setting } from './settings.js'

export type Environment = Readonly<Record<string, string | undefined>>

/** A variable as a setting; an empty one counts as unset, as shells leave them behind. */
export function variable(env: Environment, name: string): Setting<string> | null {
  const value = env[name]?.trim()
  return value ? { value, source: name } : null
}
