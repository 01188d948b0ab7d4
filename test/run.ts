/**
 * `npm test`: every suite, and what each came to. Those on real Flinks wait most of the time and share a port, so they run in turn, beside
 * the others. `--matrix <versions>`: only the end-to-end suite, on these. `--fetch`: no test, only the download of the Flinks.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { constants, setPriority, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { flinkHome } from '../sandbox/flink-home.js'
import { requireVersion } from '../sandbox/flink-versions.js'
import { missingForE2e } from './support/sandbox.js'
import { summaryOf, type Tally, tallyOf } from './support/tally.js'

const ROOT = resolve(import.meta.dirname, '..')
const FLINKS = ['2.3.0', '1.20.1']

interface Suite {
  title: string
  project: string
  env?: NodeJS.ProcessEnv
  /** Of its files, this one. */
  only?: string
  /** To the suites beside it, which take longer. */
  givesWay?: boolean
}

async function main(): Promise<void> {
  const { matrix, fetch } = wanted()
  const missing = missingForE2e()
  if (missing !== null && (matrix !== null || fetch || process.env.CI === 'true')) throw new Error(missing)
  if (fetch) return fetchAll(matrix ?? FLINKS)
  const onFlinks = missing === null ? withFlink(matrix) : []
  // The Flinks are the longer lane.
  const lanes = matrix === null ? [suites('unit', 'azurite', 'model'), onFlinks] : [onFlinks]
  const tallies = (await Promise.all(lanes.map(inTurn))).flat()
  if (missing !== null) console.log(`\nThe end-to-end tests on a real Flink were not run. ${missing}`)
  console.log(`\n${summaryOf(tallies)}`)
  if (tallies.some((tally) => tally.failed > 0)) process.exitCode = 1
}

function wanted(): { matrix: string[] | null; fetch: boolean } {
  const { values } = parseArgs({ options: { matrix: { type: 'string' }, fetch: { type: 'boolean', default: false } } })
  const matrix = values.matrix?.split(',') ?? null
  matrix?.forEach(requireVersion)
  return { matrix, fetch: values.fetch }
}

async function fetchAll(versions: string[]): Promise<void> {
  for (const version of versions) await flinkHome(version, { say: console.log })
}

function suites(...projects: string[]): Suite[] {
  return projects.map((project) => ({ title: project, project, givesWay: true }))
}

/** All scenarios on one version and the main ones on the other; a matrix has all on each. */
function withFlink(matrix: string[] | null): Suite[] {
  if (matrix !== null) return matrix.map(onFlink)
  const [first = '', ...others] = FLINKS
  return [onFlink(first), ...others.map(brieflyOn), { title: 'flink under fire', project: 'fire' }]
}

function onFlink(version: string): Suite {
  return { title: `flink ${version}`, project: 'flink', env: { FLINKOPS_TEST_FLINK: version } }
}

function brieflyOn(version: string): Suite {
  const env = { FLINKOPS_TEST_FLINK: version, FLINKOPS_TEST_BRIEF: '1' }
  return { title: `flink ${version}, in brief`, project: 'flink', env, only: 'test/e2e/flink.test.ts' }
}

async function inTurn(suites: Suite[]): Promise<Tally[]> {
  const tallies: Tally[] = []
  for (const suite of suites) tallies.push(await run(suite))
  return tallies
}

/** What a suite says is shown in one piece when it ends, since another runs beside it. */
async function run({ title, project, env, only, givesWay = false }: Suite): Promise<Tally> {
  console.log(`${title}: running`)
  const dir = await mkdtemp(join(tmpdir(), 'flinkops-test-'))
  const reportFile = join(dir, 'report.json')
  const startedAt = performance.now()
  const files = only === undefined ? [] : [only]
  const args = ['run', ...files, '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
  const { exitCode, output } = await vitest(args, { env: { ...process.env, ...env }, givesWay })
  const seconds = (performance.now() - startedAt) / 1000
  const report = await readFile(reportFile, 'utf8').catch(() => null)
  await rm(dir, { recursive: true })
  console.log(`\n=== ${title}\n${output}`)
  return tallyOf(title, { report, exitCode, seconds })
}

interface Ending {
  exitCode: number
  output: string
}

function vitest(args: readonly string[], { env, givesWay }: { env: NodeJS.ProcessEnv; givesWay: boolean }): Promise<Ending> {
  const main = join(createRequire(import.meta.url).resolve('vitest/package.json'), '..', 'vitest.mjs')
  const child = spawn(process.execPath, [main, ...args], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] })
  if (givesWay && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL)
  let output = ''
  const hear = (text: string) => {
    output += text
  }
  child.stdout.setEncoding('utf8').on('data', hear)
  child.stderr.setEncoding('utf8').on('data', hear)
  return new Promise((done, failed) => {
    child.once('error', failed)
    child.once('close', (code) => done({ exitCode: code ?? 1, output }))
  })
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
})
