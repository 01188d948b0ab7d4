import { createServer } from 'node:net'

/** A port that is free right now. */
export function freePort(): Promise<number> {
  return listenOnce(0)
}

/** Whether something listens on a loopback port already. */
export async function isPortTaken(port: number): Promise<boolean> {
  try {
    await listenOnce(port)
    return false
  } catch {
    return true
  }
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      const bound = typeof address === 'object' && address !== null ? address.port : port
      server.close(() => resolve(bound))
    })
  })
}
