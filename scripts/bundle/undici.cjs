/**
 * Put by esbuild in place of undici's index: what `src/lib/flink` uses of it, and not fetch, WebSocket, caches and mocks, which take two
 * thirds of the time that the whole takes to load. By path: the package exports only its index.
 */
const Dispatcher = require('../../node_modules/undici/lib/dispatcher/dispatcher.js')
const Agent = require('../../node_modules/undici/lib/dispatcher/agent.js')
const EnvHttpProxyAgent = require('../../node_modules/undici/lib/dispatcher/env-http-proxy-agent.js')
const api = require('../../node_modules/undici/lib/api/index.js')
const { getGlobalDispatcher } = require('../../node_modules/undici/lib/global.js')

Object.assign(Dispatcher.prototype, api)

/** As undici's own, for a URL as text. */
function request(url, { dispatcher = getGlobalDispatcher(), ...options }) {
  const { origin, pathname, search } = new URL(url)
  return api.request.call(dispatcher, { ...options, origin, path: `${pathname}${search}` })
}

module.exports = {
  Agent,
  EnvHttpProxyAgent,
  request,
  /** For uploads only. */
  get FormData() {
    return require('../../node_modules/undici/lib/web/fetch/formdata.js').FormData
  },
}
