import { describe, expect, it } from 'vitest'
import { argumentWords, isMadeOf, isMadeOfArguments, seal, sealArguments } from '../../../src/lib/cli/seal.js'

describe('what stands in the journal for a value', () => {
  it('tells whether the same is given again, and never the value', async () => {
    const sealed = await seal('DB_PASS', 'hunter2')
    expect(sealed).toEqual({ name: 'DB_PASS', hash: expect.stringMatching(/^scrypt:[0-9a-f]{32}:[0-9a-f]{64}$/) })
    expect(await isMadeOf(sealed, 'hunter2')).toBe(true)
    expect(await isMadeOf(sealed, 'hunter3')).toBe(false)
  })

  it('is another each time, so that two of one value are not seen to be', async () => {
    expect((await seal('A', 'x')).hash).not.toBe((await seal('A', 'x')).hash)
  })

  it.each(['', 'sha256:00:11', 'scrypt', 'scrypt::', 'scrypt:00:11'])('is made of nothing when it cannot be read: %j', async (hash) => {
    expect(await isMadeOf({ name: 'A', hash }, '')).toBe(false)
  })

  it('tells of arguments how many, and the options that are told by two dashes', async () => {
    const args = ['--env', 'prod', '--db-pass=MARK', '-pMARK', 'MARK', '--MARK MARK', `--${'m'.repeat(50)}`]
    expect(argumentWords(args)).toBe('7 arguments (--env, --db-pass)')
    expect(argumentWords(['MARK'])).toBe('1 argument')
    const sealed = await sealArguments(args)
    expect(await isMadeOfArguments(sealed, args)).toBe(true)
    expect(await isMadeOfArguments(sealed, args.toReversed())).toBe(false)
    expect(await isMadeOfArguments(await sealArguments(['a', 'b']), ['a b'])).toBe(false)
  })
})
