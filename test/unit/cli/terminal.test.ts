import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { paint } from '../../../src/lib/cli/colour.js'
import { Progress } from '../../../src/lib/cli/progress.js'
import { shorten } from '../../../src/lib/cli/shorten.js'
import { renderTable } from '../../../src/lib/cli/table.js'
import { forTerminal, jsonToStdout } from '../../../src/lib/cli/terminal.js'
import { paragraph, wrap } from '../../../src/lib/views/format.js'
import { oneLine, shown, visible, visibleJson } from '../../../src/lib/visible.js'
import { person, pipe } from '../../support/fake-streams.js'
import { HOSTILE_NAMES, strayControls } from '../../support/hostile.js'
import { COLOUR } from '../../support/run-cli.js'

const SOURCES = resolve(import.meta.dirname, '../../../src')

afterEach(() => void vi.restoreAllMocks())

describe('what a terminal gets', () => {
  it('has every control written out', () => {
    expect(forTerminal('a\u001b[31m\u009b\u0007\b\r\u007f\u202e\u2066\u200f\u061c\u2028b')).toBe(
      'a\\x1b[31m\\x9b\\x07\\x08\\x0d\\x7f\\u202e\\u2066\\u200f\\u061c\\u2028b',
    )
  })

  it('keeps line feeds and tabs, of which layout is made, and all that is to be read', () => {
    expect(forTerminal('a\tb\nž 漢字 👩\u200d🔬 \u00a0é')).toBe('a\tb\nž 漢字 👩\u200d🔬 \u00a0é')
  })

  it('keeps our own colours, and none that a name brings along', () => {
    const colour = { colour: true }
    expect(forTerminal(`${paint('ok', 'good', colour)} \u001b[31mred ${paint('\u001b[0mx', 'bad', colour)}`)).toBe(
      '\u001b[32mok\u001b[39m \\x1b[31mred \u001b[31m\\x1b[0mx\u001b[39m',
    )
  })

  it('is tame whatever it is given', () => {
    const text = fc.string({ unit: fc.integer({ min: 0, max: 0x2100 }).map((code) => String.fromCharCode(code)) })
    fc.assert(fc.property(text, (one) => strayControls(forTerminal(one)).length === 0))
    fc.assert(fc.property(text, (one) => shown(shown(one)) === shown(one) && !/[\t\r\n]/.test(shown(one))))
  })

  it('goes through one module: nothing else writes to a stream', () => {
    const writers = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter(
      (file) =>
        file.endsWith('.ts') &&
        /process\.std(?:out|err)\.write\(|console\.|ux\.std|this\.log\(/.test(readFileSync(join(SOURCES, file), 'utf8')),
    )
    // `run.ts`: the line of `--version`, before anything is loaded.
    expect(writers.sort()).toEqual(['lib/cli/terminal.ts', 'run.ts'])
  })
})

describe('JSON', () => {
  it('has no control raw, and the value is the same', () => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    jsonToStdout(JSON.stringify({ names: HOSTILE_NAMES }, null, 2))
    const [[text]] = write.mock.calls as [[string]]
    expect(strayControls(text)).toEqual([])
    expect(JSON.parse(text)).toEqual({ names: HOSTILE_NAMES })
  })

  it('is the same value for any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (one) => JSON.parse(visibleJson(JSON.stringify(one))) === one))
  })
})

describe('a name of somebody else', () => {
  const table = {
    columns: [{ title: 'NAME', elastic: true }, { title: 'STATE' }],
    rows: HOSTILE_NAMES.map((name) => [
      { text: name, raw: name },
      { text: 'RUNNING', raw: 'RUNNING', tone: 'good' as const },
    ]),
    ids: HOSTILE_NAMES,
    empty: '',
  }

  it.each([20, 40, 80, 200])('leaves a table of %i columns one row for each, as wide as it is', (columns) => {
    const drawn = renderTable(table, 'table', person(columns, true))
    const lines = forTerminal(drawn).trimEnd().split('\n')
    expect(lines).toHaveLength(HOSTILE_NAMES.length + 1)
    expect(strayControls(forTerminal(drawn))).toEqual([])
    for (const line of lines) expect(line.replaceAll(COLOUR, '').length).toBeLessThanOrEqual(columns)
  })

  it('is measured as it is seen', () => {
    const lines = renderTable(table, 'table', person(400)).trimEnd().split('\n')
    expect(new Set(lines.slice(1).map((line) => line.indexOf('RUNNING'))).size).toBe(1)
  })

  it.each(['tsv', 'id'] as const)('is one line with as many columns as the others: %s', (format) => {
    const lines = renderTable(table, format, pipe()).trimEnd().split('\n')
    expect(lines).toHaveLength(HOSTILE_NAMES.length)
    expect(new Set(lines.map((line) => line.split('\t').length)).size).toBe(1)
    expect(strayControls(lines.join('\n'))).toEqual([])
  })

  it('makes no second line where texts are broken or put below each other', () => {
    for (const name of HOSTILE_NAMES) {
      expect(wrap(`Job ${name} runs`, 4000)).toHaveLength(1)
      expect(paragraph([name, name]).split(/[\r\n]/)).toHaveLength(2)
    }
  })

  it('makes no second line of what is said, warned of or drawn meanwhile', () => {
    let written = ''
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      written += String(text)
      return true
    })
    const progress = new Progress(person(60), false)
    for (const name of HOSTILE_NAMES) {
      progress.say(name)
      progress.update(name)
    }
    progress.done()
    expect(strayControls(written)).toEqual([])
    expect(written.split('\n')).toHaveLength(HOSTILE_NAMES.length + 1)
  })
})

describe('a text that is cut', () => {
  it.each([
    ['ab\\x1b[31m', 5, 'ab…'],
    ['ab\\x1b[31m', 7, 'ab\\x1b…'],
    ['ab\\u202ecd', 6, 'ab…'],
    ['ab👩cd', 4, 'ab…'],
    ['abc', 3, 'abc'],
  ])('is never cut inside an escape: %j to %i', (text, room, seen) => {
    expect(shorten(text, room)).toBe(seen)
  })

  it.each([
    ['ab\\x1bcd', 5, '…cd'],
    ['ab\\x1bcd', 7, '…\\x1bcd'],
    ['x/chk-12', 7, '…chk-12'],
  ])('loses its start the same way: %j to %i', (text, room, seen) => {
    expect(shorten(text, room, '…', 'start')).toBe(seen)
  })

  it('fits, and is what was there', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }).map(visible),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom('start' as const, 'end' as const),
        (text, room, loses) => {
          const cut = shorten(text, room, '…', loses)
          const kept = cut === text ? text : loses === 'end' ? cut.slice(0, -1) : cut.slice(1)
          return cut.length <= Math.max(room, 1) && (loses === 'end' ? text.startsWith(kept) : text.endsWith(kept))
        },
      ),
    )
  })
})

describe('lines that are broken', () => {
  it('hold every word, and are as wide as asked', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(words, fc.integer({ min: 14, max: 60 }), fc.integer({ min: 0, max: 8 }), (some, columns, indent) => {
        const lines = wrap(some.join(' '), columns, indent)
        expect(
          lines
            .map((line) => line.trim())
            .join(' ')
            .split(' ')
            .join(''),
        ).toBe(some.join(''))
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns)
      }),
    )
  })

  it('come to an end where there is no room', () => {
    expect(
      wrap('abcdef', 2, 4)
        .map((line) => line.trim())
        .join(''),
    ).toBe('abcdef')
  })

  it('oneLine leaves one', () => {
    expect(oneLine('a\r\n\tb')).toBe('a b')
  })
})
