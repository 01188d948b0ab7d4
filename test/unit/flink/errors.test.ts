import { describe, expect, it } from 'vitest'
import { causeOf, causeOfErrors, firstLineOf } from '../../../src/lib/flink/errors.js'

const frames = '\n\tat a.b.C.d(C.java:1)\n\tat e.f.G.h(G.java:2)'

describe('the cause of a Java stack', () => {
  it.each([
    ['a plain line', 'Not found: /v1/nope', 'Not found: /v1/nope'],
    ['the only exception', `org.apache.flink.FlinkException: It broke.${frames}`, 'It broke.'],
    [
      'the innermost cause',
      `a.b.OuterException: outer${frames}\nCaused by: a.b.InnerException: the inner one${frames}\n\t... 3 more`,
      'the inner one',
    ],
    ['class names in a row', `a.b.XException: c.d.YException: Cannot do it${frames}`, 'Cannot do it'],
    ['a nested class', `a.b.Outer$InnerException: Cannot do it`, 'Cannot do it'],
    [
      'a message that is a name alone',
      'x.Y: outer\nCaused by: java.lang.ClassNotFoundException: probe.Nope',
      'ClassNotFoundException: probe.Nope',
    ],
    ['no message', `java.lang.NullPointerException${frames}`, 'NullPointerException'],
    [
      'a cause inside a suppressed one',
      `a.b.XException: the real one${frames}\n\tSuppressed: c.D: noise\n\tCaused by: c.E: more noise`,
      'the real one',
    ],
    [
      'expected tokens',
      'a.b.ParseException: Encountered "FORM" at line 1, column 10.\nWas expecting one of:\n    "ABS" ...',
      'Encountered "FORM" at line 1, column 10.',
    ],
    [
      'a position given outside',
      "a.CalciteContextException: From line 1, column 2 to line 1, column 9: Object 'x' not found\nCaused by: a.SqlValidatorException: Object 'x' not found",
      "From line 1, column 2 to line 1, column 9: Object 'x' not found",
    ],
    ['a list after a blank line', 'a.b.VException: No factory.\n\nAvailable:\n\nprint', 'No factory.'],
    ['nothing', '', 'no reason was given'],
  ])('is found in %s', (_, stack, sentence) => {
    expect(causeOf(stack)).toBe(sentence)
  })

  it('comes from the last of the errors, out of its wrapping', () => {
    expect(
      causeOfErrors([
        'Internal server error.',
        `<Exception on server side:\na.b.CException: that is why${frames}\n\nEnd of exception on server side>`,
      ]),
    ).toBe('that is why')
    expect(causeOfErrors([])).toBe('no reason was given')
  })

  it('is cut when it is endless, and holds no secret', () => {
    expect(causeOf(`a.b.CException: ${'long '.repeat(500)}`).length).toBeLessThan(620)
    expect(causeOf('a.b.CException: GET https://h/c?sv=1&sig=MARK%2B failed')).toBe('GET https://h/c?sv=1&sig=*** failed')
  })

  it('the first line is the outermost message', () => {
    expect(firstLineOf('a.b.CException: d.e.FException: the outer one\nCaused by: a.b.GException: inner')).toBe('the outer one')
  })
})
