import { readFileSync } from 'node:fs'

/** Scripts and probes ask for the version often; it needs nothing but the package's name. The line is oclif's own. */
if (process.argv[2] === '--version') process.stdout.write(`${versionLine()}\n`)
else await import('./command-line.js')

function versionLine(): string {
  const { name, version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return `${name}/${version} ${process.platform}-${process.arch} node-${process.version}`
}
