import type { Sealed, StartedJob, StartedProgram } from '../ports-started.js'
import type { DefineValue } from './define-values.js'
import { definesMissing } from './missing-values.js'
import type { ScriptWish } from './read-program.js'
import { isMadeOf, seal } from './seal.js'

/** When and from what a job was started, to begin a sentence with. */
export function startWords({ name, jobId, path, startedAtMs }: StartedJob): string {
  return `flinkops started ${name ?? jobId} from ${path} on ${new Date(startedAtMs).toISOString()}`
}

/**
 * Refuses a script that lacks a value which it was started with; tells what was given and is nowhere, and what is another than it was.
 * Answers what is written down of the values: as they are only what was, or by `--remember`; else a trace of each.
 */
export async function rememberDefines(
  wish: ScriptWish,
  used: ReadonlySet<string>,
): Promise<Pick<StartedProgram, 'defines' | 'sealed' | 'defineFile'>> {
  const { path, defines, remember, forAll, onNotice } = wish
  refuseMissing(wish, used)
  for (const [name, { from }] of defines.values)
    if (from === 'flag' && !used.has(name) && !forAll) onNotice(`--define ${name}: ${path} has no \${${name}}.`)
  const own = [...defines.values].filter(([name]) => used.has(name))
  const isKept = ({ from }: DefineValue) => from === 'journal' || (remember && from !== 'file')
  const [kept, others] = [own.filter(([, value]) => isKept(value)), own.filter(([, value]) => !isKept(value))]
  return {
    defines: Object.fromEntries(kept.map(([name, { value }]) => [name, value])),
    sealed: await Promise.all(others.map(([name, { value }]) => sealedOnce(name, value, wish))),
    defineFile: own.some(([, { from }]) => from === 'file') ? defines.file : null,
  }
}

/** The trace that is there already, as long as the value is the same; said when it is not. */
async function sealedOnce(name: string, value: string, { recorded, onNotice }: ScriptWish): Promise<Sealed> {
  const before = recorded?.sealed.find((one) => one.name === name)
  if (recorded === null || before === undefined) return seal(name, value)
  if (await isMadeOf(before, value)) return before
  onNotice(`${startWords(recorded)}; ${name} had another value then. The one that is given now is used.`)
  return seal(name, value)
}

function refuseMissing({ path, defines, recorded, needs }: ScriptWish, used: ReadonlySet<string>): void {
  const known = [...(recorded?.sealed.map(({ name }) => name) ?? []), ...needs]
  const missing = [...new Set(known)].filter((name) => used.has(name) && !defines.values.has(name))
  const what = recorded === null ? `${path} was started elsewhere` : startWords(recorded)
  if (missing.length > 0) throw definesMissing(what, missing, defines.file ?? recorded?.defineFile ?? null)
}
