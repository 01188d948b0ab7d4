import type { Stats } from 'node:fs'
import { lstat, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'

/** Where others could change something, and how, in words that follow its path: `can be written to by everybody (mode 0777)`. */
export interface Opening {
  path: string
  how: string
}

/**
 * Who besides the user and root could change a file or a directory; `null` = nobody. A sticky directory lets others add names, not replace
 * those that are there: with `sticky` that is enough. Windows has no owners of this kind: `null`.
 */
export async function openTo(
  stats: Pick<Stats, 'uid' | 'gid' | 'mode' | 'isSymbolicLink'>,
  allow = { sticky: false },
): Promise<string | null> {
  const us = process.getuid?.()
  if (us === undefined) return null
  if (stats.uid !== us && stats.uid !== 0) return `belongs to another user (uid ${stats.uid})`
  // The mode of a link means nothing.
  if (stats.isSymbolicLink() || (allow.sticky && (stats.mode & 0o1000) !== 0)) return null
  const mode = `mode ${(stats.mode & 0o7777).toString(8).padStart(4, '0')}`
  if ((stats.mode & 0o002) !== 0) return `can be written to by everybody (${mode})`
  if ((stats.mode & 0o020) !== 0 && !(await isOurGroup(us, stats.gid))) return `can be written to by the group ${stats.gid} (${mode})`
  return null
}

/**
 * Goes the way to a file as the kernel does, through every directory and symbolic link: where others could put another file in its place,
 * as sshd's StrictModes looks. The path is absolute. `null` = nowhere. Rejects where the way cannot be gone.
 */
export async function openingOnTheWay(path: string): Promise<Opening | null> {
  if (process.getuid === undefined) return null
  const names = ['.', ...namesOf(path)]
  let at = '/'
  for (let links = 0; names.length > 0; ) {
    const here = join(at, names.shift() ?? '.')
    const stats = await lstat(here)
    // Into the file's own directory nobody else may put anything: what lies beside the file belongs to it.
    const how = await openTo(stats, { sticky: names.length > 1 })
    if (how !== null) return { path: here, how }
    if (!stats.isSymbolicLink()) {
      at = here
      continue
    }
    if (++links > MOST_LINKS) return { path: here, how: 'leads from link to link' }
    const target = await readlink(here)
    if (target.startsWith('/')) at = '/'
    names.unshift(...namesOf(target))
  }
  return null
}

const MOST_LINKS = 40

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '')
}

async function isOurGroup(uid: number, gid: number): Promise<boolean> {
  if (gid !== process.getgid?.()) return false
  const [passwd = '', group = ''] = await Promise.all(['/etc/passwd', '/etc/group'].map((file) => readFile(file, 'utf8').catch(() => '')))
  return isPrivateGroup({ uid, gid, passwd, group })
}

/**
 * Whether a group has one user alone, as systems with a umask of 002 give each user one of the same name: by the texts of `/etc/passwd` and
 * `/etc/group`. A group that only a directory service knows is not.
 */
export function isPrivateGroup({ uid, gid, passwd, group }: { uid: number; gid: number; passwd: string; group: string }): boolean {
  const users = linesOf(passwd).map(([name, , id, primary]) => ({ name, uid: Number(id), gid: Number(primary) }))
  const user = users.find((one) => one.uid === uid)
  const entries = linesOf(group).filter(([, , id]) => Number(id) === gid)
  return (
    user !== undefined &&
    users.every((one) => one.gid !== gid || one.uid === uid) &&
    entries.length > 0 &&
    entries.every(([name, , , members = '']) => name === user.name && members.split(',').every((one) => one === '' || one === user.name))
  )
}

function linesOf(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line.includes(':'))
    .map((line) => line.split(':').map((part) => part.trim()))
}
