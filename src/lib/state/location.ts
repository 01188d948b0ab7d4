/**
 * One identity for a state path, whatever scheme or host spelled it: `wasb`, `wasbs`, `abfs`, `abfss` and `https`, with `.blob.`
 * or `.dfs.` hosts, name the same blob. Flink writes the decoded path and percent-encodes nothing (`Path.toString`), so for
 * Hadoop schemes nothing is decoded here; an `https` URL is a URL and is decoded.
 */

export interface Location {
  /** Canonical account host in lower case, `.dfs.` turned to `.blob.`; may carry a port. */
  account: string
  container: string
  /** Blob name without leading or trailing slash; empty = the container's root. */
  name: string
}

export type LocationResult = { ok: true; location: Location } | { ok: false; problem: string }

const HADOOP = /^(wasbs?|abfss?):\/\/([^/@]*)@([^/@]+)(\/.*)?$/i
const HTTPS = /^https?:\/\/([^/]+)\/([^/?#]+)(\/[^?#]*)?$/i

/** Parses any spelling of an Azure state path; the problem is one clause without the path's query. */
export function parseLocation(uri: string): LocationResult {
  const hadoop = HADOOP.exec(uri)
  if (hadoop) {
    const [, , container = '', host = '', path = ''] = hadoop
    if (container === '') return { ok: false, problem: 'the container before the @ is empty' }
    return finish(host, container, path)
  }
  const https = HTTPS.exec(uri)
  if (https) {
    const [, host = '', container = '', path = ''] = https
    try {
      return finish(host, decodeURIComponent(container), decodeURIComponent(path))
    } catch {
      return { ok: false, problem: 'its percent-encoding is malformed' }
    }
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(uri))
    return { ok: false, problem: `its scheme ${uri.slice(0, uri.indexOf(':'))} is not Azure Blob Storage` }
  return { ok: false, problem: 'it has no scheme' }
}

function finish(host: string, container: string, path: string): LocationResult {
  const name = normalisePath(path)
  if (name === null) return { ok: false, problem: 'its path leaves the container' }
  return { ok: true, location: { account: canonicalAccount(host), container, name } }
}

/** Lower case, `.dfs.` as `.blob.`: an account's two endpoints hold the same blobs. */
export function canonicalAccount(host: string): string {
  return host.toLowerCase().replace('.dfs.', '.blob.')
}

/**
 * As Flink's `Path` normalises: `//` collapses, `\` becomes `/`, `.` and `..` resolve, the trailing slash goes. `null` when `..`
 * leaves the root.
 */
export function normalisePath(path: string): string | null {
  const normal = flinkPath(path)
  return normal === '..' || normal.startsWith('../') ? null : normal
}

/** As `normalisePath`, with each `..` that leaves the root at the front, where Flink leaves it. */
export function flinkPath(path: string): string {
  const kept: string[] = []
  for (const part of path.replaceAll('\\', '/').split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..' && kept.length > 0 && kept.at(-1) !== '..') kept.pop()
    else kept.push(part)
  }
  return kept.join('/')
}

/** Key of a location for maps and sets. */
export function locationKey(location: Location): string {
  return `${location.account}/${location.container}/${location.name}`
}

/** Whether both name the same container of the same account. */
export function isSameContainer(a: Location, b: Location): boolean {
  return a.account === b.account && a.container === b.container
}

/** Whether `name` is `directory` itself or below it; the empty directory holds everything. */
export function isBelow(name: string, directory: string): boolean {
  return directory === '' || name === directory || name.startsWith(`${directory}/`)
}

/** The scheme and authority with which a user or Flink spells a container, for example `wasbs://flink@acct.blob.core.windows.net`. */
export type Spelling = string

/** The spelling used by `uri`, or the canonical `wasbs` one when it is not a Hadoop URI. */
export function spellingOf(uri: string, location: Location): Spelling {
  const hadoop = HADOOP.exec(uri)
  return hadoop ? `${hadoop[1]?.toLowerCase()}://${hadoop[2]}@${hadoop[3]}` : `wasbs://${location.container}@${location.account}`
}

/** Writes a blob name in a spelling. */
export function formatLocation(spelling: Spelling, name: string): string {
  return name === '' ? spelling : `${spelling}/${name}`
}
