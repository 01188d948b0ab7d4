/**
 * `npm run soak [-- --histories 100000 --seed N --workers 2]`: many histories, each worker its own share of the seeds.
 * `--seed N --histories 1 --trace` replays one history word by word.
 */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Batch, batchText, runBatch, sumBatches, violationText } from './batch.js'
import { runHistory } from './history.js'

const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    workers: { type: 'string', default: '2' },
    trace: { type: 'boolean', default: false },
    share: { type: 'boolean', default: false },
    oracle: { type: 'boolean', default: false },
  },
})
const histories = Number(values.histories)
const firstSeed = Number(values.seed)
const SHARE = 1000
const options = { withOracle: values.oracle }

if (values.share) process.send?.(await runBatch({ ...options, firstSeed, histories }))
else if (values.trace) await replay()
else await soak()

async function replay(): Promise<void> {
  for (let seed = firstSeed; seed < firstSeed + histories; seed++) {
    const { trace, violation } = await runHistory(seed, { ...options, withTrace: true })
    console.log(
      `${trace.join('\n')}\nseed ${seed}: ${violation === null ? 'every invariant held' : `${violation.kind}: ${violation.message}`}`,
    )
  }
}

async function soak(): Promise<void> {
  const startedAtMs = Date.now()
  const batches: Batch[] = []
  let next = firstSeed
  const work = async () => {
    while (next < firstSeed + histories) {
      const seed = next
      next = Math.min(seed + SHARE, firstSeed + histories)
      const batch = await share(seed, next - seed)
      batches.push(batch)
      for (const violation of batch.violations) console.log(violationText(violation))
      const done = batches.reduce((sum, batch) => sum + batch.histories, 0)
      const violations = batches.reduce((sum, batch) => sum + batch.violations.length, 0)
      console.log(`${done} of ${histories} histories, ${violations} violations (seeds from ${firstSeed})`)
    }
  }
  await Promise.all(Array.from({ length: Number(values.workers) }, work))
  const sum = sumBatches(batches)
  sum.violations.sort((a, b) => a.seed - b.seed)
  console.log(`seeds ${firstSeed} to ${firstSeed + histories - 1}, ${Math.round((Date.now() - startedAtMs) / 1000)} s`)
  console.log(batchText(sum))
  if (sum.violations.length > 0) process.exitCode = 1
}

/** A process of its own per share: what one leaves behind in memory the next does not carry. */
function share(seed: number, count: number): Promise<Batch> {
  return new Promise((resolve, reject) => {
    const oracle = values.oracle ? ['--oracle'] : []
    const child = fork(fileURLToPath(import.meta.url), ['--share', '--seed', `${seed}`, '--histories', `${count}`, ...oracle])
    let batch: Batch | null = null
    child.once('message', (message) => {
      if (isBatch(message)) batch = message
    })
    child.once('error', reject)
    child.once('exit', (code) => {
      if (batch === null) reject(new Error(`the share from seed ${seed} ended with ${code}`))
      else resolve(batch)
    })
  })
}

function isBatch(message: unknown): message is Batch {
  return typeof message === 'object' && message !== null && 'tally' in message && 'violations' in message
}
