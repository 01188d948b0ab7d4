import { Parser } from '@oclif/core'
import { describe, expect, it } from 'vitest'
import { countFlag, durationFlag, shareFlag } from '../../../src/lib/cli/flags.js'

const flags = { grace: durationFlag(), share: shareFlag(), last: countFlag() }
const parse = async (...argv: string[]) => (await Parser.parse(argv, { flags, strict: true })).flags

describe('flags', () => {
  it.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['0s', 0],
  ])('read the duration %s', async (text, ms) => {
    expect(await parse('--grace', text)).toMatchObject({ grace: ms })
  })

  it.each([
    ['24', '--grace: 24 has no unit; write for example 24h.'],
    ['1w', '--grace: 1w is not a duration such as 90s, 15m, 24h or 7d.'],
    ['-1h', '--grace: -1h is not a duration such as 90s, 15m, 24h or 7d.'],
  ])('refuse the duration %s by name and value', async (text, message) => {
    await expect(parse(`--grace=${text}`)).rejects.toThrow(message)
  })

  it.each([
    ['30%', 0.3],
    ['0%', 0],
    ['100%', 1],
  ])('read the share %s', async (text, share) => {
    expect(await parse('--share', text)).toMatchObject({ share })
  })

  it.each(['30', '0.3', '101%', '%', '30 %'])('refuse the share %j', async (text) => {
    await expect(parse('--share', text)).rejects.toThrow(`--share: ${text} is not a share such as 30%.`)
  })

  it('read a count', async () => {
    expect(await parse('--last', '12')).toMatchObject({ last: 12 })
  })

  it.each(['0', '-1', '1.5', 'all', '1e3', ''])('refuse the count %j', async (text) => {
    await expect(parse(`--last=${text}`)).rejects.toThrow(`--last ${text}: give a whole number of at least 1.`)
  })
})
