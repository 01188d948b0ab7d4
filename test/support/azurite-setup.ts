import type { TestProject } from 'vitest/node'
import { startAzurite } from '../../sandbox/azurite.js'

declare module 'vitest' {
  export interface ProvidedContext {
    azuriteEndpoint: string
  }
}

/** One Azurite for the whole run, in memory on any free port; tests get their own containers from `freshContainer`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const azurite = await startAzurite()
  project.provide('azuriteEndpoint', azurite.endpoint)
  return () => azurite.stop()
}
