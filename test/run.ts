/**
 * `npm test`: every suite in turn, the last one on real Flinks, and what each came to. `--matrix <versions>`: only the last, on these.
 * `--fetch`: no test, only the download of the Flinks.
 */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
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
}

async function main(): Promise<void> {
  const { matrix, fetch } = wanted()
  const missing = missingForE2e()
  if (missing !== null && (matrix !== null || fetch || process.env.CI === 'true')) throw new Error(missing)
  if (fetch) return fetchAll(matrix ?? FLINKS)
  const suites = matrix === null ? suitesWithout(missing) : matrix.map(onFlink)
  const tallies: Tally[] = []
  for (const suite of suites) tallies.push(await run(suite))
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

function suitesWithout(missing: string | null): Suite[] {
  const withoutFlink = ['unit', 'model', 'azurite'].filter(hasTests).map((project): Suite => ({ title: project, project }))
  return missing === null ? [...withoutFlink, ...FLINKS.map(onFlink)] : withoutFlink
}

function hasTests(project: string): boolean {
  const dir = join(ROOT, 'test', project)
  return existsSync(dir) && readdirSync(dir, { recursive: true, encoding: 'utf8' }).some((name) => name.endsWith('.test.ts'))
}

function onFlink(version: string): Suite {
  return { title: `flink ${version}`, project: 'flink', env: { FLINKOPS_TEST_FLINK: version } }
}

async function run({ title, project, env }: Suite): Promise<Tally> {
  console.log(`\n=== ${title}`)
  const dir = await mkdtemp(join(tmpdir(), 'flinkops-test-'))
  const reportFile = join(dir, 'report.json')
  const startedAt = performance.now()
  const args = ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
  const exitCode = await vitest(args, { ...process.env, ...env })
  const seconds = (performance.now() - startedAt) / 1000
  const report = await readFile(reportFile, 'utf8').catch(() => null)
  await rm(dir, { recursive: true })
  return tallyOf(title, { report, exitCode, seconds })
}

function vitest(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const main = join(createRequire(import.meta.url).resolve('vitest/package.json'), '..', 'vitest.mjs')
  const child = spawn(process.execPath, [main, ...args], { cwd: ROOT, env, stdio: 'inherit' })
  return new Promise((done, failed) => {
    child.once('error', failed)
    child.once('close', (code) => done(code ?? 1))
  })
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
})
