/** `npm run fuzz [-- --minutes 10 --seed N --only <target>]`. Inputs that are a finding are left in the directory for temporary files. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fuzz } from './fuzz.js'
import { targets } from './targets.js'

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string', default: '1' }, only: { type: 'string' } },
})
const MOST_MB = 700
const seed = Number(values.seed)
const directory = mkdtempSync(join(tmpdir(), 'flinkops-fuzz-'))
let found = 0

const tallies = await fuzz({
  targets: targets().filter(({ name }) => values.only === undefined || name === values.only),
  seed,
  ms: Number(values.minutes) * 60_000,
  mostMb: MOST_MB,
  onFinding: ({ target, seed: own, problem, input }) => {
    const file = join(directory, `${target.replaceAll(' ', '-')}-${own}`)
    writeFileSync(file, input)
    if (found++ < 20) console.log(`${target}, seed ${own}: ${problem}\n  ${file}`)
  },
})

const peakMb = Math.round(process.resourceUsage().maxRSS / 1000)
for (const [name, { inputs, slowestMs }] of tallies) console.log(`${name}: ${inputs} inputs, slowest ${Math.round(slowestMs)} ms`)
const inputs = [...tallies.values()].reduce((sum, tally) => sum + tally.inputs, 0)
console.log(`seed ${seed}: ${inputs} inputs, ${found} findings, at most ${peakMb} MB`)
process.exitCode = found === 0 && peakMb < MOST_MB ? 0 : 1
