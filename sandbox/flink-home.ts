import { existsSync, readdirSync } from 'node:fs'
import { copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { DEFAULT_FLINK, pluginVersion } from './flink-versions.js'
import { missingJava, missingMaven, runTool } from './java.js'

/** Where the sandbox keeps what it downloads and what it runs in; ignored by git. */
export const SANDBOX_DIR = resolve(import.meta.dirname, '..', '.sandbox')
const PARTIAL = '.partial-'
/** A marker, written last. */
const COMPLETE = 'complete'

/** A Flink that can be started. */
export interface FlinkHome {
  version: string
  /** Everything that JobManager, TaskManager and SQL Gateway need, as Java takes it. */
  classpath: string
  libDir: string
  /** Holds `azure/`. */
  pluginsDir: string
  /** Where things made for this Flink can be kept: the compiled job. */
  cacheDir: string
}

export interface FlinkHomeOptions {
  env?: NodeJS.ProcessEnv
  cacheDir?: string
  say?: (line: string) => void
}

/** Null when some real Flink can run here, otherwise one line that says what is missing. */
export function missingForFlink(env: NodeJS.ProcessEnv = process.env): string | null {
  return missingJava() ?? (env.FLINK_HOME || hasDownloads() ? null : missingMaven())
}

function hasDownloads(): boolean {
  return existsSync(SANDBOX_DIR) && readdirSync(SANDBOX_DIR).some((name) => existsSync(join(SANDBOX_DIR, name, COMPLETE)))
}

function refuseIf(missing: string | null): void {
  if (missing !== null) throw new Error(missing)
}

/** The user's own Flink at `FLINK_HOME` unless another version is asked for; else from Maven, downloaded once. */
export async function flinkHome(version: string | null, options: FlinkHomeOptions = {}): Promise<FlinkHome> {
  const { env = process.env, cacheDir = SANDBOX_DIR } = options
  refuseIf(missingJava())
  const own = env.FLINK_HOME ? await distribution(env.FLINK_HOME, cacheDir) : null
  if (own !== null && (version === null || version === own.version)) return own
  return fromMaven(version ?? DEFAULT_FLINK, cacheDir, options.say)
}

async function fromMaven(version: string, cacheDir: string, say: (line: string) => void = () => undefined): Promise<FlinkHome> {
  const dir = join(cacheDir, `flink-${version}`)
  if (!existsSync(join(dir, COMPLETE))) {
    refuseIf(missingMaven())
    say(`Fetching Flink ${version} with Maven (about 200 MB, once) ...`)
    await download(version, dir)
  }
  return { version, classpath: join(dir, 'lib', '*'), libDir: join(dir, 'lib'), pluginsDir: join(dir, 'plugins'), cacheDir: dir }
}

/** Into a folder aside, which takes its place only when whole: a download that broke off is never mistaken for a Flink. */
async function download(version: string, dir: string): Promise<void> {
  const partial = `${dir}${PARTIAL}${process.pid}`
  await removeAbandoned(dirname(dir))
  const pom = join(import.meta.dirname, 'pom.xml')
  try {
    await mkdir(partial, { recursive: true })
    const versions = [`-Dflink.version=${version}`, `-Dplugin.version=${pluginVersion(version)}`]
    await runTool('mvn', ['-q', '-B', '-Dstyle.color=never', '-f', pom, 'generate-resources', ...versions, `-Dflink.home=${partial}`])
    await writeFile(join(partial, COMPLETE), '')
    // Another process was quicker, and may run from it.
    if (existsSync(join(dir, COMPLETE))) return
    await rm(dir, { recursive: true, force: true })
    await rename(partial, dir)
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
}

/** What downloads left behind that were cut off by a kill or Ctrl-C. */
async function removeAbandoned(cacheDir: string): Promise<void> {
  const names = existsSync(cacheDir) ? await readdir(cacheDir) : []
  for (const name of names) {
    const owner = Number(name.split(PARTIAL)[1])
    if (owner > 0 && !isAlive(owner)) await rm(join(cacheDir, name), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** An unpacked distribution: its `opt/` holds the Azure plugin and the gateway, which are not active by default. */
async function distribution(flinkDir: string, cacheDir: string): Promise<FlinkHome> {
  const libDir = join(flinkDir, 'lib')
  const version = await distributionVersion(libDir)
  const own = join(cacheDir, `flink-home-${version}`)
  const plugin = await jarIn(join(flinkDir, 'opt'), 'flink-azure-fs-hadoop-')
  const gateway = await jarIn(join(flinkDir, 'opt'), 'flink-sql-gateway-')
  await mkdir(join(own, 'plugins', 'azure'), { recursive: true })
  await copyFile(join(flinkDir, 'opt', plugin), join(own, 'plugins', 'azure', plugin))
  const classpath = [join(libDir, '*'), join(flinkDir, 'opt', gateway)].join(':')
  return { version, classpath, libDir, pluginsDir: join(own, 'plugins'), cacheDir: own }
}

async function distributionVersion(libDir: string): Promise<string> {
  const jar = await jarIn(libDir, 'flink-dist')
  return /-(\d+\.\d+[^-]*)\.jar$/.exec(jar)?.[1] ?? ''
}

async function jarIn(dir: string, prefix: string): Promise<string> {
  const names = existsSync(dir) ? await readdir(dir) : []
  const found = names.find((name) => name.startsWith(prefix) && name.endsWith('.jar'))
  if (found === undefined) throw new Error(`FLINK_HOME does not look like a Flink distribution: no ${prefix}*.jar in ${dir}`)
  return found
}
