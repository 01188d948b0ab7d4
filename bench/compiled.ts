import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'

const REQUIRE = "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);"

/** Runs a script in a process of its own, bundled as flinkops is shipped: a compiler beside it would be measured, too. Answers its JSON. */
export function runCompiled<T>(script: URL, args: readonly string[]): T {
  const dir = mkdtempSync(join(tmpdir(), 'flinkops-bench-'))
  const outfile = join(dir, 'script.mjs')
  try {
    const source = fileURLToPath(script)
    buildSync({ entryPoints: [source], outfile, bundle: true, platform: 'node', format: 'esm', banner: { js: REQUIRE }, logLevel: 'error' })
    return JSON.parse(execFileSync(process.execPath, [outfile, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }))
  } finally {
    rmSync(dir, { recursive: true })
  }
}
