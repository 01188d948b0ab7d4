import { connect, createServer, type Server, type Socket } from 'node:net'

/** A door in front of a server, which can be shut and opened again. */
export interface FlakyProxy {
  url: string
  /** Breaks off every connection and refuses new ones. */
  shut(): Promise<void>
  open(): Promise<void>
}

/** Listens on a port of its own and passes everything on to `target`. */
export async function startFlakyProxy(target: string): Promise<FlakyProxy> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  const pass = (from: Socket) => {
    const to = connect(Number(port), hostname)
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  }
  let server: Server = createServer(pass)
  const own = await listen(server, 0)
  return {
    url: `http://127.0.0.1:${own}`,
    shut: () =>
      new Promise((done) => {
        server.close(() => done())
        for (const socket of sockets) socket.destroy()
      }),
    open: async () => {
      server = createServer(pass)
      await listen(server, own)
    },
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((done, failed) => {
    server.once('error', failed)
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      done(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}
