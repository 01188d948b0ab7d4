import { describe, expect, it } from 'vitest'
import { parsePrices, readPrices } from '../../../src/lib/config/prices.js'
import { BUILT_IN_PRICES } from '../../../src/lib/usage/prices.js'

const TABLE = `
asOf: '2026-11-01'
currency: EUR
account: {region: westeurope, redundancy: ZRS, tier: hot}
prices:
  - {region: westeurope, redundancy: LRS, tier: hot, gibMonth: 0.0177, write10k: 0.05}
  - {region: westeurope, redundancy: ZRS, tier: hot, gibMonth: 0.0221, write10k: 0.0625}
`
const EUROPE = { region: 'westeurope', redundancy: 'ZRS', tier: 'hot', gibMonth: 0.0221, write10k: 0.0625 }

const checkFound = async () => undefined
const read = (files: Record<string, string>, parts: { flag?: string; config?: string } = {}) =>
  readPrices({ flag: parts.flag, config: parts.config, env: {}, cwd: '/work', readFile: async (path) => files[path] ?? null, checkFound })

describe('the price table', () => {
  it('is the one that is built in when there is none', async () => {
    expect(await read({})).toBe(BUILT_IN_PRICES)
  })

  it.each([
    ['beside flinkops.yaml', { '/etc/f/flinkops.yaml': '', '/etc/f/flinkops-prices.yaml': TABLE }, { config: '/etc/f/flinkops.yaml' }],
    ['in the working folder when there is no flinkops.yaml', { '/work/flinkops-prices.yaml': TABLE }, {}],
    ['that --prices names', { '/work/p.yaml': TABLE, '/work/flinkops-prices.yaml': 'nonsense' }, { flag: 'p.yaml' }],
  ])('is the one %s', async (_, files, parts) => {
    expect(await read(files, parts)).toMatchObject({ currency: 'EUR', asOf: '2026-11-01', writesPerFile: 3, price: EUROPE })
  })

  it('may be JSON', () => {
    const json = { asOf: '2026-11-01', currency: 'EUR', writesPerFile: 2, account: EUROPE, prices: [EUROPE] }
    expect(parsePrices('p.json', JSON.stringify(json))).toMatchObject({ writesPerFile: 2, price: EUROPE })
  })

  it.each([
    ['a file that is not there', () => read({}, { flag: 'p.yaml' }), '--prices names /work/p.yaml, which is not there.'],
    ['a table without a date', async () => parsePrices('p', TABLE.replace(/asOf.*/, '')), 'p has no asOf.'],
    ['a date that is none', async () => parsePrices('p', TABLE.replace('2026-11-01', 'today')), 'must be a date such as 2026-11-22.'],
    [
      'an account that no line prices',
      async () => parsePrices('p', TABLE.replace('ZRS, tier: hot}', 'GRS, tier: hot}')),
      'no line of prices has all three',
    ],
    ['a price that is no number', async () => parsePrices('p', TABLE.replace('0.0221', 'cheap')), 'must be a number of at least 0'],
    ['a price below nothing', async () => parsePrices('p', TABLE.replace('0.0221', '-1')), 'must be a number of at least 0'],
    ['an unknown key', async () => parsePrices('p', `${TABLE}\ncurency: EUR`), 'curency'],
  ])('refuses %s, and says so', async (_, attempt, words) => {
    await expect(attempt()).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining(words) })
  })
})
