import { describe, expect, it } from 'vitest'
import { renderTable, type Table } from '../../../src/lib/cli/table.js'
import { forTerminal } from '../../../src/lib/cli/terminal.js'
import { person, pipe } from '../../support/fake-streams.js'

const TABLE: Table = {
  columns: [{ title: 'PATH', elastic: true, loses: 'start' }, { title: 'STATE' }, { title: 'BYTES', align: 'right', fromWidth: 50 }],
  rows: [
    [
      { text: 'wasbs://c@a/checkpoints/one/chk-12', raw: 'wasbs://c@a/checkpoints/one/chk-12' },
      { text: 'complete', raw: 'complete', tone: 'good' },
      { text: '1.5 MiB', raw: '1572864' },
    ],
    [
      { text: 'wasbs://c@a/two', raw: 'wasbs://c@a/two' },
      { text: 'broken', raw: 'broken', tone: 'bad' },
      { text: '9 B', raw: '9' },
    ],
  ],
  ids: ['one', 'two'],
  empty: 'Nothing.',
}

const lines = (...all: string[]) => all.map((line) => `${line}\n`).join('')

describe('renderTable', () => {
  it('aligns columns under a header, numbers to the right', () => {
    expect(renderTable(TABLE, 'table', person(80))).toBe(
      lines(
        'PATH                                STATE       BYTES',
        'wasbs://c@a/checkpoints/one/chk-12  complete  1.5 MiB',
        'wasbs://c@a/two                     broken        9 B',
      ),
    )
  })

  it('takes from the elastic column first, at the start of a path, where all are alike', () => {
    expect(renderTable(TABLE, 'table', person(50))).toBe(
      lines(
        'PATH                             STATE       BYTES',
        '…s://c@a/checkpoints/one/chk-12  complete  1.5 MiB',
        'wasbs://c@a/two                  broken        9 B',
      ),
    )
  })

  it('leaves out what a narrow terminal has no room for', () => {
    expect(renderTable(TABLE, 'table', person(30))).toBe(
      lines('PATH                  STATE', '…ckpoints/one/chk-12  complete', 'wasbs://c@a/two       broken'),
    )
  })

  it.each([14, 20, 40, 60])('has no line longer than %i columns', (columns) => {
    const text = renderTable(TABLE, 'table', person(columns))

    expect(text.split('\n').filter((line) => line.length > columns)).toEqual([])
    expect(text.split('\n')).toHaveLength(4)
  })

  it('puts each row on lines of its own when it stacks and does not fit', () => {
    expect(renderTable({ ...TABLE, stacks: true }, 'table', person(24))).toBe(
      lines('…/checkpoints/one/chk-12', '  complete', '  1.5 MiB', 'wasbs://c@a/two', '  broken', '  9 B'),
    )
    expect(renderTable({ ...TABLE, stacks: true }, 'table', person(80))).toBe(renderTable(TABLE, 'table', person(80)))
  })

  it('colours words and header for a person with colours, and keeps the alignment', () => {
    const text = forTerminal(renderTable(TABLE, 'table', person(80, true)))

    expect(text).toContain('\u001B[32mcomplete\u001B[39m')
    expect(text).toContain('\u001B[31mbroken\u001B[39m  ')
    expect(text).toContain('\u001B[2mPATH\u001B[22m')
  })

  it('is TSV without header for a pipe: raw values, untruncated', () => {
    expect(renderTable(TABLE, 'tsv', pipe())).toBe(
      lines('wasbs://c@a/checkpoints/one/chk-12\tcomplete\t1572864', 'wasbs://c@a/two\tbroken\t9'),
    )
  })

  it('keeps one record a line, whatever a name holds', () => {
    const odd = {
      ...TABLE,
      rows: [
        [
          { text: '', raw: 'a\tb\r\nc' },
          { text: '', raw: '' },
          { text: '', raw: '1' },
        ],
      ],
    }

    expect(renderTable(odd, 'tsv', pipe())).toBe('a b c\t\t1\n')
  })

  it('is one id a line', () => {
    expect(renderTable(TABLE, 'id', pipe())).toBe('one\ntwo\n')
  })

  it.each(['table', 'tsv', 'id'] as const)('is nothing at all as %s when there are no rows', (format) => {
    expect(renderTable({ ...TABLE, rows: [], ids: [] }, format, pipe())).toBe('')
  })
})
