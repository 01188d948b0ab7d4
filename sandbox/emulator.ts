/**
 * The production names and the emulator that stands in for them. Flink's Azure driver sends an account to the emulator when the
 * account part of the path equals `fs.azure.storage.emulator.account.name`, so the sandbox works on the guide's own paths.
 */
import { ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob'

export const ACCOUNT_HOST = 'coolr0flink0starrocks.blob.core.windows.net'
export const CONTAINER = 'flink'
/** The only port at which Flink's driver looks for the emulator. */
export const EMULATOR_PORT = 10_000

export const EMULATOR_ACCOUNT = 'devstoreaccount1'
/** Public knowledge, the same for every emulator in the world; still not for printing, so that no reader learns to expect keys on screen. */
export const EMULATOR_KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=='

/** The full path of a name in the container, as it stands in configuration and in `_metadata`. */
export function statePath(name: string, container: string = CONTAINER): string {
  return `wasbs://${container}@${ACCOUNT_HOST}/${name}`
}

/** Opens a container of an emulator at `endpoint`, for example `http://127.0.0.1:10000/devstoreaccount1`. */
export function openContainer(endpoint: string, name: string): ContainerClient {
  return new ContainerClient(`${endpoint}/${name}`, new StorageSharedKeyCredential(EMULATOR_ACCOUNT, EMULATOR_KEY))
}

/** Creates a container where it is not there yet. */
export async function createContainer(endpoint: string, name: string): Promise<ContainerClient> {
  const container = openContainer(endpoint, name)
  await container.createIfNotExists()
  return container
}
