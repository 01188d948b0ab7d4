import { readFileSync } from 'node:fs'
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
