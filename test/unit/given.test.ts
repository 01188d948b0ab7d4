import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { causeOf } from '../../src/lib/flink/errors.js'
import { keepOut, withoutGiven } from '../../src/lib/given.js'

describe('values that a person gave', () => {
  it.each([
    ['as it is', 'MARK-1.2*3', 'password MARK-1.2*3 refused'],
    ['as SQL shows it', "MARK'five", "'password' = 'MARK''five'"],
    ['as it is read from SQL', "MARK''six", "password MARK'six refused"],
    ['as JSON shows it', 'MARK"sev\\en', JSON.stringify({ text: 'MARK"sev\\en' })],
    ['as a URL shows it', 'MARK&eig/ht', 'https://db/?p=MARK%26eig%2Fht'],
    ['behind an option', '--db.pass=MARKnine', 'login with MARKnine failed'],
    ['a line of it', 'MARKten\nMARKeleven', 'unexpected MARKeleven'],
  ])('are not repeated: %s', (_, value, text) => {
    keepOut([value])
    const shown = withoutGiven(text)
    expect(shown).not.toContain('MARK')
    expect(shown).toContain('***')
  })

  it('are kept out of the cause that Flink gives, wherever it is cut', () => {
    keepOut(['s3cr3t-DB_PASS-value'])
    for (let before = 570; before < 620; before++) {
      const stack = `org.apache.flink.table.api.ValidationException: ${'x'.repeat(before)} 's3cr3t-DB_PASS-value' is wrong\n\tat a.B.c(D.java:1)`
      expect(causeOf(stack)).not.toContain('s3cr')
    }
  })

  it('leave Flink understandable: the cause is found first, and then masked', () => {
    keepOut(['flink.util'])
    expect(causeOf('org.apache.flink.util.FlinkException: no slots\n\tat a.B.c(D.java:1)')).toBe('no slots')
  })

  it('are left alone below four characters, which stand everywhere', () => {
    keepOut(['50', 'abc'])
    expect(withoutGiven('50 rows of abc')).toBe('50 rows of abc')
  })

  it('are gone whatever stands around them, and nothing else is', async () => {
    // What other tests of this process gave would be gone, too.
    vi.resetModules()
    const own = await import('../../src/lib/given.js')
    const value = fc.stringMatching(/^Q[A-Za-z0-9+/=.*$^'" -]{6,20}Q$/)
    const around = fc.stringMatching(/^[a-p ]{0,20}$/)
    fc.assert(
      fc.property(value, around, around, (secret, before, after) => {
        own.keepOut([secret])
        expect(own.withoutGiven(`${before}${secret}${after}`)).toBe(`${before}***${after}`)
      }),
    )
  })
})
