/**
 * `npm run audit`: known weaknesses of the packages that are bundled. All packages are development dependencies, since the bundle has none, so
 * `npm audit` alone says "0". A registry that does not answer this is told of, and fails nothing.
 */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '..')
const GRAVE = new Set(['high', 'critical'])

interface Weakness {
  name: string
  severity: string
}

async function main(): Promise<void> {
  const weaknesses = await askRegistry()
  if (weaknesses === null) return console.log('The registry does not answer audits: what is bundled was not looked at.')
  const bundled = await bundledPackages()
  const found = weaknesses.filter(({ name }) => bundled.has(name))
  for (const { name, severity } of found) console.log(`${severity}: ${name}`)
  console.log(`${bundled.size} bundled packages, ${found.length} with known weaknesses.`)
  if (found.some(({ severity }) => GRAVE.has(severity))) process.exitCode = 1
}

async function askRegistry(): Promise<Weakness[] | null> {
  const answer: unknown = JSON.parse(await npmAudit())
  if (typeof answer !== 'object' || answer === null || !('vulnerabilities' in answer)) return null
  return Object.values(answer.vulnerabilities as Record<string, Weakness>)
}

/** Ends with 1 when it found something, and prints all the same. */
function npmAudit(): Promise<string> {
  return new Promise((done) => {
    execFile('npm', ['audit', '--include=dev', '--json'], { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 }, (_, stdout) =>
      done(stdout.slice(Math.max(0, stdout.indexOf('{'))) || '{}'),
    )
  })
}

async function bundledPackages(): Promise<Set<string>> {
  const byFile: Record<string, string[]> = JSON.parse(await readFile(resolve(ROOT, 'dist/packages.json'), 'utf8'))
  const last = 'node_modules/'
  return new Set(
    Object.values(byFile)
      .flat()
      .map((path) => path.slice(path.lastIndexOf(last) + last.length)),
  )
}

await main()
