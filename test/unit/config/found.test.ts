import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkFound } from '../../../src/lib/config/found.js'
import { readPrices } from '../../../src/lib/config/prices.js'
import { resolveConfig } from '../../../src/lib/config/resolve.js'

let dir: string
const at = (...names: string[]) => join(dir, ...names)

beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'flinkops-found-')))
  await mkdir(at('work'))
  await mkdir(at('xdg', 'flinkops'), { recursive: true })
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const resolved = (env: Record<string, string> = {}, config?: string) => resolveConfig({ flags: { config }, env, cwd: at('work') })
const openTo = async (path: string, text: string) => {
  await writeFile(path, text)
  await chmod(path, 0o666)
}

describe('a flinkops.yaml that was found', () => {
  it('is used where only the user and root may write', async () => {
    await writeFile(at('work', 'flinkops.yaml'), 'contexts: {own: {}}', { mode: 0o644 })
    expect((await resolved()).contextName.value).toBe('own')
  })

  it.each([
    ['in the working folder', 'work/flinkops.yaml', {}],
    ['in $XDG_CONFIG_HOME', 'xdg/flinkops/flinkops.yaml', { XDG_CONFIG_HOME: 'xdg' }],
    ['in ~/.config', 'home/.config/flinkops/flinkops.yaml', { HOME: 'home' }],
  ])('is refused where others may write, with what to do: %s', async (_, file, places: Record<string, string>) => {
    await mkdir(at('home', '.config', 'flinkops'), { recursive: true })
    await openTo(at(file), 'contexts: {theirs: {}}')
    const env = Object.fromEntries(Object.entries(places).map(([name, place]) => [name, at(place)]))
    await expect(resolved(env)).rejects.toMatchObject({
      code: 'USAGE',
      exitCode: 2,
      message: `${at(file)} was found, not named, and is not used: it can be written to by everybody (mode 0666).`,
      suggestions: [expect.stringContaining(`name it with --config ${at(file)}`)],
    })
  })

  it('is refused before anything of it is read as YAML, and no other one takes its place', async () => {
    await openTo(at('work', 'flinkops.yaml'), 'contexts: [')
    await writeFile(at('xdg', 'flinkops', 'flinkops.yaml'), 'contexts: {own: {}}')
    await expect(resolved({ XDG_CONFIG_HOME: at('xdg') })).rejects.toThrow('was found, not named')
  })

  it('says which directory is open', async () => {
    await writeFile(at('work', 'flinkops.yaml'), 'contexts: {}')
    await chmod(at('work'), 0o777)
    await expect(resolved()).rejects.toThrow(`is not used: ${at('work')} can be written to by everybody (mode 0777).`)
  })

  it('is used, whoever may write to it, when it is named', async () => {
    await openTo(at('work', 'flinkops.yaml'), 'contexts: {theirs: {}}')
    expect((await resolved({}, 'flinkops.yaml')).contextName.value).toBe('theirs')
    expect((await resolved({ FLINKOPS_CONFIG: at('work', 'flinkops.yaml') })).contextName.value).toBe('theirs')
  })

  it('is refused when it is gone before it was seen whose it is', async () => {
    await expect(checkFound(at('work', 'flinkops.yaml'), '--config')).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('whose it is cannot be seen (ENOENT)'),
    })
  })
})

describe('a flinkops-prices.yaml that was found', () => {
  const prices = (input: { flag?: string; config?: string; env?: Record<string, string> } = {}) =>
    readPrices({ flag: input.flag, config: input.config, env: input.env ?? {}, cwd: at('work') })

  it('is refused where others may write, unless it or the flinkops.yaml beside it is named', async () => {
    await openTo(at('work', 'flinkops-prices.yaml'), 'nonsense: 1')
    await expect(prices()).rejects.toMatchObject({ exitCode: 2, suggestions: [expect.stringContaining('name it with --prices')] })
    await writeFile(at('work', 'flinkops.yaml'), 'contexts: {}')
    await expect(prices()).rejects.toThrow('was found, not named')
    for (const named of [
      { flag: 'flinkops-prices.yaml' },
      { config: 'flinkops.yaml' },
      { env: { FLINKOPS_CONFIG: at('work', 'flinkops.yaml') } },
    ])
      await expect(prices(named)).rejects.toThrow('unknown key nonsense')
  })
})
