/**
 * `npm run check-package`: packs what is built, installs the tarball into an empty folder, and runs the command on each Node that is supported. Node comes
 * from the packages `node@<version>`; the one at hand is used for its own version.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { startFakeJobManager } from '../test/support/fake-jobmanager.js'

const ROOT = resolve(import.meta.dirname, '..')
const NODES = ['20', '22', '24']

async function main(): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'flinkops-package-'))
  const jobManager = await startFakeJobManager({ 'GET /v1/jobs/overview': { body: { jobs: [] } } })
  try {
    await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', dir], ROOT)
    const [tarball = ''] = (await readdir(dir)).filter((name) => name.endsWith('.tgz'))
    await writeFile(join(dir, 'package.json'), '{ "private": true }')
    await run('npm', ['install', '--silent', '--no-audit', '--no-fund', join(dir, tarball)], dir)
    const installed = (await readdir(join(dir, 'node_modules'))).filter((name) => !name.startsWith('.'))
    expect(installed.join(), 'flinkops', 'installed')
    const command = join(dir, 'node_modules/flinkops/bin/run.js')
    for (const version of NODES) await check(await nodeOf(version), command, dir, jobManager.url)
  } finally {
    await jobManager.stop()
    await rm(dir, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function check(node: string[], command: string, dir: string, jobManager: string): Promise<void> {
  const [program = '', ...before] = node
  const flinkops = (...args: string[]) => run(program, [...before, command, ...args], dir)
  const version = (await flinkops('--version')).trim()
  expect(String((await flinkops('--help')).includes('list-checkpoints')), 'true', '--help')
  expect(
    JSON.stringify(JSON.parse(await flinkops('list-jobs', '--jobmanager', jobManager, '--json'))),
    '{"jobs":[],"warnings":[]}',
    'list-jobs',
  )
  expect(String((await flinkops('autocomplete', 'script', 'bash')).includes('FLINKOPS_AC_BASH_SETUP_PATH')), 'true', 'autocomplete')
  console.log(`${version}: ok`)
}

async function nodeOf(version: string): Promise<string[]> {
  if (process.versions.node.startsWith(`${version}.`)) return [process.execPath]
  const path = await run('npx', ['-y', '-p', `node@${version}`, 'node', '-p', 'process.execPath'], tmpdir())
  return [path.trim()]
}

async function run(command: string, args: string[], cwd: string): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, { cwd, env: { ...process.env, NODE_ENV: '' } })
  return stdout
}

function expect(found: string, wanted: string, what: string): void {
  if (found !== wanted) throw new Error(`${what}: ${found} instead of ${wanted}`)
}

await main()
