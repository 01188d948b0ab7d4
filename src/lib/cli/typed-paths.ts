import type { Interfaces } from '@oclif/core'

/** Flags whose value is a path in storage. */
const FLAGS = new Set(['from', 'target', 'savepoint-path', 'root', 'manifest', 'inventory'])

/** `<job>=<path>` of `--from`. */
const PATH = /(?:^|=)((?:wasbs?|abfss?|https?):\/\/.+)$/i

/** The paths in storage that a person typed: arguments, and values of flags that take one. What an environment or a file adds is none. */
export function typedPaths(tokens: Interfaces.ParserOutput['raw']): string[] {
  return tokens.flatMap((token) => (token.type === 'arg' || FLAGS.has(token.flag) ? (PATH.exec(token.input)?.[1] ?? []) : []))
}
