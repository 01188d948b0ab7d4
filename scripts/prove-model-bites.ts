/**
 * `npx tsx scripts/prove-model-bites.ts [--histories N] [--only <fault>]`: plants ten faults, one at a time, and runs the model against
 * each. A fault in what surrounds the clean-up is an option of the model; one in the clean-up itself is a patch of a copy of the source,
 * so that nothing of it can reach production. Exits 1 when a fault is not caught, or when the model fails without any.
 */
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'

interface Patch {
  file: string
  /** Must be there exactly once: a patch that changes nothing proves nothing. */
  find: string
  put: string
}

interface Fault {
  name: string
  /** How the model must fail; a loss unless said otherwise. */
  kind?: 'waste'
  option?: string
  patches?: Patch[]
}

const FAULTS: Fault[] = [
  { name: 'none', patches: [] },
  { name: 'grace 0', option: 'grace-0' },
  {
    name: 'skip one handle tag',
    patches: [
      {
        file: 'state/use-reader.ts',
        find: 'for (const reference of metadata.references) {',
        put: "for (const reference of metadata.references) {\n    if (reference.role === 'changelog') continue // all that tag 13 names",
      },
    ],
  },
  {
    name: 'scheme mismatch',
    patches: [
      { file: 'state/location.ts', find: "return host.toLowerCase().replace('.dfs.', '.blob.')", put: 'return host.toLowerCase()' },
    ],
  },
  { name: 'delete without If-Match', option: 'no-if-match' },
  { name: 'mark only under the roots', option: 'marks-under-roots' },
  {
    name: 'ignore latest.restored',
    patches: [
      {
        file: 'operations/gather-jobs.ts',
        find: 'restoredFrom: stats?.latest.restored?.externalPath ?? null,',
        put: 'restoredFrom: null,',
      },
      { file: 'operations/gather-jobs.ts', find: "add(stats.latest.restored?.externalPath, 'restored')", put: '' },
    ],
  },
  {
    name: 'chk-10 before chk-9 paging',
    patches: [{ file: 'operations/survey-storage.ts', find: 'isStable = isSame(listed, read)', put: 'isStable = true' }],
  },
  {
    name: 'treat unreadable as empty',
    patches: [
      {
        file: 'operations/survey-storage.ts',
        find: "if (!parsed.ok) return { blob, state: 'unreadable', problem: parsed.problem.message }",
        put: `const nothing = reader.read({ references: [] } as never, { ...blob, name: '' })
  if (!parsed.ok && nothing.ok) return { blob, state: 'parsed', uses: nothing.uses, operatorNames: [] }`,
      },
    ],
  },
  {
    name: 'keep-last by job id',
    kind: 'waste',
    patches: [
      {
        file: 'state/lineage.ts',
        find: 'of: (snapshot) => (snapshot.jobId === null ? strangerKey(snapshot) : sets.root(snapshot.jobId)),',
        put: 'of: (snapshot) => snapshot.jobId ?? strangerKey(snapshot),',
      },
    ],
  },
  { name: 'no re-check', option: 'no-recheck' },
]

interface Caught {
  seed: number
  violation: string
}

const { values } = parseArgs({
  options: { histories: { type: 'string', default: '20000' }, only: { type: 'string' }, workers: { type: 'string', default: '2' } },
})
const HERE = fileURLToPath(new URL('..', import.meta.url))
const TSX = import.meta.resolve('tsx')
const run = promisify(execFile)

const chosen = FAULTS.filter((fault) => values.only === undefined || fault.name === values.only)
const results = new Map<string, Caught | null>()
const queue = [...chosen]
await Promise.all(Array.from({ length: Number(values.workers) }, work))
report()

async function work(): Promise<void> {
  for (let fault = queue.shift(); fault !== undefined; fault = queue.shift()) {
    const startedAtMs = Date.now()
    results.set(fault.name, await prove(fault))
    console.error(`${fault.name}: ${Math.round((Date.now() - startedAtMs) / 1000)} s`)
  }
}

async function prove(fault: Fault): Promise<Caught | null> {
  const copy = await mkdtemp(join(tmpdir(), 'flinkops-fault-'))
  try {
    await cp(join(HERE, 'src'), join(copy, 'src'), { recursive: true })
    await cp(join(HERE, 'test/model'), join(copy, 'test/model'), { recursive: true })
    await writeFile(join(copy, 'package.json'), '{ "type": "module" }')
    for (const patch of fault.patches ?? []) await apply(copy, patch)
    return await hunt(copy, fault)
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

async function apply(copy: string, patch: Patch): Promise<void> {
  const path = join(copy, 'src/lib', patch.file)
  const parts = (await readFile(path, 'utf8')).split(patch.find)
  if (parts.length !== 2) throw new Error(`${patch.file} has changed: ${JSON.stringify(patch.find)} is there ${parts.length - 1} times`)
  await writeFile(path, parts.join(patch.put))
}

/** Without a fault a share of the histories is enough: the test proper runs them all. */
async function hunt(copy: string, fault: Fault): Promise<Caught | null> {
  const histories = fault.name === 'none' ? '300' : values.histories
  const option = fault.option === undefined ? [] : ['--fault', fault.option]
  const kind = fault.name === 'none' ? [] : ['--kind', fault.kind ?? 'loss']
  const args = ['--import', TSX, 'test/model/hunt.ts', '--histories', histories, ...option, ...kind]
  const { stdout } = await run(process.execPath, args, { cwd: copy })
  const caught: unknown = JSON.parse(stdout)
  return isCaught(caught) ? caught : null
}

function isCaught(value: unknown): value is Caught {
  return typeof value === 'object' && value !== null && 'seed' in value && 'violation' in value
}

function report(): void {
  for (const { name } of chosen) {
    const caught = results.get(name) ?? null
    const words = caught === null ? (name === 'none' ? 'holds' : 'NOT CAUGHT') : `seed ${caught.seed}: ${caught.violation}`
    console.log(`${name.padEnd(28)} ${words}`)
    if ((caught === null) !== (name === 'none')) process.exitCode = 1
  }
}
