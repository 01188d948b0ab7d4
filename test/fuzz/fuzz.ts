import { Random } from '../model/random.js'
import type { Target } from './targets.js'

export interface Tally {
  inputs: number
  slowestMs: number
  /** Of the whole process, in MB. */
  peakMb: number
}

export interface Finding {
  target: string
  seed: number
  problem: string
  input: Buffer
}

const LONGEST_MS = 1000

export interface Fuzz {
  targets: readonly Target[]
  seed: number
  /** How long to go on. */
  ms: number
  /** What the process may hold. */
  mostMb: number
  onFinding: (finding: Finding) => void
}

/** Changes sound inputs and has them read: each ends within a second, in what a command would tell, and takes little memory. */
export async function fuzz({ targets, seed, ms, ...rest }: Fuzz): Promise<Map<string, Tally>> {
  const tallies = new Map(targets.map(({ name }) => [name, { inputs: 0, slowestMs: 0, peakMb: 0 }]))
  const until = performance.now() + ms
  for (let next = seed; performance.now() < until; next++) {
    for (const target of targets) {
      const tally = tallies.get(target.name)
      if (tally !== undefined) await readOne(target, next, tally, rest)
    }
  }
  return tallies
}

async function readOne(
  target: Target,
  seed: number,
  tally: Tally,
  { mostMb, onFinding }: Pick<Fuzz, 'mostMb' | 'onFinding'>,
): Promise<void> {
  const random = new Random(seed)
  const input = target.mutate(random.pick(target.seeds), random)
  const find = (problem: string) => onFinding({ target: target.name, seed, problem, input })
  const startedMs = performance.now()
  // Time that this process worked: others on the machine are no fault of the input.
  const before = process.cpuUsage()
  try {
    await target.read(input)
  } catch (error) {
    find(error instanceof Error ? (error.stack ?? error.message) : String(error))
  }
  const { user, system } = process.cpuUsage(before)
  const tookMs = Math.min(performance.now() - startedMs, (user + system) / 1000)
  tally.inputs++
  tally.slowestMs = Math.max(tally.slowestMs, tookMs)
  if (tookMs > LONGEST_MS) find(`it took ${Math.round(tookMs)} ms`)
  const peakMb = Math.round(process.memoryUsage.rss() / 1e6)
  if (peakMb > mostMb && peakMb > tally.peakMb) find(`the process holds ${peakMb} MB`)
  tally.peakMb = Math.max(tally.peakMb, peakMb)
}
