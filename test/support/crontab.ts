import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'

export interface Crontab {
  /** `NAME=value` lines. */
  environment: Record<string, string>
  lines: CronLine[]
}

export interface CronLine {
  /** The five fields of its time. */
  time: string[]
  command: string
}

const README = join(import.meta.dirname, '../../README.md')

/** The crontab of the README, read as cron reads it. */
export function crontabOfReadme(): Crontab {
  const block = /### Cron lines\n.*?```\n(.*?)```/s.exec(readFileSync(README, 'utf8'))?.[1]
  if (block === undefined) throw new Error('the README has no crontab any more')
  return parseCrontab(block)
}

/** Comments, settings and lines of a crontab; throws where cron would take a `%` for the end of a command. */
function parseCrontab(text: string): Crontab {
  const crontab: Crontab = { environment: {}, lines: [] }
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (line === '' || line.startsWith('#')) continue
    const [, name, value] = /^([A-Z_]+)=(.*)$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) crontab.environment[name] = value
    else crontab.lines.push(cronLine(line))
  }
  return crontab
}

function cronLine(line: string): CronLine {
  const [, times = '', command = ''] = /^((?:[\d*/,-]+\s+){5})(\S.*)$/.exec(line) ?? []
  if (command === '') throw new Error(`no line of a crontab: ${line}`)
  if (/(?<!\\)%/.test(command)) throw new Error(`a % ends the command: ${line}`)
  return { time: times.trim().split(/\s+/), command }
}

export interface CronRun {
  code: number | null
  stdout: string
  stderr: string
}

/** A machine of cron in a folder that stands for the paths of the README. */
export interface CronHost {
  /** As cron does it: a shell, four variables, those of the crontab, no terminal, nothing to read, in the home directory. */
  run(command: string): Promise<CronRun>
}

const RUN_JS = join(import.meta.dirname, '../../bin/run.js')

/** `dir` is the home directory and gets what `npm link` leaves in a directory of programs; `flinkops.yaml` lies in `configDir`. */
export async function startCronHost({ dir, configDir = dir }: { dir: string; configDir?: string }): Promise<CronHost> {
  const places = {
    '/usr/local/bin': 'bin',
    '/var/lib/node_exporter': 'var-lib',
    '/var/log/flinkops': 'var-log',
    '/var/www/html': 'var-www',
  }
  for (const name of Object.values(places)) await mkdir(join(dir, name), { recursive: true })
  await symlink(RUN_JS, join(dir, 'bin', 'flinkops'))
  await symlink(process.execPath, join(dir, 'bin', 'node'))
  const here = (text: string) =>
    Object.entries(places).reduce((all, [path, name]) => all.replaceAll(path, join(dir, name)), text.replaceAll('/opt/ops', configDir))
  const settings = Object.entries(crontabOfReadme().environment).map(([name, value]) => `${name}=${here(value)}`)
  const own = [`HOME=${dir}`, 'LOGNAME=ops', 'SHELL=/bin/sh', 'PATH=/usr/bin:/bin']
  return { run: (command) => runBare([...own, ...settings, '/bin/sh', '-c', here(command)], dir) }
}

async function runBare(args: string[], cwd: string): Promise<CronRun> {
  const child = spawn('/usr/bin/env', ['-i', ...args], { cwd, env: {}, stdio: ['ignore', 'pipe', 'pipe'] })
  const output = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text
    })
  }
  const code = await new Promise<number | null>((done) => child.once('close', done))
  return { code, ...output }
}

/** The only line of the README's crontab that runs this. */
export function cronLineOf(words: string): string {
  const found = crontabOfReadme().lines.filter(({ command }) => command.startsWith(`flinkops ${words}`))
  const [only] = found
  if (found.length !== 1 || only === undefined) throw new Error(`${found.length} lines of the crontab run flinkops ${words}`)
  return only.command
}
