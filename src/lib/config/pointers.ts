/** What Flink's configuration points at besides its roots. Old names count like new ones: which of them a Flink reads, its version decides. */

interface Pointer {
  path: string
  where: string
}

const RESTORE_PATH = ['execution.state-recovery.path', 'execution.savepoint.path']
const STORE = ['high-availability.storageDir', 'high-availability.zookeeper.storageDir', 'recovery.zookeeper.storageDir']

/** Snapshots from which Flink is to start, and directories of high-availability stores; `where` names the configuration. */
export function pointersIn(
  options: ReadonlyMap<string, string>,
  where: string,
): { restorePaths: Pointer[]; stores: Pointer[]; problems: string[] } {
  const valuesOf = (names: string[]) => names.flatMap((name) => pointerOf(options, name, where))
  return { restorePaths: valuesOf(RESTORE_PATH), stores: valuesOf(STORE), problems: [] }
}

/** A path without scheme lies where `fs.default-scheme` says. */
function pointerOf(options: ReadonlyMap<string, string>, name: string, where: string): Pointer[] {
  const value = options.get(name)?.trim() ?? ''
  if (value === '') return []
  const scheme = value.startsWith('/') ? (options.get('fs.default-scheme') ?? '').replace(/\/+$/, '') : ''
  return [{ path: `${scheme}${value}`, where: `${where} (${name})` }]
}
