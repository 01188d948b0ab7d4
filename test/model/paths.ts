/** Paths of the model are `<container>/<blob name>`. */

export const ACCOUNT = 'acct.blob.core.windows.net'

export type Spelling = 'wasbs' | 'abfss' | 'wasb'

export function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'))
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

export function containerOf(path: string): string {
  return path.slice(0, path.indexOf('/'))
}

export function nameOf(path: string): string {
  return path.slice(path.indexOf('/') + 1)
}

export function metadataOf(directory: string): string {
  return `${directory}/_metadata`
}

/** A job spells one and the same blob by the driver that it is configured with. */
export function spell(spelling: Spelling, path: string): string {
  const host = spelling === 'abfss' ? ACCOUNT.replace('.blob.', '.dfs.') : ACCOUNT
  return `${spelling}://${containerOf(path)}@${host}/${nameOf(path)}`
}
