import { describe, expect, it } from 'vitest'
import { summaryOf, tallyOf } from '../../support/tally.js'

const file = (name: string, tests: Record<string, 'passed' | 'failed'>, message = '') => ({
  name,
  message,
  status: message !== '' || Object.values(tests).includes('failed') ? 'failed' : 'passed',
  assertionResults: Object.entries(tests).map(([fullName, status]) => ({ fullName, status })),
})

function report(...testResults: ReturnType<typeof file>[]): string {
  const count = (status: string) => testResults.flatMap((one) => one.assertionResults).filter((test) => test.status === status).length
  return JSON.stringify({
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    numPendingTests: 0,
    numTodoTests: 0,
    testResults,
  })
}

describe('the sum of a test run', () => {
  it('ends with the count', () => {
    const tally = tallyOf('unit', { report: report(file('a.test.ts', { 'adds up': 'passed' })), exitCode: 0, seconds: 1 })
    expect(summaryOf([tally]).split('\n').at(-1)).toBe('1 passed, 0 failed')
  })

  it('names what failed, right above it', () => {
    const failing = report(file('a.test.ts', { 'adds up': 'passed', 'takes away': 'failed' }))
    const tally = tallyOf('unit', { report: failing, exitCode: 1, seconds: 1 })
    expect(summaryOf([tally]).split('\n').slice(-2)).toEqual(['failed in unit: takes away', '1 passed, 1 failed'])
  })

  it('says with it how the reason begins', () => {
    const failing = file('a.test.ts', { 'takes away': 'failed' })
    const [test] = failing.assertionResults
    const told = { ...failing, assertionResults: [{ ...test, failureMessages: ['AssertionError: expected 1 to be 2\n    at line 3'] }] }
    const tally = tallyOf('unit', { report: report(told as ReturnType<typeof file>), exitCode: 1, seconds: 1 })
    expect(tally.failures).toEqual(['takes away: AssertionError: expected 1 to be 2'])
  })

  it('counts a file that could not be loaded, with what it said', () => {
    const tally = tallyOf('unit', { report: report(file('a.test.ts', {}, 'no such module')), exitCode: 1, seconds: 1 })
    expect(tally).toMatchObject({ failed: 1, failures: ['a.test.ts: no such module'] })
  })

  it('counts a run that wrote no report', () => {
    expect(tallyOf('unit', { report: null, exitCode: 1, seconds: 1 })).toMatchObject({ passed: 0, failed: 1 })
  })
})
