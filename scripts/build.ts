/**
 * `npm run build`: the command line as it is shipped, in `dist`: one file for `bin/run.js`, one for each command and hook, and what they
 * share in `chunks`, packages included, so that nothing else is installed. Not minified: a stack names functions as the source does.
 */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Plugin } from '@oclif/core'
import { build, type Metafile } from 'esbuild'
import { requireBuiltins } from './bundle/builtins.js'
import { lazyHttp2 } from './bundle/http2.js'
import { notices } from './bundle/notices.js'
import { lightOclif } from './bundle/oclif.js'
import { namesOf, packagesByFile } from './bundle/packages.js'

const ROOT = resolve(import.meta.dirname, '..')
const OUT = join(ROOT, 'dist')

/** Commands of oclif's own plugins, bundled like ours: a plugin that is looked up at start costs more than all the rest. */
const PLUGIN_COMMANDS = {
  'commands/help': '@oclif/plugin-help/lib/commands/help.js',
  'commands/autocomplete/index': '@oclif/plugin-autocomplete/lib/commands/autocomplete/index.js',
  'commands/autocomplete/create': '@oclif/plugin-autocomplete/lib/commands/autocomplete/create.js',
  'commands/autocomplete/script': '@oclif/plugin-autocomplete/lib/commands/autocomplete/script.js',
}

async function main(): Promise<void> {
  await rm(OUT, { recursive: true, force: true })
  const metafile = await bundle()
  for (const file of Object.keys(metafile.outputs)) await rewrite(join(ROOT, file), requireBuiltins)
  const packages = packagesByFile(metafile)
  await writeFile(join(OUT, 'packages.json'), `${JSON.stringify(packages, null, 2)}\n`)
  await writeFile(join(OUT, 'third-party-licenses.txt'), await notices(ROOT, namesOf(packages)))
  await writeManifest()
}

async function bundle(): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    outdir: 'dist',
    entryPoints: { run: 'src/run.ts', ...(await sourcesOf('commands')), ...(await sourcesOf('hooks')), ...pluginCommands() },
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // oclif asks for it when it is there; 9 MB that no one needs.
    external: ['typescript'],
    inject: ['scripts/bundle/paths.js'],
    alias: { undici: './scripts/bundle/undici.cjs' },
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
    plugins: [lazyHttp2, lightOclif],
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  })
  return metafile
}

async function rewrite(file: string, change: (text: string) => string): Promise<void> {
  await writeFile(file, change(await readFile(file, 'utf8')))
}

async function sourcesOf(folder: string): Promise<Record<string, string>> {
  const names = await readdir(join(ROOT, 'src', folder))
  return Object.fromEntries(names.map((name) => [`${folder}/${name.replace(/\.ts$/, '')}`, `src/${folder}/${name}`]))
}

/** By path: their packages export nothing. */
function pluginCommands(): Record<string, string> {
  return Object.fromEntries(Object.entries(PLUGIN_COMMANDS).map(([name, file]) => [name, join(ROOT, 'node_modules', file)]))
}

/** Without it oclif loads every command to know one. */
async function writeManifest(): Promise<void> {
  const plugin = new Plugin({ errorOnManifestCreate: true, ignoreManifest: true, respectNoCacheDefault: true, root: ROOT, type: 'core' })
  await plugin.load()
  await writeFile(join(ROOT, 'oclif.manifest.json'), `${JSON.stringify(plugin.manifest, null, 2)}\n`)
}

await main()
