import { randomUUID } from 'node:crypto'
import type { ContainerClient } from '@azure/storage-blob'
import { ACCOUNT_HOST, createContainer } from '../../sandbox/emulator.js'
import { azuriteEndpoint } from './azurite-setup.js'

export { EMULATOR_KEY } from '../../sandbox/emulator.js'
export { azuriteEndpoint } from './azurite-setup.js'

export interface FreshContainer {
  /** Base URL of the account at the emulator. */
  endpoint: string
  /** The production host that stands in state paths. */
  accountHost: string
  container: string
  client: ContainerClient
}

/** An empty container that no other test knows. */
export async function freshContainer(): Promise<FreshContainer> {
  const endpoint = azuriteEndpoint()
  const container = `t-${randomUUID()}`
  return { endpoint, accountHost: ACCOUNT_HOST, container, client: await createContainer(endpoint, container) }
}
