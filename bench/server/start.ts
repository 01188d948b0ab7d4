import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Counters } from './counters.js'
import type { Faults } from './faults.js'

/** A synthetic server in a process of its own. */
export interface RunningServer {
  /** Of the account, path-style. */
  endpoint: string
  container: string
  blobs: number
  counters(): Promise<Counters>
  setFaults(faults: Partial<Faults>): Promise<void>
  reset(): Promise<void>
  stop(): void
}

/** Starts the server with a shape of `shape.ts`; it ends with this process at the latest. */
export async function startServer(shape: string): Promise<RunningServer> {
  const args = ['--import', 'tsx', fileURLToPath(new URL('main.ts', import.meta.url)), '--shape', shape]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  process.once('exit', () => child.kill())
  const [line] = await new Promise<string[]>((resolve, reject) => {
    createInterface(child.stdout).once('line', (text) => resolve([text]))
    child.once('exit', (code) => reject(new Error(`the synthetic server ended with ${code}`)))
  })
  const { endpoint, container, blobs }: Pick<RunningServer, 'endpoint' | 'container' | 'blobs'> = JSON.parse(line ?? '')
  const control = async (verb: string, body?: object) => {
    const url = new URL(`/-/${verb}`, endpoint)
    return (await fetch(url, verb === 'counters' ? {} : { method: 'POST', body: JSON.stringify(body ?? {}) })).json()
  }
  return {
    endpoint,
    container,
    blobs,
    counters: async () => (await control('counters')) as Counters,
    setFaults: async (faults) => void (await control('faults', faults)),
    reset: async () => void (await control('reset')),
    stop: () => void child.kill(),
  }
}
