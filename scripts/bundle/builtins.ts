import { builtinModules } from 'node:module'
import type { Plugin } from 'esbuild'

/**
 * Has the sources get Node's own modules as the packages do, by `require`. By `import` they cost more: Node then reads each of their exports
 * once, also those that load half a library when they are looked at (`crypto.webcrypto`).
 */
export const builtins: Plugin = {
  name: 'builtins',
  setup(build) {
    build.onResolve({ filter: /^(node:)?[a-z0-9_/]+$/ }, ({ path, kind }) => {
      const name = path.replace(/^node:/, '')
      if (kind !== 'import-statement' || !builtinModules.includes(name)) return undefined
      return { path: name, namespace: 'builtin' }
    })
    build.onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({ contents: `module.exports = require('node:${path}')` }))
  },
}
