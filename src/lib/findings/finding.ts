import { withoutTail } from '../tail.js'

/** `unknown`: what was asked could not be found out, which is never "ok". */
export type Severity = 'error' | 'warn' | 'unknown' | 'advice'

/** One thing that `doctor` has to say. */
export interface Finding {
  /** Kebab-case and stable: scripts hold on to it. */
  id: string
  severity: Severity
  /** One sentence, with the value. */
  what: string
  why: string
  /** Text to paste. */
  fix: string
  /** Option with file and line, container, job, or rule. */
  source: string
}

const ORDER: Severity[] = ['error', 'warn', 'unknown', 'advice']

/** Worst first; within one severity in the order in which they were found. */
export function sortFindings(findings: Finding[]): Finding[] {
  return findings.toSorted((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity))
}

/** Whether something has to be done, or could not be found out. Advice may be left. */
export function isWanting(findings: Finding[]): boolean {
  return findings.some(({ severity }) => severity !== 'advice')
}

/** With one full stop at its end: reasons come with and without. */
export function sentence(text: string): string {
  return `${withoutTail(text, /[.\s]/)}.`
}
