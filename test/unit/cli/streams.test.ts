import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { paint } from '../../../src/lib/cli/colour.js'
import { detectStreams } from '../../../src/lib/cli/streams.js'
import { forTerminal } from '../../../src/lib/cli/terminal.js'

function terminal(is: { stdout: boolean; stderr?: boolean; columns?: number }) {
  vi.spyOn(process, 'stdout', 'get').mockReturnValue({ isTTY: is.stdout, columns: is.columns } as NodeJS.WriteStream & { fd: 1 })
  vi.spyOn(process, 'stderr', 'get').mockReturnValue({ isTTY: is.stderr ?? is.stdout } as NodeJS.WriteStream & { fd: 2 })
}

beforeEach(() => {
  for (const name of ['NO_COLOR', 'FORCE_COLOR', 'TERM']) vi.stubEnv(name, undefined)
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

describe('detectStreams', () => {
  it('sees a terminal with its width, in colour', () => {
    terminal({ stdout: true, columns: 132 })

    expect(detectStreams(false)).toMatchObject({ stdoutTty: true, stderrTty: true, columns: 132, colour: true })
  })

  it('takes 80 columns for a terminal that does not say', () => {
    terminal({ stdout: true })

    expect(detectStreams(false).columns).toBe(80)
  })

  it('sees a pipe: no limit of width, no colour', () => {
    terminal({ stdout: false, stderr: true })

    expect(detectStreams(false)).toMatchObject({
      stdoutTty: false,
      stderrTty: true,
      columns: Number.POSITIVE_INFINITY,
      colour: false,
    })
  })

  it.each([
    ['NO_COLOR', { NO_COLOR: '1' }, false],
    ['TERM=dumb', { TERM: 'dumb' }, false],
    ['--no-color', {}, true],
    ['NO_COLOR against FORCE_COLOR', { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  ])('is without colour by %s', (_, env, flag) => {
    terminal({ stdout: true })
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)

    expect(detectStreams(flag).colour).toBe(false)
  })

  it.each([
    ['an empty NO_COLOR is none', true, { NO_COLOR: '' }, true],
    ['FORCE_COLOR colours a pipe', false, { FORCE_COLOR: '1' }, true],
    ['FORCE_COLOR=0 does not', false, { FORCE_COLOR: '0' }, false],
  ])('knows that %s', (_, stdout, env, colour) => {
    terminal({ stdout })
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)

    expect(detectStreams(false).colour).toBe(colour)
  })
})

describe('paint', () => {
  it('colours a word where there is colour, and nothing elsewhere', () => {
    expect(forTerminal(paint('ok', 'good', { colour: true }))).toBe('\u001B[32mok\u001B[39m')
    expect([paint('ok', 'good', { colour: false }), paint('ok', undefined, { colour: true }), paint('', 'good', { colour: true })]).toEqual(
      ['ok', 'ok', ''],
    )
  })
})
