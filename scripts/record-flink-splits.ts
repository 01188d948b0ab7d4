/**
 * `npx tsx scripts/record-flink-splits.ts <version>=<flink-sql-client jar> ...` records which statements real Flinks make of the scripts in
 * `test/support/real-scripts.ts`: the SQL client, by what it asks of a real SQL Gateway, and, for 2.x, the script executor of application
 * mode. Writes `test/support/recorded/flink-splits.json`. A client is brought by Maven:
 * `mvn org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy -Dartifact=org.apache.flink:flink-sql-client:2.3.0 -DoutputDirectory=.sandbox`
 */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startChild } from '../sandbox/child-process.js'
import { type FlinkHome, flinkHome } from '../sandbox/flink-home.js'
import { LOG_CONFIG, startFlinkProcess } from '../sandbox/flink-processes.js'
import { requestJson } from '../sandbox/http-json.js'
import { runTool } from '../sandbox/java.js'
import { freePort } from '../sandbox/ports.js'
import { waitUntil } from '../sandbox/wait.js'
import { REAL_SCRIPTS } from '../test/support/real-scripts.js'

const OUT = join(import.meta.dirname, '..', 'test', 'support', 'recorded', 'flink-splits.json')
const OPENED = ['lang', 'net', 'io', 'nio', 'lang.reflect', 'text', 'time', 'util', 'util.concurrent', 'util.concurrent.atomic']
const JAVA = [...OPENED.map((name) => `--add-opens=java.base/java.${name}=ALL-UNNAMED`), '-Xmx600m', '-XX:TieredStopAtLevel=1']

interface Split {
  /** What was asked for, in order. */
  statements: string[]
  /** What the last of them came to. */
  error: string | null
}

/** By what split it (`client 2.3.0`, `executor 2.3.0`), then by the name of the script. */
type Recording = Record<string, Record<string, Split>>

/** A scratch folder with a configuration that runs jobs in the process itself. */
async function workspace(): Promise<{ root: string; conf: string; log: string; tmp: string; env: NodeJS.ProcessEnv }> {
  const root = await mkdtemp(join(tmpdir(), 'flink-splits-'))
  const dirs = { conf: join(root, 'conf'), log: join(root, 'log'), tmp: join(root, 'tmp') }
  for (const dir of Object.values(dirs)) await mkdir(dir)
  await writeFile(join(dirs.conf, 'config.yaml'), 'execution.target: local\nparallelism.default: 1\n')
  await writeFile(join(dirs.conf, 'log4j.properties'), LOG_CONFIG)
  return { root, ...dirs, env: { ...process.env, FLINK_CONF_DIR: dirs.conf } }
}

async function run(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = await startChild({ name: command, command, args, env })
  await child.ended
  return child.output()
}

async function scriptFiles(root: string, home: FlinkHome): Promise<string[]> {
  const jar = (await jsonJar(home)) ?? ''
  return Promise.all(
    REAL_SCRIPTS.map(async ({ script }, at) => {
      const file = join(root, `${at}.sql`)
      await writeFile(file, script.replaceAll('{JAR}', jar))
      return file
    }),
  )
}

/** Some jar that can be added. */
async function jsonJar({ libDir }: FlinkHome): Promise<string | null> {
  const name = (await readdir(libDir)).find((one) => one.startsWith('flink-json-'))
  return name === undefined ? null : join(libDir, name)
}

async function byExecutor(home: FlinkHome): Promise<Record<string, Split>> {
  const { root, env } = await workspace()
  await runTool('javac', ['-nowarn', '-cp', home.classpath, '-d', root, join(import.meta.dirname, 'FlinkSplits.java')])
  const output = await run('java', [...JAVA, '-cp', `${root}:${home.classpath}`, 'FlinkSplits', ...(await scriptFiles(root, home))], env)
  const jar = (await jsonJar(home)) ?? ''
  const splits = output.split('\n').filter((line) => line.startsWith('SPLIT '))
  await rm(root, { recursive: true, force: true })
  return named(splits.map((line) => JSON.parse(line.slice('SPLIT '.length).replaceAll(jar, '{JAR}')) as Split))
}

function named(splits: Split[]): Record<string, Split> {
  return Object.fromEntries(REAL_SCRIPTS.map(({ name }, at) => [name, splits[at] ?? { statements: [], error: 'nothing was told' }]))
}

