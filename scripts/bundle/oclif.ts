import { readFile } from 'node:fs/promises'
import type { Plugin } from 'esbuild'

/**
 * What oclif loads at every start and this package has no use for: it ships a manifest, so no command is searched for (tinyglobby); its
 * `package.json` has the settings (lilconfig); its plugins are bundled (minimatch); whether Node is new enough is told before (semver; in
 * a bundle oclif does not find what it compares with). Who uses one all the same gets an error that names it.
 */
const LEFT_OUT = /^(tinyglobby|lilconfig|minimatch|semver)$/

/** The first comparison by locale loads ICU's rules of sorting: 10 ms at every start, to sort command ids, which are plain ASCII. */
const BY_LOCALE = 'a.id.localeCompare(b.id)'
const BY_CODE = '(a.id < b.id ? -1 : 1)'

/** oclif without what it loads at every start for nothing. */
export const lightOclif: Plugin = {
  name: 'light-oclif',
  setup(build) {
    build.onResolve({ filter: LEFT_OUT }, ({ path, importer }) =>
      importer.includes('/@oclif/core/') ? { path, namespace: 'left-out' } : undefined,
    )
    build.onLoad({ filter: /./, namespace: 'left-out' }, ({ path }) => ({
      contents: `module.exports = new Proxy({}, { get: (_, name) => { if (name !== '__esModule') throw new Error('${path} is not in this package') } })`,
    }))
    build.onLoad({ filter: /@oclif\/core\/lib\/config\/plugin\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      if (!text.includes(BY_LOCALE)) throw new Error(`${path} sorts its commands in another way now`)
      return { contents: text.replace(BY_LOCALE, BY_CODE) }
    })
  },
}
