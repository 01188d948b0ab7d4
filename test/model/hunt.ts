/**
 * Looks for the first history that breaks (in the ways of `--kind`) and prints it as one JSON line; `null` = none of them does. `--all` prints the
 * seeds of all that break, in whatever way.
 */
import { parseArgs } from 'node:util'
import type { DriverFault } from './clean-up-settings.js'
import { type HistoryOptions, runHistory } from './history.js'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    histories: { type: 'string', default: '1000' },
    fault: { type: 'string' },
    kind: { type: 'string' },
    /** Seeds that are passed over. */
    skip: { type: 'string', default: '' },
    all: { type: 'boolean', default: false },
    truth: { type: 'boolean', default: false },
    oracle: { type: 'boolean', default: false },
  },
})

const FAULTS: DriverFault[] = ['grace-0', 'no-if-match', 'no-recheck', 'marks-under-roots']
const fault = FAULTS.find((one) => one === values.fault)
if (values.fault !== undefined && fault === undefined) throw new Error(`no fault is called ${values.fault}`)
const options: HistoryOptions = { truth: values.truth, withOracle: values.oracle, ...(fault && { fault }) }
const seeds = Array.from({ length: Number(values.histories) }, (_, at) => Number(values.seed) + at)

console.log(JSON.stringify(values.all ? await broken() : await hunt()))

async function hunt(): Promise<{ seed: number; violation: string } | null> {
  const [skipped, kinds] = [new Set(values.skip.split(',').map(Number)), values.kind?.split(',')]
  for (const seed of seeds) {
    if (skipped.has(seed)) continue
    const { violation } = await runHistory(seed, options)
    if (violation !== null && (kinds === undefined || kinds.includes(violation.kind)))
      return { seed, violation: `${violation.kind}: ${violation.message}` }
  }
  return null
}

async function broken(): Promise<number[]> {
  const found: number[] = []
  for (const seed of seeds) if ((await runHistory(seed, options)).violation !== null) found.push(seed)
  return found
}
