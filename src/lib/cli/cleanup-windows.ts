import type { Context } from '../context.js'
import { openWindows } from '../operations/open-windows.js'
import type { Scope } from '../scope.js'
import type { Windows } from '../state/windows.js'

/** Asks, each time anew, what open maintenance windows name; not of those that the user gave up. */
export function windowsOf(context: Context, scope: Scope, ignored: string[] = []): () => Promise<Windows> {
  const { maintenance: journal, signal } = context
  return () => openWindows({ journal, readers: scope.readers, ignored: new Set(ignored), signal })
}
