import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

interface Named {
  name: string
  version: string
  license?: string
}

/** The licences of what is bundled: most of them ask to be passed on with the code. */
export async function notices(root: string, folders: readonly string[]): Promise<string> {
  const texts = await Promise.all(folders.map((folder) => noticeOf(join(root, folder))))
  return `flinkops contains code of these packages, each under its own licence.\n\n${texts.join('\n')}`
}

async function noticeOf(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Named
  const texts = await Promise.all((await noticeFiles(folder)).map((file) => readFile(file, 'utf8')))
  if (license === undefined && texts.length === 0) throw new Error(`${name} ${version} states no licence.`)
  return `${'='.repeat(80)}\n${name} ${version}${license ? ` (${license})` : ''}\n\n${texts.map((text) => text.trim()).join('\n\n')}\n`
}

/** At the top, or one folder below: `licenses` of those who have code of others in them. */
async function noticeFiles(folder: string): Promise<string[]> {
  const entries = (await readdir(folder, { withFileTypes: true })).filter(({ name }) => /^(licen[cs]e|notice|copying)/i.test(name))
  const files = entries.map(async (entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? (await readdir(path)).map((name) => join(path, name)) : [path]
  })
  return (await Promise.all(files)).flat().sort()
}
