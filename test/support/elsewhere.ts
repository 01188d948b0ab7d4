import { chmod, writeFile } from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import net from 'node:net'
import { join } from 'node:path'

/** The rest of the world: whoever is asked for besides this machine's own servers is noted, and nobody answers. */
export interface Elsewhere {
  /** `host:port` of each https host that a proxy was asked for, and `direct` for the port below. */
  asked: string[]
  /** A port of this machine at which a stranger listens, as `127.0.0.1:<port>`. */
  host: string
  /** For a process that is to be seen: the way out, and an operator who is logged in with `az`, to whatever account. */
  env(dir: string): Promise<NodeJS.ProcessEnv>
  close(): Promise<void>
}

export async function startElsewhere(): Promise<Elsewhere> {
  const asked: string[] = []
  const proxy = http.createServer((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(502).end()
  })
  proxy.on('connect', ({ url }, socket: Socket) => {
    asked.push(url ?? '')
    socket.on('error', () => undefined)
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
  })
  const stranger = net.createServer((socket) => {
    asked.push('direct')
    socket.on('error', () => undefined)
    socket.destroy()
  })
  await Promise.all([proxy, stranger].map((one) => new Promise<void>((done) => one.listen(0, '127.0.0.1', done))))
  const portOf = (server: net.Server) => (server.address() as AddressInfo).port
  return {
    asked,
    host: `127.0.0.1:${portOf(stranger)}`,
    env: async (dir) => ({
      HTTPS_PROXY: `http://127.0.0.1:${portOf(proxy)}`,
      NO_PROXY: '127.0.0.1',
      ...(await loggedIn(dir)),
    }),
    close: async () => {
      proxy.closeAllConnections()
      await Promise.all([proxy, stranger].map((one) => new Promise((done) => one.close(done))))
    },
  }
}

async function loggedIn(dir: string): Promise<NodeJS.ProcessEnv> {
  const token = { accessToken: 'OPERATORS-TOKEN', expiresOn: '2099-01-01 00:00:00.000000', expires_on: 4_070_908_800, tokenType: 'Bearer' }
  await writeFile(join(dir, 'az'), `#!/bin/sh\necho '${JSON.stringify({ ...token, subscription: 's', tenant: 't' })}'\n`)
  await chmod(join(dir, 'az'), 0o755)
  return { AZURE_TOKEN_CREDENTIALS: 'AzureCliCredential', PATH: `${dir}:${process.env['PATH']}` }
}
