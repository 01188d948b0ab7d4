/**
 * Directories that hold nearly all files of a big account and no snapshots: `shared`, `taskowned` and `dstl` of a job
 * (`FsCheckpointStorageAccess`, `FsStateChangelogWriter`). A name lies in one, or it does not.
 */
const DIRECTORY = /(?:^|\/)[0-9a-f]{32}\/(?:shared|taskowned|dstl)\//

/** Whether an inventory stands in for a listing of this blob, or of this prefix with a slash at its end. */
export function isInventoried(name: string): boolean {
  return DIRECTORY.test(name)
}
