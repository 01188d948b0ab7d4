import { randomUUID } from 'node:crypto'
import type { ContainerClient } from '@azure/storage-blob'
import { inject } from 'vitest'
import { ACCOUNT_HOST, createContainer } from '../../sandbox/emulator.js'
// For its declaration of what `inject` may be asked for.
import type {} from './azurite-setup.js'

export { EMULATOR_KEY } from '../../sandbox/emulator.js'

export interface FreshContainer {
  /** Base URL of the account at the emulator. */
  endpoint: string
  /** The production host that stands in state paths. */
  accountHost: string
  container: string
  client: ContainerClient
}

/** The account's base URL at the Azurite of this run. */
export function azuriteEndpoint(): string {
  return inject('azuriteEndpoint')
}

/** An empty container that no other test knows. */
export async function freshContainer(): Promise<FreshContainer> {
  const endpoint = azuriteEndpoint()
  const container = `t-${randomUUID()}`
  return { endpoint, accountHost: ACCOUNT_HOST, container, client: await createContainer(endpoint, container) }
}
