import { watch } from 'node:fs'
import { chmod, chown, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openPageFile } from '../../../src/lib/cli/page-file.js'

let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flinkops-page-'))
})
afterEach(() => rm(directory, { recursive: true }))

describe('the file of a page', () => {
  it('is written whole, in the place of an older one, and leaves nothing beside it', async () => {
    await writeFile(join(directory, 'page.html'), 'old')
    const file = await openPageFile('page.html', directory)
    expect(await readFile(file.path, 'utf8')).toBe('old')
    expect(await file.write('nëw')).toBe(4)
    expect(await readFile(join(directory, 'page.html'), 'utf8')).toBe('nëw')
    expect(await readdir(directory)).toEqual(['page.html'])
  })

  describe('is its owner’s alone', () => {
    const modeOf = async (path: string) => (await stat(path)).mode & 0o777
    const written = async () => {
      const file = await openPageFile('page.html', directory)
      await file.write('new')
      return modeOf(file.path)
    }

    it('when it is new, whatever the umask', async () => {
      const before = process.umask(0)
      try {
        expect(await written()).toBe(0o600)
      } finally {
        process.umask(before)
      }
    })

    it('until its owner lets others read it: that stays when it is replaced, and nobody else may write', async () => {
      await writeFile(join(directory, 'page.html'), 'old')
      await chmod(join(directory, 'page.html'), 0o666)
      const before = process.umask(0o077)
      try {
        expect(await written()).toBe(0o644)
      } finally {
        process.umask(before)
      }
    })

    it.runIf(process.getuid?.() === 0)('also where another user has put a page beforehand', async () => {
      await writeFile(join(directory, 'page.html'), 'theirs')
      await chmod(join(directory, 'page.html'), 0o666)
      await chown(join(directory, 'page.html'), 65_534, 65_534)
      expect(await written()).toBe(0o600)
    })
  })

  it('overwrites nothing through links: at names that were seen, nor at its own', async () => {
    const victim = join(directory, 'victim')
    await mkdir(join(directory, 'www'))
    await writeFile(victim, 'precious')
    await symlink(victim, join(directory, 'www', 'page.html'))
    const seen = new Set<string>([`.page.html.${process.pid}.tmp`])
    const watcher = watch(join(directory, 'www'), (_, name) => name !== null && seen.add(name))
    const file = await openPageFile('www/page.html', directory)
    await expect.poll(() => seen.size).toBeGreaterThan(1)
    for (const name of seen) if (name !== 'page.html') await symlink(victim, join(directory, 'www', name))
    await file.write('new')
    watcher.close()

    expect(await readFile(victim, 'utf8')).toBe('precious')
    expect((await lstat(file.path)).isFile()).toBe(true)
    expect(await readFile(file.path, 'utf8')).toBe('new')
  })

  it('is refused, with what to do, when its place turns into one that cannot be written', async () => {
    const file = await openPageFile('page.html', directory)
    await mkdir(join(directory, 'page.html'))
    await expect(file.write('new')).rejects.toMatchObject({ exitCode: 2, message: `${file.path} cannot be written: EISDIR.` })
    expect(await readdir(directory)).toEqual(['page.html'])
  })

  it.each([
    ['a directory', 'sub', /sub is a directory\.$/],
    ['below a directory that is not there', 'nowhere/page.html', /page\.html cannot be written: its directory is not there\.$/],
    ['below a file', 'file/page.html', /cannot be written: what should be its directory is a file\.$/],
    ['no plain file', '/dev/null', /\/dev\/null is no file that can be replaced\.$/],
  ])('is refused before the work begins: %s', async (_, given, message) => {
    await mkdir(join(directory, 'sub'))
    await writeFile(join(directory, 'file'), '')
    await expect(openPageFile(given, directory)).rejects.toMatchObject({ message: expect.stringMatching(message), exitCode: 2 })
    expect(new Set(await readdir(directory))).toEqual(new Set(['file', 'sub']))
  })
})
