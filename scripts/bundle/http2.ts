import type { Plugin } from 'esbuild'

/** undici loads Node's HTTP/2 with its first client; this way it does when a server has chosen HTTP/2. */
export const lazyHttp2: Plugin = {
  name: 'lazy-http2',
  setup(build) {
    build.onResolve({ filter: /^\.\/client-h2\.js$/ }, ({ path, resolveDir, namespace }) =>
      namespace === 'file' ? { path, namespace: 'lazy', pluginData: resolveDir } : undefined,
    )
    build.onLoad({ filter: /./, namespace: 'lazy' }, ({ path, pluginData }) => ({
      contents: `module.exports = (...args) => require('${path}')(...args)`,
      resolveDir: pluginData,
    }))
  },
}
