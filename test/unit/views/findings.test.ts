import { describe, expect, it } from 'vitest'
import { renderTable } from '../../../src/lib/cli/table.js'
import type { Finding } from '../../../src/lib/findings/finding.js'
import { findingsJson, findingsTable, findingsText } from '../../../src/lib/views/findings.js'
import { person, pipe } from '../../support/fake-streams.js'

const FINDING: Finding = {
  id: 'root-unknown',
  severity: 'error',
  what: 'sales writes its checkpoints to wasbs://flink@acct.blob.core.windows.net/checkpoints/sales, which is no root.',
  why: 'It is not seen.',
  fix: 'roots:\n  checkpoints: [x]',
  source: 'job a1',
}

describe('doctor', () => {
  it('is a paragraph to a person, in which no path is broken and the fix keeps its shape', () => {
    expect(findingsText([FINDING, { ...FINDING, severity: 'advice' }], 5, person(40)).split('\n\n')).toEqual([
      [
        'ERROR  root-unknown',
        '  job a1',
        '  sales writes its checkpoints to',
        '  wasbs://flink@acct.blob.core.windows.net/checkpoints/sales,',
        '  which is no root.',
        '  It is not seen.',
        '    roots:',
        '      checkpoints: [x]',
      ].join('\n'),
      expect.stringMatching(/^ADVICE {2}root-unknown\n/),
      '5 things looked at: 1 error, 1 advice.',
    ])
  })

  it('counts each kind, and says when there is nothing', () => {
    const unknown: Finding = { ...FINDING, severity: 'unknown' }
    expect(findingsText([FINDING, FINDING, unknown], 1, person(80))).toMatch(/\n1 thing looked at: 2 errors, 1 not known\.$/)
    expect(findingsText([], 12, person(80))).toBe('12 things looked at: nothing to complain about.')
  })

  it('is one line a finding to a pipe, and its ids to xargs', () => {
    const table = findingsTable([FINDING])
    expect(renderTable(table, 'tsv', pipe())).toBe(
      `error\troot-unknown\tjob a1\t${FINDING.what}\tIt is not seen.\troots:   checkpoints: [x]\n`,
    )
    expect(renderTable(table, 'id', pipe())).toBe('root-unknown\n')
  })

  it('is the findings as they are in JSON', () => {
    expect(findingsJson([FINDING], 3)).toEqual({ findings: [FINDING], checked: 3 })
  })
})
