import { configDefaults, defineConfig } from 'vitest/config'

/** It tests `state/sst` as it is used. */
const ALSO = ['test/unit/operations/verify-table.test.ts']
const SECONDS_LONG = ['test/unit/state/metadata/every-byte.test.ts']

/**
 * What Stryker runs for each mutant: the tests of the domain, nothing that needs a server. Those that take seconds are left out, and
 * properties cut short, for each mutant that lives pays for them; so the score is that of the quick tests alone.
 */
export default defineConfig({
  test: {
    include: ['test/unit/state/**/*.test.ts', ...ALSO],
    exclude: [...configDefaults.exclude, ...SECONDS_LONG],
    setupFiles: ['test/support/short-properties.ts'],
    testTimeout: 30_000,
    isolate: false,
  },
})
