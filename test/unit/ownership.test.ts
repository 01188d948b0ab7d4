import { chmod, chown, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isPrivateGroup, openingOnTheWay, openTo } from '../../src/lib/ownership.js'

const US = process.getuid?.() ?? 0
const ANOTHER = US + 65_534

let base: string
let file: string

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'flinkops-ownership-'))
  await mkdir(join(base, 'team', 'on-call'), { recursive: true, mode: 0o755 })
  file = join(base, 'team', 'on-call', 'flinkops.yaml')
  await writeFile(file, '', { mode: 0o644 })
})
afterEach(() => rm(base, { recursive: true, force: true }))

describe('who could change a file or a directory', () => {
  const look = (uid: number, mode: number, allow?: { sticky: boolean }) =>
    openTo({ uid, gid: ANOTHER, mode: 0o100_000 | mode, isSymbolicLink: () => false }, allow)

  it.each([
    ['our own', US, 0o600],
    ['our own, which all may read', US, 0o644],
    ["root's", 0, 0o644],
  ])('nobody else: %s', async (_, uid, mode) => {
    expect(await look(uid, mode)).toBeNull()
  })

  it.each([
    ['another user', ANOTHER, 0o600, `belongs to another user (uid ${ANOTHER})`],
    ['another user, also with the sticky bit', ANOTHER, 0o1777, `belongs to another user (uid ${ANOTHER})`],
    ['everybody', US, 0o666, 'can be written to by everybody (mode 0666)'],
    ['everybody, although it is root who has it', 0, 0o777, 'can be written to by everybody (mode 0777)'],
    ['everybody, who may not read it', US, 0o602, 'can be written to by everybody (mode 0602)'],
    ['a group', US, 0o664, `can be written to by the group ${ANOTHER} (mode 0664)`],
  ])('%s', async (_, uid, mode, how) => {
    expect(await look(uid, mode)).toBe(how)
  })

  it('in a sticky directory others may add names, which is enough where only names count', async () => {
    expect(await look(0, 0o1777, { sticky: true })).toBeNull()
    expect(await look(0, 0o1777)).toBe('can be written to by everybody (mode 1777)')
  })
})

describe('a group that may write', () => {
  const passwd = 'root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\nbob:x:1001:1001::/home/bob:/bin/sh\n'
  const is = (group: string, users = passwd) => isPrivateGroup({ uid: 1000, gid: 1000, passwd: users, group })

  it.each([
    ['the user’s own, of the same name', 'ann:x:1000:\nbob:x:1001:', true],
    ['with the user named once more', 'ann:x:1000:ann', true],
    ['with another member', 'ann:x:1000:bob', false],
    ['of another name', 'staff:x:1000:', false],
    ['of two names', 'ann:x:1000:\nstaff:x:1000:bob', false],
    ['that the file does not know', 'bob:x:1001:', false],
    ['of an empty file', '', false],
  ])('is one user alone: %s', (_, group, expected) => {
    expect(is(group)).toBe(expected)
  })

  it('is not one user alone when it is the first group of another, or when the user is unknown', () => {
    expect(is('ann:x:1000:', `${passwd}eve:x:1002:1000::/:/bin/sh`)).toBe(false)
    expect(is('ann:x:1000:', 'root:x:0:0::/root:/bin/sh')).toBe(false)
  })
})

describe('the way to a file', () => {
  it('is closed where only the user and root may write, below a sticky /tmp as well', async () => {
    expect(await openingOnTheWay(file)).toBeNull()
  })

  it.each([
    ['the file itself', 'team/on-call/flinkops.yaml', 0o666],
    ['its directory', 'team/on-call', 0o777],
    ['its directory, sticky: others put files beside it', 'team/on-call', 0o1777],
    ['a directory further up, in which its own could be replaced', 'team', 0o777],
  ])('is open: %s', async (_, where, mode) => {
    await chmod(join(base, where), mode)
    const octal = mode.toString(8).padStart(4, '0')
    expect(await openingOnTheWay(file)).toEqual({ path: join(base, where), how: `can be written to by everybody (mode ${octal})` })
  })

  it('is closed where a directory further up is sticky', async () => {
    await chmod(join(base, 'team'), 0o1777)
    expect(await openingOnTheWay(file)).toBeNull()
  })

  it('leads on through links: their directory and what they point to both count', async () => {
    await mkdir(join(base, 'mine', 'conf'), { recursive: true })
    await symlink('../../team/on-call/flinkops.yaml', join(base, 'mine', 'conf', 'flinkops.yaml'))
    await symlink(join(base, 'mine', 'conf'), join(base, 'conf'))
    const linked = join(base, 'conf', 'flinkops.yaml')
    expect(await openingOnTheWay(linked)).toBeNull()

    await chmod(join(base, 'team', 'on-call'), 0o777)
    expect(await openingOnTheWay(linked)).toMatchObject({ path: join(base, 'team', 'on-call') })
    await chmod(join(base, 'team', 'on-call'), 0o755)
    await chmod(join(base, 'mine', 'conf'), 0o777)
    expect(await openingOnTheWay(linked)).toMatchObject({ path: join(base, 'mine', 'conf') })
  })

  it('ends where links lead in a circle, and where nothing is', async () => {
    await symlink('b', join(base, 'a'))
    await symlink('a', join(base, 'b'))
    expect(await openingOnTheWay(join(base, 'a'))).toMatchObject({ how: 'leads from link to link' })
    await expect(openingOnTheWay(join(base, 'nowhere'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  // Only root can give a file away; for others the table above stands for it.
  it.runIf(US === 0).each(['team/on-call/flinkops.yaml', 'team/on-call', 'team'])(
    'is open to whom a part of it belongs: %s',
    async (where) => {
      await chown(join(base, where), 65_534, 65_534)
      expect(await openingOnTheWay(file)).toEqual({ path: join(base, where), how: 'belongs to another user (uid 65534)' })
    },
  )
})
