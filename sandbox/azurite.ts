import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Child, startChild } from './child-process.js'
import { EMULATOR_ACCOUNT, EMULATOR_PORT } from './emulator.js'
import { isPortTaken } from './ports.js'
import { waitUntil } from './wait.js'

export interface AzuriteOptions {
  /** Blobs are kept in this folder; in memory when absent. */
  dir?: string
  /** Any free port when absent; Flink finds the emulator at 10000 only. */
  port?: number
  /** Moves the clock that stamps blobs: `-40 * 86_400_000` writes blobs that are 40 days old. */
  dateOffsetMs?: number
}

export interface Azurite {
  /** Base URL of the account, as `storage.<host>.endpoint` takes it. */
  endpoint: string
  stop(): Promise<void>
}

/** Starts the blob service of Azurite in a process of its own and waits until it answers. */
export async function startAzurite(options: AzuriteOptions = {}): Promise<Azurite> {
  const port = options.port ?? 0
  if (port !== 0 && (await isPortTaken(port))) throw new Error(takenMessage(port))
  const child = await startChild({
    name: 'Azurite',
    command: process.execPath,
    args: argumentsOf(options, port),
    env: environmentOf(options),
  })
  const url = await waitUntil({ until: 'Azurite listens', child, everyMs: 50, probe: async () => listeningAt(child) })
  return { endpoint: `${url}/${EMULATOR_ACCOUNT}`, stop: () => child.stop() }
}

function argumentsOf({ dir, dateOffsetMs }: AzuriteOptions, port: number): string[] {
  const preload = dateOffsetMs === undefined ? [] : ['--import', pathToFileURL(join(import.meta.dirname, 'shift-date.mjs')).href]
  const main = createRequire(import.meta.url).resolve('azurite/dist/src/blob/main.js')
  const where = dir === undefined ? ['--inMemoryPersistence'] : ['--location', dir]
  return [...preload, main, '--skipApiVersionCheck', '--disableTelemetry', '--silent', '--blobPort', String(port), ...where]
}

function environmentOf({ dateOffsetMs }: AzuriteOptions): NodeJS.ProcessEnv {
  return { ...process.env, NODE_OPTIONS: '', SHIFT_DATE_MS: String(dateOffsetMs ?? 0) }
}

function listeningAt(child: Child): string | null {
  return /successfully listens on (http:\S+)/.exec(child.output())?.[1] ?? null
}

function takenMessage(port: number): string {
  const why =
    port === EMULATOR_PORT ? "Flink's Azure driver looks for the emulator there and nowhere else" : 'the emulator was to listen there'
  return `Port ${port} is taken, and ${why}: stop what listens on it (another sandbox?) and try again.`
}
