/**
 * The path grammar of Flink's state directories (`FsCheckpointStorageAccess`, `FileMergingSnapshotManagerBase`,
 * `FsStateChangelogWriter`, `ForStOptions.PRIMARY_DIRECTORY`). A path outside the grammar is `other` and is never touched.
 */

export type Area =
  | 'checkpoint'
  | 'savepoint'
  | 'shared'
  | 'shared-merged'
  | 'forst'
  | 'taskowned'
  | 'taskowned-merged'
  | 'changelog'
  | 'temporary'
  | 'other'

export interface Place {
  area: Area
  /** The job's 32 hex from the path; `null` for savepoints, `create-subdir=false` and everything else that names no job. */
  jobId: string | null
  /** Directory that belongs to one job (`.../<job id>`), one savepoint, or a checkpoint root without job directories; '' if none. */
  tree: string
  /** Directory of the snapshot for `checkpoint` and `savepoint`, else the directory of the area. */
  directory: string
  checkpointId: number | null
  /** What follows `directory`; '' for the directory itself. */
  file: string
}

const JOB_ID = /^[0-9a-f]{32}$/
const CHECKPOINT = /^chk-(0|[1-9]\d{0,17})$/
const SAVEPOINT = /^savepoint-([0-9a-f]{6})-[0-9a-f]{12}$/
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const MERGED_SHARED = /^job_.+_op_.+$/
const MERGED_PRIVATE = /^job_.+_tm_.+$/
const FORST = /^op_.+_attempt_\d+$/

/** Whether `text` is a job id as Flink prints it. */
export function isJobId(text: string): boolean {
  return JOB_ID.test(text)
}

const IN_JOB_DIRECTORY = /^(?:.*?\/)?([0-9a-f]{32})\//

/** The first directory of a path that is named by a job id; `prefix` ends with a slash. */
export function jobDirectoryOf(prefix: string): { directory: string; jobId: string } | null {
  const found = IN_JOB_DIRECTORY.exec(prefix)
  return found === null ? null : { directory: found[0].slice(0, -1), jobId: found[1] ?? '' }
}

/** Whether a file name is one that Flink gives its state files: a bare 36-character UUID. Everything else is not ours to sweep. */
export function isStateFileName(name: string): boolean {
  return UUID.test(name)
}

/** Whether a blob is a snapshot's metadata: `_metadata` as a whole path segment (`_$azuretmpfolder$/<uuid>_metadata` is not). */
export function isSnapshotMetadata(name: string): boolean {
  return (name.endsWith('/_metadata') || name === '_metadata') && !name.startsWith('_$azuretmpfolder$/')
}

/** The first 6 hex of the job id in a savepoint's directory name, or `null`. */
export function savepointPrefix(directory: string): string | null {
  return SAVEPOINT.exec(lastSegment(directory))?.[1] ?? null
}

/** The checkpoint id of a `chk-N` directory, or `null`. */
export function checkpointIdOf(directory: string): number | null {
  const digits = CHECKPOINT.exec(lastSegment(directory))?.[1]
  return digits === undefined ? null : Number(digits)
}

export function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '' : path.slice(0, slash)
}

/** Whether blobs of this last segment lie where their directory says: all but those whose own name says where they lie (`chk-7`, or nothing). */
export function isPlainName(name: string): boolean {
  return !/^($|\.{1,2}$|chk-\d|savepoint-|shared$|taskowned$|dstl$|_\$azuretmpfolder\$$)/.test(name)
}

/** What no path of Flink's has: an empty part (`//`, a slash at either end), `.`, `..`, a backslash in a directory (`Path.normalizePath`). */
const MALFORMED = /(?:^|\/)\.{0,2}(?:\/|$)|\\[\s\S]*\//

/** Whether Flink can have written a blob of this name; others are somebody else's, however much they look like its own. */
export function isFlinkPath(name: string): boolean {
  return !MALFORMED.test(name)
}

/** Places a blob name (or a directory's name) in the grammar. */
export function placeOf(name: string): Place {
  const parts = name.split('/')
  // Some tools end a directory's own name with a slash: that is still its directory.
  if (!isFlinkPath(name.endsWith('/') ? name.slice(0, -1) : name) && parts[0] !== '_$azuretmpfolder$') return nowhere(name)
  if (parts[0] === '_$azuretmpfolder$')
    return { ...nowhere(name), area: 'temporary', tree: '_$azuretmpfolder$', directory: '_$azuretmpfolder$' }
  for (let at = parts.length - 1; at >= 0; at--) {
    const place = placeAt(parts, at)
    if (place !== null) return place
  }
  return nowhere(name)
}

function nowhere(name: string): Place {
  return { area: 'other', jobId: null, tree: '', directory: parentOf(name), checkpointId: null, file: lastSegment(name) }
}

/** Whether a directory of this name can be the directory of a `Place`: most cannot, and the rest of `placeAt` takes longer. */
function namesAnArea(part: string): boolean {
  return part.startsWith('chk-') || part.startsWith('savepoint-') || part === 'shared' || part === 'taskowned' || part === 'dstl'
}

function placeAt(parts: string[], at: number): Place | null {
  const part = parts[at] ?? ''
  if (!namesAnArea(part)) return null
  const owner = parts[at - 1] ?? ''
  const jobId = JOB_ID.test(owner) ? owner : null
  const path = parts.slice(0, at + 1).join('/')
  const rest = parts.slice(at + 1)
  const base = { jobId, tree: parts.slice(0, at).join('/'), directory: path, checkpointId: null, file: rest.join('/') }
  if (CHECKPOINT.test(part)) return { ...base, area: 'checkpoint', checkpointId: checkpointIdOf(part) }
  if (SAVEPOINT.test(part)) return { ...base, area: 'savepoint', jobId: null, tree: path }
  if (jobId === null) return null
  if (part === 'shared') return { ...base, area: sharedArea(rest) }
  if (part === 'taskowned')
    return { ...base, area: rest.length === 2 && MERGED_PRIVATE.test(rest[0] ?? '') ? 'taskowned-merged' : 'taskowned' }
  if (part === 'dstl') return { ...base, area: 'changelog' }
  return null
}

function sharedArea(rest: string[]): Area {
  const first = rest[0] ?? ''
  if (rest.length < 2) return 'shared'
  if (MERGED_SHARED.test(first) && rest.length === 2) return 'shared-merged'
  if (FORST.test(first) && rest[1] === 'db' && rest.length === 3) return 'forst'
  return 'other'
}
