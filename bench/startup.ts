import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Cluster, startCluster } from '../sandbox/cluster.js'
import { type FlinkHome, flinkHome, missingForFlink } from '../sandbox/flink-home.js'

const RUN_JS = resolve(import.meta.dirname, '..', 'bin', 'run.js')
const ROUNDS = 15
const FLINK_ROUNDS = 9

/** How long a command takes from the first to the last moment of its process, beside bare Node and Flink's own client. */
export async function benchStartup(): Promise<string[]> {
  const rounds = inTurn(ROUNDS, {
    'node -e 0': () => run(process.execPath, ['-e', '0']),
    'flinkops --version': () => run(process.execPath, [RUN_JS, '--version']),
    'flinkops --help': () => run(process.execPath, [RUN_JS, '--help']),
  })
  const bare = rounds['node -e 0'] ?? 0
  const lines = Object.entries(rounds).map(([name, ms]) => `${name}: ${ms.toFixed(0)} ms, ${(ms / bare).toFixed(2)}x bare Node`)
  return [...lines, ...(await benchListJobs())]
}

/** `flinkops list-jobs` and Flink's client against one JobManager: by `bin/flink` of the distribution at `FLINK`, else by its Java alone. */
async function benchListJobs(): Promise<string[]> {
  const missing = missingForFlink()
  if (missing !== null) return [`list-jobs beside bin/flink list: not measured. ${missing}`]
  const runDir = await mkdtemp(join(tmpdir(), 'flinkops-bench-'))
  const home = await flinkHome(null)
  const cluster = await startCluster({ home, runDir, sqlGateway: false })
  try {
    await cluster.killTaskManager()
    const script = process.env['FLINK']
    const client = script === undefined ? 'the Java of bin/flink list, without its script' : 'bin/flink list'
    const rounds = inTurn(FLINK_ROUNDS, {
      'flinkops list-jobs': () => run(process.execPath, [RUN_JS, 'list-jobs', '--jobmanager', cluster.restUrl], { XDG_STATE_HOME: runDir }),
      [client]: () => (script === undefined ? flinkList(home, cluster) : flinkListBy(script, cluster)),
    })
    const [ours = 0, theirs = 0] = Object.values(rounds)
    const lines = Object.entries(rounds).map(([name, ms]) => `${name}: ${ms.toFixed(0)} ms`)
    return [...lines, `flinkops list-jobs is ${(theirs / ours).toFixed(1)}x faster than ${client} (Flink ${home.version})`]
  } finally {
    await cluster.stop()
    await rm(runDir, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** As a person does. The script starts Java three times: to read the configuration, to ask for Java's version, and for the client. */
function flinkListBy(script: string, { confDir, logDir, restUrl }: Cluster): void {
  run(script, ['list', '-m', new URL(restUrl).host], { FLINK_CONF_DIR: confDir, FLINK_LOG_DIR: logDir })
}

/** What `bin/flink list` runs at last, without its shell script. */
function flinkList({ classpath }: FlinkHome, { confDir, logDir, restUrl }: Cluster): void {
  const opens = ['java.lang', 'java.net', 'java.util'].flatMap((name) => ['--add-opens', `java.base/${name}=ALL-UNNAMED`])
  const logging = `-Dlog4j.configurationFile=${join(confDir, 'log4j.properties')}`
  const main = 'org.apache.flink.client.cli.CliFrontend'
  const environment = { FLINK_CONF_DIR: confDir, FLINK_LOG_DIR: logDir }
  run('java', [...opens, logging, '-cp', classpath, main, 'list', '-m', new URL(restUrl).host], environment)
}

function run(command: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): void {
  const { status, stderr } = spawnSync(command, args, { env: { ...process.env, NODE_ENV: 'production', ...more }, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr.slice(0, 400)}`)
}

/** Medians in milliseconds; the candidates take turns, so that what else the machine does hits all of them. */
function inTurn(rounds: number, candidates: Record<string, () => void>): Record<string, number> {
  const times = new Map<string, number[]>()
  for (let round = 0; round < rounds; round++) {
    for (const [name, candidate] of Object.entries(candidates)) {
      const startedAt = performance.now()
      candidate()
      times.set(name, [...(times.get(name) ?? []), performance.now() - startedAt])
    }
  }
  return Object.fromEntries([...times].map(([name, all]) => [name, all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0]))
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) console.log((await benchStartup()).join('\n'))
