import { defineConfig } from 'vitest/config'

const common = { disableConsoleIntercept: true, testTimeout: 120_000, hookTimeout: 120_000 }

/** On a machine of others, a server that is slow once is no finding: one more try there, which the report tells. At home there is none. */
const onRealParts = { ...common, retry: process.env.CI === 'true' ? 1 : 0 }

/** Suites by the parts they need: nothing, Azurite, a real Flink. */
export default defineConfig({
  test: {
    projects: [
      // Pure for the most part: loading the same modules for each file anew took longer than the tests.
      { test: { ...common, name: 'unit', include: ['test/unit/**/*.test.ts'], isolate: false, maxWorkers: 2 } },
      { test: { ...common, name: 'model', include: ['test/model/**/*.test.ts'], testTimeout: 300_000 } },
      {
        test: {
          ...onRealParts,
          name: 'azurite',
          include: ['test/azurite/**/*.test.ts'],
          setupFiles: ['test/support/azurite-setup.ts'],
          // They wait more than they work.
          maxWorkers: 3,
        },
      },
      {
        test: {
          ...onRealParts,
          name: 'flink',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      { test: { ...onRealParts, name: 'fire', include: ['test/fire/**/*.test.ts'], testTimeout: 300_000, hookTimeout: 600_000 } },
    ],
  },
})