async function byClient(home: FlinkHome, clientJar: string): Promise<Record<string, Split>> {
  const { root, env, ...dirs } = await workspace()
  const classpath = [root, clientJar, home.classpath].join(':')
  await runTool('javac', ['-nowarn', '-cp', classpath, '-d', root, join(import.meta.dirname, 'FlinkClient.java')])
  const port = await freePort()
  const gateway = await startFlinkProcess({ role: 'sql-gateway', home, dirs, gatewayPort: port, extraArgs: ['-Dexecution.target=local'] })
  const url = `http://127.0.0.1:${port}`
  await waitUntil({ until: 'the gateway answers', probe: () => requestJson(`${url}/info`), timeoutMs: 300_000, child: gateway })
  const ear = await listenIn(url)
  try {
    await run('java', [...JAVA, '-cp', classpath, 'FlinkClient', ear.url, ...(await scriptFiles(root, home))], env)
  } finally {
    ear.stop()
    await gateway.stop()
    await rm(root, { recursive: true, force: true })
  }
  const jar = (await jsonJar(home)) ?? ''
  return named(ear.splits().map(({ statements, error }) => ({ statements: statements.map((one) => one.replaceAll(jar, '{JAR}')), error })))
}

/** What a statement that was asked for came to. */
interface Asked {
  session: string
  statement: string
  error: string | null
}

/** Sessions in the order in which they were opened, and what was asked for by its operation. */
interface Heard {
  sessions: string[]
  asked: Map<string, Asked>
}

/** Passes everything on to a gateway, and remembers which statements it was asked to execute and what came of them. */
async function listenIn(target: string): Promise<{ url: string; splits: () => Split[]; stop: () => void }> {
  const heard: Heard = { sessions: [], asked: new Map() }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      void pass(target, request.method ?? 'GET', request.url ?? '/', Buffer.concat(chunks)).then((answer) => {
        remember(heard, request.url ?? '', answer)
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.text)
      })
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return { url: `http://127.0.0.1:${portOf(server)}`, splits: () => splitsIn(heard), stop: () => void server.close() }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

async function pass(target: string, method: string, path: string, body: Buffer): Promise<{ status: number; text: string; body: string }> {
  const init = method === 'POST' ? { method, headers: { 'content-type': 'application/json' }, body: new Uint8Array(body) } : { method }
  const answer = await fetch(`${target}${path}`, init)
  return { status: answer.status, text: await answer.text(), body: body.toString('utf8') }
}

function remember({ sessions, asked }: Heard, path: string, { status, text, body }: Awaited<ReturnType<typeof pass>>): void {
  if (path.endsWith('/sessions') && status === 200) sessions.push((JSON.parse(text) as { sessionHandle: string }).sessionHandle)
  const [, session = '', operation] = /\/sessions\/([^/]+)(?:\/operations\/([^/]+)\/result)?/.exec(path) ?? []
  if (path.endsWith('/statements') && status === 200) {
    const { operationHandle } = JSON.parse(text) as { operationHandle: string }
    asked.set(operationHandle, { session, statement: (JSON.parse(body) as { statement: string }).statement, error: null })
  }
  const one = operation === undefined ? undefined : asked.get(operation)
  if (one !== undefined && status !== 200) one.error = causeIn(text)
}

/** Of a Java stack, the innermost cause. */
function causeIn(text: string): string {
  const causes = [...text.matchAll(/(?:Caused by: |^|\\n)([\w.]+(?:Exception|Error)[^\\]*)/g)].map(([, cause = '']) => cause)
  return (causes.at(-1) ?? text.slice(0, 200)).replaceAll(/[\w.]+\.(\w+(?:Exception|Error))/g, '$1')
}

/** All that was asked for, also what Flink called incomplete and the client asked for again with more of the script. */
function splitsIn({ sessions, asked }: Heard): Split[] {
  return sessions.map((session) => {
    const own = [...asked.values()].filter((one) => one.session === session)
    return { statements: own.map(({ statement }) => statement), error: own.at(-1)?.error ?? null }
  })
}

const recording: Recording = {}
const keep = () => writeFile(OUT, `${JSON.stringify(recording, null, 2)}\n`)
for (const argument of process.argv.slice(2)) {
  const [version = '', clientJar = ''] = argument.split('=')
  const home = await flinkHome(version)
  recording[`client ${version}`] = await byClient(home, clientJar)
  await keep()
  if (Number(version.split('.')[0]) < 2) continue
  recording[`executor ${version}`] = await byExecutor(home)
  await keep()
}
