import { describe, expect, it } from 'vitest'
import { parseBatchAnswer } from '../../src/lib/azure/batch-response.js'
import { unescapeXml } from '../../src/lib/azure/xml-text.js'
import { forTerminal } from '../../src/lib/cli/terminal.js'
import { parseConnectionString } from '../../src/lib/config/connection-string.js'
import { parseLegacyConf } from '../../src/lib/config/flink-conf-legacy.js'
import { surveyFlat } from '../../src/lib/config/survey-flat.js'
import { parseBaseUrl } from '../../src/lib/config/url.js'
import { sentence } from '../../src/lib/findings/finding.js'
import { readAnswer } from '../../src/lib/flink/answer.js'
import { causeOf, firstLineOf } from '../../src/lib/flink/errors.js'
import { redactText } from '../../src/lib/flink/redact.js'
import { splitScript } from '../../src/lib/flink/script.js'
import { parseOperation } from '../../src/lib/flink/wire-operations.js'
import { nearest } from '../../src/lib/nearest.js'
import { parseLocation } from '../../src/lib/state/location.js'
import { matchesPattern } from '../../src/lib/state/pick-jobs.js'
import { wrap, wrapWords } from '../../src/lib/views/format.js'
import { shown, visibleJson } from '../../src/lib/visible.js'

/** Pieces that a pattern looks at again and again, where it does. */
const PIECES = [
  ' ',
  'a',
  '=',
  '/',
  '//a',
  '"',
  "'",
  "''",
  'a=',
  'a= ',
  'a:',
  'a : ',
  '."',
  '\n',
  '\n ',
  '\nCaused by: ',
  '\tat a\n',
  'org.a.B: ',
  'a.',
  'A:',
  '&',
  '&#',
  '<',
  '-- ',
  '/*',
  '(',
  ';',
  '::',
  '.',
  '\\',
  '\u001b',
  'Job ',
  'Bearer ',
  'sig=',
  '//a:b',
  '#',
  '*',
  '\r\n',
]
const BEFORE = ['', 'a=', 'password = ', 'org.a.B: ', '<Exception on server side:', 'https://a/c', 'wasbs://a@b/', "SELECT '", 'a:\n']
const AFTER = ['', ',', 'x', '"', ';']

const READERS: Record<string, (text: string) => unknown> = {
  redactText,
  causeOf,
  firstLineOf,
  'the answer of a JobManager': (text) => readAnswer(500, {}, JSON.stringify({ errors: [text] })),
  'a plain answer': (text) => readAnswer(500, {}, text),
  'an operation': (text) => parseOperation({ status: { id: 'COMPLETED' }, operation: { 'failure-cause': { 'stack-trace': text } } }),
  forTerminal,
  shown,
  visibleJson,
  wrap: (text) => wrap(text, 80, 4),
  wrapWords: (text) => wrapWords(text, 80, 4),
  sentence,
  parseLocation,
  'a URL': parseBaseUrl,
  'a connection string': (text) => parseConnectionString(`BlobEndpoint=${text}`),
  nearest: (text) => nearest(text, ['checkpoints', 'savepoints']),
  matchesPattern: (text) => matchesPattern(text, '*a*=*b*c*'),
  'flink-conf.yaml': (text) => orNothing(() => parseLegacyConf('x', text)),
  'flink-conf.yaml, surveyed': (text) => orNothing(() => surveyFlat(text)),
  'a script': (text) => orNothing(() => splitScript(text)),
  unescapeXml: (text) => orNothing(() => unescapeXml(text)),
  'a batch': (text) => parseBatchAnswer('multipart/mixed; boundary=a', text, 3),
}

function orNothing(read: () => unknown): unknown {
  try {
    return read()
  } catch {
    return null
  }
}

/** Work of this process, in ms: what others on the machine do is no matter. */
function tookMs(read: (text: string) => unknown, text: string): number {
  const before = process.cpuUsage()
  read(text)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

const SHORT = 12_000

function textOf(before: string, piece: string, after: string, length: number): string {
  return before + piece.repeat(Math.ceil(length / piece.length)) + after
}

describe('twice as long a text takes twice as long', () => {
  it.each(Object.entries(READERS))('%s', (_, read) => {
    const slow: string[] = []
    for (const before of BEFORE)
      for (const piece of PIECES) {
        const after = AFTER[(before.length + piece.length) % AFTER.length] ?? ''
        const short = tookMs(read, textOf(before, piece, after, SHORT))
        // What is quadratic takes more than this of a text this long; what does not need not be looked at more closely.
        if (short < 20) continue
        const long = Math.min(...[1, 2].map(() => tookMs(read, textOf(before, piece, after, 4 * SHORT))))
        const again = Math.min(short, tookMs(read, textOf(before, piece, after, SHORT)))
        if (long > 10 * Math.max(again, 5))
          slow.push(`${JSON.stringify([before, piece, after])}: ${again} ms, four times as long ${long} ms`)
      }
    expect(slow).toEqual([])
  })

  it.each(Object.entries(READERS))('%s of a megabyte', (_, read) => {
    for (const [before, piece, after] of [
      ['a=', ' ', ','],
      ['', 'org.a.B: ', ''],
      ['', '\nCaused by: ', ''],
      ['https://a', '/', 'x'],
      ['', 'a ', '.'],
      ['a', '. ', 'x'],
    ] as const)
      expect(tookMs(read, textOf(before, piece, after, 1_000_000))).toBeLessThan(8000)
  })
})

describe('the cause of a stack', () => {
  it('is looked for behind any number of class names, without a deep call', () => {
    expect(causeOf(`${'org.a.B: '.repeat(500)}the reason`)).toBe('the reason')
    expect(causeOf(`${'org.a.B: '.repeat(20_000)}the reason`)).toMatch(/^B: /)
  })

  it('is found at the end of a stack that is cut in its middle, and so is the outermost', () => {
    const frames = '\tat org.apache.flink.Foo.bar(Foo.java:1)\n'.repeat(5000)
    const stack = `org.a.Outer: the first\n${frames}Caused by: org.a.Inner: the last reason\n${'\tat x.Y.z(Y.java:1)\n'.repeat(20)}`
    expect([causeOf(stack), firstLineOf(stack)]).toEqual(['the last reason', 'the first'])
  })

  it('shows no half of a secret where it is cut', () => {
    const cause = causeOf(`org.a.B: ${'word '.repeat(2000)}sig=SECRETSECRET tail`)
    expect(cause).not.toContain('SECRET')
  })
})
