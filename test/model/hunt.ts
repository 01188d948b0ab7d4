/** Looks for the first history that breaks (in the way of `--kind`) and prints it as one JSON line; `null` = none of them does. */
import { parseArgs } from 'node:util'
import type { DriverFault } from './clean-up.js'
import { runHistory } from './history.js'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    histories: { type: 'string', default: '1000' },
    fault: { type: 'string' },
    kind: { type: 'string' },
  },
})

const FAULTS: DriverFault[] = ['grace-0', 'no-if-match', 'no-recheck', 'marks-under-roots']
const fault = FAULTS.find((one) => one === values.fault)
if (values.fault !== undefined && fault === undefined) throw new Error(`no fault is called ${values.fault}`)

console.log(JSON.stringify(await hunt(Number(values.seed), Number(values.histories))))

async function hunt(firstSeed: number, histories: number): Promise<{ seed: number; violation: string } | null> {
  for (let seed = firstSeed; seed < firstSeed + histories; seed++) {
    const { violation } = await runHistory(seed, fault === undefined ? {} : { fault })
    if (violation !== null && (values.kind ?? violation.kind) === violation.kind) return { seed, violation: violation.message }
  }
  return null
}
