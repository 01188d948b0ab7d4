/** What one suite came to. */
export interface Tally {
  suite: string
  passed: number
  failed: number
  skipped: number
  seconds: number
  /** Full names and reasons, so that the end of a long log says what to look at. */
  failures: string[]
}

interface Assertion {
  status: string
  fullName: string
  failureMessages?: string[]
}

interface Report {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  testResults: { name: string; status: string; message: string; assertionResults: Assertion[] }[]
}

/**
 * Counts vitest's JSON report. A run that failed counts as a failure even when no test did: a file that could not be loaded, a set-up
 * that threw, a report that was never written (`null`).
 */
export function tallyOf(suite: string, run: { report: string | null; exitCode: number; seconds: number }): Tally {
  const { seconds, exitCode } = run
  if (run.report === null) return { suite, passed: 0, failed: 1, skipped: 0, seconds, failures: ['no report was written'] }
  const report = JSON.parse(run.report) as Report
  const failedFiles = report.testResults.filter((file) => file.status === 'failed')
  const failed = report.numFailedTests > 0 || exitCode === 0 ? report.numFailedTests : Math.max(1, failedFiles.length)
  const failures = failedFiles.flatMap(({ name, message, assertionResults }) => {
    const tests = assertionResults.filter((test) => test.status === 'failed').map(inShort)
    return tests.length > 0 ? tests : [`${name}: ${message}`]
  })
  return { suite, passed: report.numPassedTests, failed, skipped: report.numPendingTests + report.numTodoTests, seconds, failures }
}

const LONGEST_REASON = 300

/** The name of a test, and how what it says begins. */
function inShort({ fullName, failureMessages }: Assertion): string {
  const [reason] = failureMessages ?? []
  return reason === undefined ? fullName : `${fullName}: ${reason.split('\n')[0]?.slice(0, LONGEST_REASON)}`
}

const TITLES = ['suite', 'passed', 'failed', 'skipped', 'seconds']

/** A table of all suites, what failed and, as its last line, the sum. */
export function summaryOf(tallies: Tally[]): string {
  const rows = tallies.map((one) => [one.suite, one.passed, one.failed, one.skipped, Math.round(one.seconds)].map(String))
  const widths = TITLES.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)))
  const line = (cells: string[]) =>
    cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  ')
  const failures = tallies.flatMap((one) => one.failures.map((failure) => `failed in ${one.suite}: ${failure}`))
  return [line(TITLES), ...rows.map(line), '', ...failures, totalOf(tallies)].join('\n')
}

function totalOf(tallies: Tally[]): string {
  const sum = (key: 'passed' | 'failed' | 'skipped') => tallies.reduce((total, one) => total + one[key], 0)
  const skipped = sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : ''
  return `${sum('passed')} passed, ${sum('failed')} failed${skipped}`
}
