import { resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BaseCommand } from '../../../src/lib/cli/base-command.js'
import { notFoundError } from '../../../src/lib/errors.js'

const ROOT = resolve(import.meta.dirname, '../../..')

let thrown: Error | null = null

class Probe extends BaseCommand {
  async run(): Promise<object> {
    const { flags } = await this.parse(Probe)
    this.adopt(flags)
    this.notice('something to know')
    if (thrown !== null) throw thrown
    this.print('done')
    return { answer: 42 }
  }
}

const out = { stdout: '', stderr: '' }

beforeEach(() => {
  thrown = null
  for (const stream of ['stdout', 'stderr'] as const) {
    out[stream] = ''
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      out[stream] += String(text)
      return true
    })
  }
  vi.spyOn(console, 'log').mockImplementation((text) => {
    out.stdout += `${text}\n`
  })
  vi.stubEnv('DEBUG', undefined)
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  process.exitCode = 0
})

const run = (...argv: string[]) => Probe.run(argv, ROOT)

describe('every command', () => {
  it('prints its result on stdout and its warnings on stderr', async () => {
    await run()

    expect(out).toEqual({ stdout: 'done\n', stderr: 'Warning: something to know\n' })
  })

  it('puts its warnings into the JSON document', async () => {
    await run('--json')

    expect(JSON.parse(out.stdout)).toEqual({ answer: 42, warnings: ['something to know'] })
    expect(out.stderr).toBe('')
  })

  it('writes a JSON document that is too long for one string in pieces', async () => {
    const { stringify } = JSON
    vi.spyOn(JSON, 'stringify').mockImplementation((value: unknown, replacer, space) => {
      if (space === 2) throw new RangeError('Invalid string length')
      return stringify(value, replacer as null, space)
    })
    await run('--json')

    expect(out.stdout).toBe('{"answer":42,"warnings":["something to know"]}\n')
    expect([out.stderr, process.exitCode]).toEqual(['', 0])
  })

  it('says an expected failure in one sentence, then what to do', async () => {
    thrown = notFoundError('JOB_NOT_FOUND', 'No job x.', 'List them.')
    await run('-q')

    expect(out).toEqual({ stdout: '', stderr: 'Error: No job x.\n  List them.\n' })
    expect(process.exitCode).toBe(5)
  })

  it('says of a bug how to report it, and keeps the stack for DEBUG=flinkops', async () => {
    thrown = new TypeError('x is not a function')
    await run('-q')
    const plain = out.stderr
    vi.stubEnv('DEBUG', 'flinkops')
    out.stderr = ''
    await run('-q', '--json')

    expect(plain).toMatch(/^Error: Unexpected: x is not a function\n {2}This is a bug\. Run again with DEBUG=flinkops .*\n$/)
    expect(out.stderr).toMatch(/^TypeError: x is not a function\n {4}at /)
    expect(process.exitCode).toBe(1)
  })

  it('listens for Ctrl-C only while it runs', async () => {
    const before = process.listenerCount('SIGINT')
    await run()

    expect(process.listenerCount('SIGINT')).toBe(before)
  })
})
