import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici'
import type { Secret } from '../secret.js'

/** PEM texts, as Flink's docs make them from a keystore; Node cannot read JKS. `NODE_EXTRA_CA_CERTS` is Node's own. */
interface TlsOptions {
  ca?: string
  cert?: string
  key?: Secret
  passphrase?: Secret
  /** For a port-forward: certificates often name in-cluster hosts alone. */
  serverName?: string
  insecure?: boolean
}

export interface RouteOptions {
  tls?: TlsOptions
  /** Go through `HTTP(S)_PROXY`, where `NO_PROXY` lets it. */
  proxy?: boolean
}

/** `undefined` = undici's default dispatcher: a custom one only where TLS or a proxy asks for it. */
export function createDispatcher(options: RouteOptions): Dispatcher | undefined {
  const connect = options.tls && connectOptions(options.tls)
  if (options.proxy) return new EnvHttpProxyAgent(connect ? { connect, requestTls: connect } : {})
  return connect && new Agent({ connect })
}

function connectOptions(tls: TlsOptions) {
  return {
    ...(tls.ca !== undefined && { ca: tls.ca }),
    ...(tls.cert !== undefined && { cert: tls.cert }),
    ...(tls.key && { key: tls.key.reveal() }),
    ...(tls.passphrase && { passphrase: tls.passphrase.reveal() }),
    ...(tls.serverName !== undefined && { servername: tls.serverName }),
    ...(tls.insecure && { rejectUnauthorized: false }),
  }
}
