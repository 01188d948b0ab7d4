import { usageError } from '../errors.js'
import { isFlinkPath } from '../state/layout.js'

/**
 * Refuses a path that Flink does not write (`//`, `..`): read as Flink reads it, it means another place than the blobs that are really called
 * so, and whoever deletes must not take the one for the other.
 */
export function checkExactPath(text: string): void {
  const path = text
    .trim()
    .replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '')
    .replace(/^\/|\/$/g, '')
  if (isFlinkPath(path)) return
  throw usageError(
    `${text} is not how Flink writes a path, so it may mean another snapshot than the one that lies there.`,
    'flinkops deletes nothing at such a path; remove it with what has put it there.',
  )
}
