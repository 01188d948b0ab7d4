/** `npm run soak:flink [-- --minutes 10] [--seed N]`: two jobs on a real Flink under fire, with clean-up in a loop; exit code 1 on any loss. */
import { parseArgs } from 'node:util'
import { runCampaign } from './campaign.js'
import { tallyText } from './tally.js'
import { startFireWorld } from './world.js'

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string', default: `${Date.now() % 1_000_000}` } },
})
const seed = Number(values.seed)

const world = await startFireWorld(console.log)
const startedAtMs = Date.now()
const say = (line: string) => console.log(`${Math.round((Date.now() - startedAtMs) / 1000)} s  ${line}`)
let keepLogs = true
try {
  console.log(`seed ${seed}, Flink ${world.fire.version}, ${values.minutes} minutes`)
  const goesOn = () => Date.now() - startedAtMs < Number(values.minutes) * 60_000
  const tally = await runCampaign(world, { seed, goesOn, blows: 3, quietMs: 12_000, say })
  console.log(`\n${tallyText(tally, { seed, seconds: (Date.now() - startedAtMs) / 1000 })}`)
  keepLogs = tally.losses.length > 0
  if (keepLogs) process.exitCode = 1
} finally {
  await world.stop({ keepLogs })
}
