import { readFileSync } from 'node:fs'

/** `engines` of `package.json`, which npm only warns about. */
const OLDEST_NODE = { major: 20, minor: 19 }

/** Scripts and probes ask for the version often; it needs nothing but the package's name. The line is oclif's own. */
if (process.argv[2] === '--version') process.stdout.write(`${versionLine()}\n`)
else if (isTooOld(process.versions.node)) await refuse()
else await import('./command-line.js')

function versionLine(): string {
  const { name, version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return `${name}/${version} ${process.platform}-${process.arch} node-${process.version}`
}

/** An older Node lacks what is used (`toSorted`, for one): better not to begin than to break off somewhere on the way. */
function isTooOld(node: string): boolean {
  const [major = 0, minor = 0] = node.split('.').map(Number)
  return major < OLDEST_NODE.major || (major === OLDEST_NODE.major && minor < OLDEST_NODE.minor)
}

async function refuse(): Promise<void> {
  const { EXIT } = await import('./lib/errors.js')
  const { printFailure } = await import('./lib/cli/failure-output.js')
  const message = `flinkops needs Node ${OLDEST_NODE.major}.${OLDEST_NODE.minor} or newer; this is ${process.versions.node}.`
  const suggestions = ['Nothing was done. Run it with a newer Node.']
  printFailure({ code: 'NODE_TOO_OLD', message, suggestions, exitCode: EXIT.refused }, process.argv.slice(2))
  process.exitCode = EXIT.refused
}
