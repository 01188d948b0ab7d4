import { afterAll, beforeAll } from 'vitest'
import { type Azurite, startAzurite } from '../../sandbox/azurite.js'

let azurite: Azurite | undefined

// One for each file: they run side by side, and an Azurite that lives for ten minutes stands still while it puts its dead extents away.
beforeAll(async () => {
  azurite = await startAzurite()
})
afterAll(() => azurite?.stop())

/** The account's base URL at the Azurite of this file: in memory, on any free port. */
export function azuriteEndpoint(): string {
  if (azurite === undefined) throw new Error('Azurite is started before the tests of a file, not while the file is read')
  return azurite.endpoint
}
