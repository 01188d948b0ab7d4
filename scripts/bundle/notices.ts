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
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file)).sort()
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  if (license === undefined && texts.length === 0) throw new Error(`${name} ${version} states no licence.`)
  return `${'='.repeat(80)}\n${name} ${version}${license ? ` (${license})` : ''}\n\n${texts.map((text) => text.trim()).join('\n\n')}\n`
}
