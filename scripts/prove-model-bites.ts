/**
 * `npx tsx scripts/prove-model-bites.ts [--histories N] [--only <parts of names>] [--workers N] [--markdown]`: plants the faults of
 * `model-faults.ts`, one at a time, and runs the model against each. A fault in what surrounds the clean-up is an option of the model; one in the
 * clean-up itself is a patch of a copy of the source, so that nothing of it can reach production. A history counts as a catch only when it holds
 * without the fault. Exits 1 when a fault is not caught, when its place in the source is not found, or when the model fails in the everyday world
 * without any.
 */
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import type { Fault, Patch } from './model-fault.js'
import { FAULTS, NO_FAULT } from './model-faults.js'

interface Caught {
  seed: number
  violation: string
}

type Outcome = { state: 'caught'; caught: Caught } | { state: 'not caught' } | { state: 'not found'; problem: string }

const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '20000' },
    only: { type: 'string', default: '' },
    workers: { type: 'string', default: '2' },
    markdown: { type: 'boolean', default: false },
  },
})
const HERE = fileURLToPath(new URL('..', import.meta.url))
const TSX = import.meta.resolve('tsx')
const BLOCK = 250
const DANGEROUS = 'loss,last-way,scope,undo'
const run = promisify(execFile)

const chosen = FAULTS.filter((fault) => values.only.split(',').some((part) => fault.name.includes(part)))
const outcomes = new Map<string, Outcome>()
/** Seeds that break without a fault, by world and first seed of a block. */
const broken = new Map<string, Promise<number[]>>()
const queue = [...chosen]
await Promise.all(Array.from({ length: Number(values.workers) }, work))
report()

async function work(): Promise<void> {
  for (let fault = queue.shift(); fault !== undefined; fault = queue.shift()) {
    const startedAtMs = Date.now()
    const outcome = await prove(fault)
    outcomes.set(fault.name, outcome)
    console.error(`${words(fault, outcome)} (${Math.round((Date.now() - startedAtMs) / 1000)} s)`)
  }
}

async function prove(fault: Fault): Promise<Outcome> {
  const copy = await mkdtemp(join(tmpdir(), 'flinkops-fault-'))
  try {
    await cp(join(HERE, 'src'), join(copy, 'src'), { recursive: true })
    for (const part of ['test/model', 'test/support']) await cp(join(HERE, part), join(copy, part), { recursive: true })
    await writeFile(join(copy, 'package.json'), '{ "type": "module" }')
    for (const patch of fault.patches ?? []) {
      const problem = await apply(copy, patch)
      if (problem !== null) return { state: 'not found', problem }
    }
    return await hunt(copy, fault)
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

/** `null`: done; else why not. */
async function apply(copy: string, patch: Patch): Promise<string | null> {
  const path = join(copy, 'src/lib', patch.file)
  const text = await readFile(path, 'utf8').catch(() => null)
  if (text === null) return `there is no ${patch.file}`
  const parts = text.split(patch.find)
  if (parts.length !== 2) return `${patch.file}: ${JSON.stringify(patch.find)} is there ${parts.length - 1} times`
  await writeFile(path, parts.join(patch.put))
  return null
}

/** Without a fault a share of the histories is enough: the test proper runs them all. */
async function hunt(copy: string, fault: Fault): Promise<Outcome> {
  const histories = fault === NO_FAULT ? 300 : Number(values.histories)
  const option = fault.option === undefined ? [] : ['--fault', fault.option]
  const kind = fault === NO_FAULT ? [] : ['--kind', fault.kind ?? DANGEROUS]
  for (let seed = 1; seed <= histories; seed += BLOCK) {
    const block = ['--seed', `${seed}`, '--histories', `${Math.min(BLOCK, histories - seed + 1)}`, ...worldOf(fault)]
    const skip = await brokenIn(fault, block)
    const caught = await ask(copy, [...block, ...option, ...kind, '--skip', skip.join(',')]).catch(lastLine)
    if (typeof caught === 'string') return { state: 'not found', problem: `it does not run: ${caught}` }
    if (isCaught(caught)) return { state: 'caught', caught }
  }
  return { state: 'not caught' }
}

function worldOf({ world = 'plain' }: Fault): string[] {
  return world === 'plain' ? [] : world === 'truth' ? ['--truth'] : ['--truth', '--oracle']
}

/** The everyday world breaks nowhere without a fault. */
function brokenIn(fault: Fault, block: string[]): Promise<number[]> {
  if (worldOf(fault).length === 0) return Promise.resolve([])
  const known =
    broken.get(block.join(' ')) ?? ask(HERE, [...block, '--all']).then((seeds) => (Array.isArray(seeds) ? seeds.map(Number) : []))
  broken.set(block.join(' '), known)
  return known
}

function lastLine(error: unknown): string {
  return /^.*(?:Error|ERROR).*$/m.exec(String(error))?.[0] ?? String(error)
}

async function ask(folder: string, args: string[]): Promise<unknown> {
  const { stdout } = await run(process.execPath, ['--import', TSX, 'test/model/hunt.ts', ...args], { cwd: folder })
  return JSON.parse(stdout)
}

function isCaught(value: unknown): value is Caught {
  return typeof value === 'object' && value !== null && 'seed' in value && 'violation' in value
}

function report(): void {
  if (values.markdown) console.log('| fault | world | seed | how |\n|---|---|---|---|')
  for (const fault of chosen) {
    const outcome = outcomes.get(fault.name) ?? { state: 'not caught' }
    console.log(values.markdown ? row(fault, outcome) : words(fault, outcome))
    if ((outcome.state === 'caught') === (fault === NO_FAULT) || outcome.state === 'not found') process.exitCode = 1
  }
}

function words(fault: Fault, outcome: Outcome): string {
  const { world = 'plain', name } = fault
  return `${name.padEnd(44)} ${world.padEnd(7)} ${verdict(fault, outcome)}`
}

function verdict(fault: Fault, outcome: Outcome): string {
  if (outcome.state === 'caught') return `seed ${outcome.caught.seed}: ${outcome.caught.violation}`
  if (outcome.state === 'not found') return `NOT FOUND: ${outcome.problem}`
  return fault === NO_FAULT ? 'holds' : `NOT CAUGHT in ${values.histories} histories`
}

function row(fault: Fault, outcome: Outcome): string {
  const seed = outcome.state === 'caught' ? `${outcome.caught.seed}` : '-'
  const how = outcome.state === 'caught' ? outcome.caught.violation.slice(0, 60) : verdict(fault, outcome)
  return `| ${fault.name} | ${fault.world ?? 'plain'} | ${seed} | ${how} |`
}
