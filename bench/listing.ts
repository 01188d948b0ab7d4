import { spawnSync } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { runCompiled } from './compiled.js'
import { type RunningServer, startServer } from './server/start.js'

const KEY = Buffer.alloc(64).toString('base64')
const SAS = 'sv=2025-01-01&sr=c&sp=rl&sig=AAAA'

interface Peer {
  name: string
  demand: number
  /** Lists everything and answers how many blobs there were; `null` when the peer is not installed. */
  list(server: RunningServer): number | null
}

const PEERS: Peer[] = [
  { name: 'SDK', demand: 8, list: (server) => own('sdk', server).blobs },
  { name: 'rclone', demand: 4, list: rclone },
  { name: 'az', demand: 30, list: az },
]

/** Lists a million blobs with flinkops and its peers, one after the other on the same server. */
export async function benchListing(shape = 'million'): Promise<string[]> {
  const server = await startServer(shape)
  try {
    const ours = own('flinkops', server)
    const lines = [shape, `flinkops: ${rate(ours.blobs, ours.seconds)}, peak ${ours.peakMb.toFixed(0)} MB`]
    for (const peer of PEERS) lines.push(line(peer, server, ours.seconds))
    const again = own('flinkops', server)
    return [...lines, `flinkops again: ${rate(again.blobs, again.seconds)}, peak ${again.peakMb.toFixed(0)} MB`]
  } finally {
    server.stop()
  }
}

function line({ name, demand, list }: Peer, server: RunningServer, oursSeconds: number): string {
  const startedAt = performance.now()
  const blobs = list(server)
  const seconds = (performance.now() - startedAt) / 1000
  if (blobs === null) return `${name}: not installed (see bench/README.md)`
  if (blobs !== server.blobs) throw new Error(`${name} listed ${blobs} of ${server.blobs} blobs`)
  return `${name}: ${rate(blobs, seconds)}; flinkops is ${(seconds / oursSeconds).toFixed(1)} times as fast (demanded: ${demand})`
}

function rate(blobs: number, seconds: number): string {
  return `${blobs} blobs in ${seconds.toFixed(1)} s, ${Math.round(blobs / seconds)} a second`
}

interface Measured {
  blobs: number
  seconds: number
  peakMb: number
}

function own(which: 'flinkops' | 'sdk', server: RunningServer): Measured {
  return runCompiled(new URL(`list/${which}.ts`, import.meta.url), [server.endpoint, server.container])
}

function rclone({ endpoint, container }: RunningServer): number | null {
  const args = ['size', '--json', '--fast-list', `:azureblob,sas_url='${endpoint}/${container}?${SAS}':${container}`]
  const output = run('rclone', args)
  return output === null ? null : Number(JSON.parse(output).count)
}

function az({ endpoint, container }: RunningServer): number | null {
  const account = ['--blob-endpoint', endpoint, '--account-name', 'devstoreaccount1', '--account-key', KEY]
  const args = ['storage', 'blob', 'list', '-c', container, ...account, '--num-results', '*', '--query', 'length(@)', '-o', 'tsv']
  const output = run(process.env['AZ'] ?? 'az', args)
  return output === null ? null : Number(output)
}

function run(command: string, args: string[]): string | null {
  const { error, stdout, stderr, status } = spawnSync(command, args, { encoding: 'utf8' })
  if (error !== undefined && 'code' in error && error.code === 'ENOENT') return null
  if (status !== 0) throw new Error(`${command} failed: ${stderr}`)
  return stdout
}

const [, script, shape] = process.argv
if (script !== undefined && import.meta.url === pathToFileURL(script).href) console.log((await benchListing(shape)).join('\n'))
