import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cluster } from '../../support/fake-cluster.js'
import { startFakeJobManager } from '../../support/fake-jobmanager.js'
import { startCli } from '../../support/run-cli.js'

const ROOT = resolve(import.meta.dirname, '../../..')

/** By file of `dist`: the packages that the build put into it. */
const PACKAGES = JSON.parse(readFileSync(join(ROOT, 'dist/packages.json'), 'utf8')) as Record<string, string[]>

const PACKAGE = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { engines: { node: string } }

/** Runs the built command line and answers every file that it loaded. */
async function filesLoadedBy(
  args: string[],
  more: NodeJS.ProcessEnv = {},
  nodeOptions: string[] = [],
): Promise<{ files: string[]; stdout: string; code: number | null }> {
  const dir = await mkdtemp(join(tmpdir(), 'flinkops-startup-'))
  try {
    const kept = Object.entries(process.env).filter(([name]) => !/^(FLINK|AZURE_|VITEST|XDG_|NODE_OPTIONS$)/.test(name))
    const coverage = { NODE_ENV: 'production', NODE_V8_COVERAGE: join(dir, 'coverage') }
    const env = { ...Object.fromEntries(kept), XDG_STATE_HOME: dir, ...more, ...coverage }
    const child = spawn(process.execPath, [...nodeOptions, join(ROOT, 'bin/run.js'), ...args], {
      cwd: dir,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let stdout = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    const code = await new Promise<number | null>((done, failed) => child.once('error', failed).once('close', done))
    return { files: await loadedFiles(join(dir, 'coverage')), stdout, code }
  } finally {
    await rm(dir, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function loadedFiles(coverage: string): Promise<string[]> {
  const reports = await Promise.all((await readdir(coverage)).map((name) => readFile(join(coverage, name), 'utf8')))
  const scripts = reports.flatMap((text) => (JSON.parse(text) as { result: { url: string }[] }).result)
  return [...new Set(scripts.map(({ url }) => url).filter((url) => url.startsWith('file:')))]
}

/** What these files are made of: of a built one the packages in it, of another its own path. */
function contents(files: string[]): string[] {
  const dist = `file://${join(ROOT, 'dist')}/`
  return files.flatMap((file) => (file.startsWith(dist) ? PACKAGES[file.slice(dist.length)]! : [file]))
}

const azure = (files: string[]) => contents(files).filter((name) => /@azure|@typespec|msal/.test(name))
const parsing = (files: string[]) => contents(files).filter((name) => /node_modules\/yaml$/.test(name))
const searching = (files: string[]) =>
  contents(files).filter((name) => /node_modules\/(tinyglobby|fdir|picomatch|minimatch|lilconfig|semver)$/.test(name))
const plotting = (files: string[]) => contents(files).filter((name) => /node_modules\/(echarts|zrender)/.test(name))

describe('starting up', () => {
  it('finds the manifest, without which every command is loaded for each', () => {
    expect(existsSync(join(ROOT, 'oclif.manifest.json'))).toBe(true)
  })

  it('loads fewer than 200 files and no Azure SDK for --version', async () => {
    const { files, stdout, code } = await filesLoadedBy(['--version'])

    expect(stdout).toMatch(/^flinkops\/\d+\.\d+\.\d+ /)
    expect(code).toBe(0)
    expect(files.some((file) => file.endsWith('/bin/run.js'))).toBe(true)
    expect(files.length).toBeLessThan(200)
    expect(azure(files)).toEqual([])
  })

  it.each([
    ['18.20.4', 6],
    ['20.18.3', 6],
    ['20.19.0', 0],
    ['21.0.0', 0],
    ['24.1.0', 0],
  ])('on Node %s ends with %d: an older one than package.json says is refused before anything is loaded', async (version, expected) => {
    const preload = `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'${version}'})`
    const { files, code } = await filesLoadedBy(['--help'], {}, ['--import', preload])

    expect(code).toBe(expected)
    expect(files.some((file) => /\/dist\/chunks\/command-line-/.test(file))).toBe(expected === 0)
    expect(PACKAGE.engines.node).toBe('>=20.19')
  })

  it('says on an old Node what is wrong and what to do, as JSON where JSON is asked for', async () => {
    const preload = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'18.20.4'})"
    const { stdout } = await filesLoadedBy(['list-jobs', '--json'], {}, ['--import', preload])
    const { stdout: plain } = await filesLoadedBy(['list-jobs'], {}, ['--import', preload])

    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'NODE_TOO_OLD',
        message: 'flinkops needs Node 20.19 or newer; this is 18.20.4.',
        suggestions: ['Nothing was done. Run it with a newer Node.'],
        exitCode: 6,
      },
    })
    expect(plain).toBe('')
  })

  it('prints the version as oclif would', async () => {
    const { stdout } = await filesLoadedBy(['--help'])
    const { stdout: version } = await filesLoadedBy(['--version'])

    expect(stdout).toContain(version)
  })

  it('loads no Azure SDK for --help', async () => {
    const { files, stdout, code } = await filesLoadedBy(['--help'])

    expect(stdout).toContain('list-jobs')
    expect(code).toBe(0)
    expect(azure(files)).toEqual([])
  })

  it('loads no Azure SDK and no plotting library for list-jobs', async () => {
    const jobManager = await startFakeJobManager(cluster())
    const { files, stdout, code } = await filesLoadedBy(['list-jobs', '--jobmanager', jobManager.url])
    await jobManager.stop()

    expect(stdout.split('\n')).toHaveLength(3)
    expect(code).toBe(0)
    expect(files.some((file) => file.endsWith('/dist/commands/list-jobs.js'))).toBe(true)
    expect(azure(files)).toEqual([])
    expect(plotting(files)).toEqual([])
    expect(parsing(files)).toEqual([])
    expect(searching(files)).toEqual([])
  })

  it('loads no cryptography for list-jobs, which takes 10 ms', async () => {
    const jobManager = await startFakeJobManager(cluster())
    const preload =
      "data:text/javascript,process.on('exit',()=>{if(process.moduleLoadList.includes('NativeModule crypto'))process.exitCode=99})"
    const { code } = await filesLoadedBy(['list-jobs', '--jobmanager', jobManager.url], {}, ['--import', preload])
    await jobManager.stop()

    expect(code).toBe(0)
  })

  it('loads the YAML parser where there is a flinkops.yaml', async () => {
    const jobManager = await startFakeJobManager(cluster())
    const directory = await mkdtemp(join(tmpdir(), 'flinkops-startup-'))
    await writeFile(join(directory, 'flinkops.yaml'), `contexts: {prod: {jobManagers: ['${jobManager.url}']}}`)
    const { files, stdout, code } = await filesLoadedBy(['list-jobs', '--config', join(directory, 'flinkops.yaml')])
    await jobManager.stop()
    await rm(directory, { recursive: true })

    expect(stdout.split('\n')).toHaveLength(3)
    expect(code).toBe(0)
    expect(parsing(files)).toEqual(['node_modules/yaml'])
  })

  it('loads the Blob SDK for a storage command, and no identity where there is a key', async () => {
    const server = await startFakeJobManager()
    const cli = await startCli({ endpoint: `${server.url}/acc`, container: 'state' })
    const { files, code } = await filesLoadedBy(['list-checkpoints'], cli.env)
    await cli.close()
    await server.stop()

    expect(server.asked.some(({ path }) => path === '/acc/state')).toBe(true)
    expect(code).toBeGreaterThan(0)
    expect(azure(files)).toContain('node_modules/@azure/storage-blob')
    expect(Object.values(PACKAGES).flat()).toContain('node_modules/@azure/identity')
    expect(azure(files).filter((name) => /identity|msal/.test(name))).toEqual([])
  })
})
