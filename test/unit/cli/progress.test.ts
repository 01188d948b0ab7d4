import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Progress } from '../../../src/lib/cli/progress.js'
import { person, pipe } from '../../support/fake-streams.js'

const CLEAR = '\r\u001B[2K'
let written = ''

beforeEach(() => {
  written = ''
  vi.stubEnv('TERM', 'xterm')
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written += String(text)
    return true
  })
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

function tell(progress: Progress) {
  progress.say('Started')
  progress.update('1 of 4')
  progress.update('1 of 4')
  progress.update('2 of 4')
  progress.say('Completed')
  progress.done()
}

describe('Progress', () => {
  it('draws one line that changes for a person, and takes it away for a line that stays', () => {
    tell(new Progress(person(80), false))

    expect(written).toBe(`Started\n1 of 4${CLEAR}2 of 4${CLEAR}Completed\n`)
  })

  it('tells a log the first and the last line', () => {
    tell(new Progress(pipe(), false))

    expect(written).toBe('Started\nCompleted\n')
  })

  it('tells a dumb terminal the same as a log', () => {
    vi.stubEnv('TERM', 'dumb')
    tell(new Progress(person(80), false))

    expect(written).toBe('Started\nCompleted\n')
  })

  it('is silent when it shall be', () => {
    tell(new Progress(person(80), true))

    expect(written).toBe('')
  })

  it('cuts the changing line to the width of the terminal, so that it can be taken away again', () => {
    const columns = process.stderr.columns
    Object.defineProperty(process.stderr, 'columns', { value: 20, configurable: true })
    const progress = new Progress(person(20), false)
    progress.update('x'.repeat(50))
    Object.defineProperty(process.stderr, 'columns', { value: columns, configurable: true })

    expect(written).toBe('x'.repeat(19))
  })

  it('takes the changing line away when it is done', () => {
    const progress = new Progress(person(80), false)
    progress.update('1 of 4')
    progress.done()
    progress.done()

    expect(written).toBe(`1 of 4${CLEAR}`)
  })
})
