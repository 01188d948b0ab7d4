import { defineConfig } from 'vitest/config'

/** What Stryker runs for each mutant: the tests of the domain, nothing that needs a server. */
export default defineConfig({ test: { include: ['test/unit/state/**/*.test.ts'], testTimeout: 30_000 } })
