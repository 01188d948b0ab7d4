import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
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
