/** `npm run sandbox [-- --flink <version>]`: an emulator, a real Flink and two jobs to try flinkops on, until Ctrl-C. */
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { EMULATOR_PORT } from './emulator.js'
import { missingForFlink, SANDBOX_DIR } from './flink-home.js'
import { requireVersion } from './flink-versions.js'
import { ORDERS_ENRICH, SALES_PIPELINE, submitScript, waitForCheckpoints } from './jobs.js'
import { isPortTaken } from './ports.js'
import { type Sandbox, startSandbox } from './sandbox.js'

const PORTS = { rest: 8081, gateway: 8083 }

async function main(): Promise<void> {
  const flink = wantedVersion()
  const missing = missingForFlink()
  if (missing !== null) throw new Error(missing)
  await requireFreePorts()
  const sandbox = await startSandbox({
    flink,
    ports: PORTS,
    runDir: join(SANDBOX_DIR, 'run'),
    configFile: join(SANDBOX_DIR, 'flinkops.yaml'),
    say: console.log,
  })
  stopOnSignals(sandbox)
  console.log('Submitting the jobs sales_pipeline and orders_enrich ...')
  await submitJobs(sandbox)
  console.log(whatNext(sandbox))
}

async function submitJobs({ cluster }: Sandbox): Promise<void> {
  const ids = []
  for (const script of [SALES_PIPELINE, ORDERS_ENRICH]) ids.push(await submitScript(cluster.gatewayUrl, script))
  await Promise.all(ids.map((id) => waitForCheckpoints(cluster.restUrl, id)))
}

function wantedVersion(): string | null {
  const { values } = parseArgs({ options: { flink: { type: 'string' } } })
  if (values.flink !== undefined) requireVersion(values.flink)
  return values.flink ?? null
}

async function requireFreePorts(): Promise<void> {
  const uses = [
    [EMULATOR_PORT, 'the storage emulator'],
    [PORTS.rest, 'the JobManager'],
    [PORTS.gateway, 'the SQL Gateway'],
  ] as const
  for (const [port, user] of uses) {
    if (await isPortTaken(port)) throw new Error(`Port ${port} is taken, and ${user} needs it: stop what listens there and try again.`)
  }
}

/** Before the sandbox is up, a signal simply ends this process, and the watchdog ends the rest. */
function stopOnSignals(sandbox: Sandbox): void {
  const stop = async () => {
    console.log('\nStopping the sandbox ...')
    await sandbox.stop()
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void stop())
}

function whatNext({ cluster, configFile }: Sandbox): string {
  const config = relative(process.cwd(), configFile)
  return `
Flink ${cluster.version} is up, both jobs are checkpointing to the emulator.
  web UI       ${cluster.restUrl}
  SQL Gateway  ${cluster.gatewayUrl}
  logs         ${relative(process.cwd(), cluster.logDir)}

Next, in another terminal:
  export FLINKOPS_CONFIG=$PWD/${config}
  bin/run.js list-jobs
  bin/run.js list-checkpoints
  bin/run.js savepoint sales_pipeline

Ctrl-C stops everything.`
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error))
  process.exit(1)
})
