import type { StartedJob, StartedProgram } from '../ports-started.js'
import type { DefineValue } from './define-values.js'
import { definesMissing } from './missing-values.js'
import type { ScriptWish } from './read-program.js'
import { isMadeOf, seal } from './seal.js'

/** When and from what a job was started, to begin a sentence with. */
export function startWords({ name, jobId, path, startedAtMs }: StartedJob): string {
  return `flinkops started ${name ?? jobId} from ${path} on ${new Date(startedAtMs).toISOString()}`
}

/** Refuses a script that lacks a value which it was started with; tells what was given and is nowhere, and what is another than it was. */
export async function checkDefines(wish: ScriptWish, used: ReadonlySet<string>): Promise<void> {
  const { path, defines, recorded, onNotice } = wish
  refuseMissing(wish, used)
  for (const [name, { from }] of defines.values)
    if (from === 'flag' && !used.has(name) && !wish.forAll) onNotice(`--define ${name}: ${path} has no \${${name}}.`)
  for (const sealed of recorded?.sealed ?? []) {
    const given = defines.values.get(sealed.name)
    if (recorded === null || given === undefined || !used.has(sealed.name) || (await isMadeOf(sealed, given.value))) continue
    onNotice(`${startWords(recorded)}; ${sealed.name} had another value then. The one that is given now is used.`)
  }
}

function refuseMissing({ path, defines, recorded, needs }: ScriptWish, used: ReadonlySet<string>): void {
  const known = [...(recorded?.sealed.map(({ name }) => name) ?? []), ...needs]
  const missing = [...new Set(known)].filter((name) => used.has(name) && !defines.values.has(name))
  const what = recorded === null ? `${path} was started elsewhere` : startWords(recorded)
  if (missing.length > 0) throw definesMissing(what, missing, defines.file ?? recorded?.defineFile ?? null)
}

/** What is written down of the values that the script has: as they are only what was, or by `--remember`; else a trace of each. */
export async function definesMemory(
  { defines, remember }: ScriptWish,
  used: ReadonlySet<string>,
): Promise<Pick<StartedProgram, 'defines' | 'sealed' | 'defineFile'>> {
  const own = [...defines.values].filter(([name]) => used.has(name))
  const isKept = ({ from }: DefineValue) => from === 'journal' || (remember && from !== 'file')
  const kept = own.flatMap(([name, value]) => (isKept(value) ? [[name, value.value] as const] : []))
  const sealed = await Promise.all(own.flatMap(([name, value]) => (isKept(value) ? [] : [seal(name, value.value)])))
  return { defines: Object.fromEntries(kept), sealed, defineFile: own.some(([, { from }]) => from === 'file') ? defines.file : null }
}
