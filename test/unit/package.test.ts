import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')

interface Manifest {
  dependencies?: object
  oclif: { commands: string }
}

describe('the published package', () => {
  let files: string[]

  beforeAll(async () => {
    const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: ROOT })
    const [packed] = JSON.parse(stdout) as [{ files: { path: string }[] }]
    files = packed.files.map(({ path }) => path)
  })

  it('holds the built program, its manifest and what a reader needs, and nothing else', () => {
    const besides = files.filter((file) => !/^dist\/(chunks\/|commands\/|hooks\/)?[\w/-]+\.js$/.test(file))

    expect(new Set(besides)).toEqual(
      new Set([
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'bin/run.js',
        'dist/third-party-licenses.txt',
        'oclif.manifest.json',
        'package.json',
      ]),
    )
  })

  it('has a file for each command of the manifest', () => {
    const { commands } = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')) as {
      commands: Record<string, { relativePath: string[] }>
    }
    const wanted = Object.values(commands).map(({ relativePath }) => relativePath.join('/'))

    expect(wanted).toContain('dist/commands/cleanup.js')
    expect(files).toEqual(expect.arrayContaining(wanted))
  })

  it('installs nothing besides itself, and passes on the licences of what it contains', () => {
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest
    const packages = JSON.parse(readFileSync(join(ROOT, 'dist/packages.json'), 'utf8')) as Record<string, string[]>
    const notices = readFileSync(join(ROOT, 'dist/third-party-licenses.txt'), 'utf8')
    const silent = Object.values(packages)
      .flat()
      .map((folder) => JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as { name: string; version: string })
      .filter(({ name, version }) => !notices.includes(`\n${name} ${version} (`))

    expect(dependencies).toBeUndefined()
    expect(silent).toEqual([])
  })
})
