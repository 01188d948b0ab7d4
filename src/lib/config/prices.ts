import { dirname, join, resolve } from 'node:path'
import { usageError } from '../errors.js'
import { BUILT_IN_PRICES, type Price, type PriceTable } from '../usage/prices.js'
import { type Environment, variable } from './environment.js'
import { findConfigFile } from './file.js'
import { type CheckFound, checkFound as checkOnDisk } from './found.js'
import { type ReadFile, readTextFile } from './read-text-file.js'
import { parseYaml, type YamlNode } from './yaml-node.js'

export interface PricesInput {
  /** `--prices`. */
  flag: string | undefined
  /** `--config`. */
  config: string | undefined
  env: Environment
  cwd: string
  readFile?: ReadFile
  checkFound?: CheckFound
}

const BESIDE = 'flinkops-prices.yaml'

/** The price table: `--prices`, else `flinkops-prices.yaml` beside `flinkops.yaml`, else the one that is built in. YAML or JSON. */
export async function readPrices(input: PricesInput): Promise<PriceTable> {
  const { flag, config, env, cwd, readFile = readTextFile, checkFound = checkOnDisk } = input
  if (flag !== undefined) {
    const path = resolve(cwd, flag)
    const text = await readFile(path)
    if (text === null) throw usageError(`--prices names ${path}, which is not there.`)
    return parsePrices(path, text)
  }
  const file = await findConfigFile({ flag: config, env, cwd, readFile, checkFound })
  const path = join(file === null ? cwd : dirname(file.path), BESIDE)
  const text = await readFile(path)
  if (text === null) return BUILT_IN_PRICES
  // Beside a file that was named, it is named with it.
  if (config === undefined && variable(env, 'FLINKOPS_CONFIG') === null) await checkFound(path, '--prices')
  return parsePrices(path, text)
}

/** `account` says which line of `prices` counts. */
export function parsePrices(path: string, text: string): PriceTable {
  const get = parseYaml(path, text).fields('asOf', 'currency', 'writesPerFile', 'account', 'prices')
  const required = (name: 'asOf' | 'currency' | 'account' | 'prices') => {
    const node = get(name)
    if (node === null) throw usageError(`${path} has no ${name}.`, 'See "Prices" in the README for a whole table.')
    return node
  }
  const account = required('account')
  const wanted = keysOf(account)
  const prices = required('prices').list().map(readPrice)
  const price = prices.find((one) => one.region === wanted.region && one.redundancy === wanted.redundancy && one.tier === wanted.tier)
  if (price === undefined)
    throw account.error(`names ${wanted.region}, ${wanted.redundancy}, ${wanted.tier}, and no line of prices has all three.`)
  const writes = get('writesPerFile')
  return {
    source: path,
    asOf: dateOf(required('asOf')),
    currency: required('currency').text(),
    writesPerFile: writes === null ? BUILT_IN_PRICES.writesPerFile : amountOf(writes),
    price,
  }
}

function keysOf(node: YamlNode): Pick<Price, 'region' | 'redundancy' | 'tier'> {
  const get = node.fields('region', 'redundancy', 'tier', 'gibMonth', 'write10k')
  const text = (name: 'region' | 'redundancy' | 'tier') => {
    const found = get(name)
    if (found === null) throw node.error(`has no ${name}.`)
    return found.text()
  }
  return { region: text('region'), redundancy: text('redundancy'), tier: text('tier') }
}

function readPrice(node: YamlNode): Price {
  const get = node.fields('region', 'redundancy', 'tier', 'gibMonth', 'write10k')
  const amount = (name: 'gibMonth' | 'write10k') => {
    const found = get(name)
    if (found === null) throw node.error(`has no ${name}.`)
    return amountOf(found)
  }
  return { ...keysOf(node), gibMonth: amount('gibMonth'), write10k: amount('write10k') }
}

function amountOf(node: YamlNode): number {
  const amount = Number(node.textual())
  if (!Number.isFinite(amount) || amount < 0) throw node.error('must be a number of at least 0.')
  return amount
}

function dateOf(node: YamlNode): string {
  const text = node.text()
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) throw node.error('must be a date such as 2026-11-22.')
  return text
}
