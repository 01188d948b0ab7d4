import type { ContainerClient } from '@azure/storage-blob'
import { ACCOUNT_HOST } from '../../sandbox/emulator.js'
import { encodeMetadata } from '../unit/state/metadata/encoder.js'
import { incremental, keyGroups, operator, snapshot, subtask } from '../unit/state/metadata/samples.js'

const OWN_FILE = '11111111-1111-4111-8111-111111111111'
const STATE_FILE_BYTES = 64

/** Stores a canonical savepoint of two files, all there: its `_metadata` and one file that it names relatively. */
export async function storeSavepoint(client: ContainerClient, directory: string, checkpointId = 7): Promise<void> {
  await storeFile(client, `${directory}/${OWN_FILE}`)
  await upload(client, `${directory}/_metadata`, savepointBytes(checkpointId))
}

/** The `_metadata` of such a savepoint. */
export function savepointBytes(checkpointId = 7): Uint8Array {
  const state = subtask({ managedKeyed: keyGroups(3, { tag: 6, name: OWN_FILE, size: STATE_FILE_BYTES }) })
  const operators = [operator({ name: 'count', subtasks: [{ index: 0, state }] })]
  return encodeMetadata(snapshot({ checkpointId, operators, properties: 'CANONICAL' }))
}

export interface StoredCheckpoint {
  jobId: string
  checkpointId: number
  /** Names of files in `shared/` that it needs. */
  shared: string[]
  /** Below which directory; `checkpoints` when absent. */
  root?: string
  /** `false`: its shared files lie there already, and are not touched. */
  writesShared?: boolean
  /** Where its shared files lie, when not in the tree of the job: a full URI. Nothing is written there. */
  sharedBase?: string
  /** Name of its file in its own directory. Flink gives none twice. */
  ownFile?: string
}

/** Stores an incremental checkpoint: `_metadata`, a file of its own, and its shared files. Answers its directory. */
export async function storeCheckpoint(client: ContainerClient, wanted: StoredCheckpoint): Promise<string> {
  const {
    jobId,
    checkpointId,
    shared,
    root = 'checkpoints',
    sharedBase,
    writesShared = sharedBase === undefined,
    ownFile = OWN_FILE,
  } = wanted
  const tree = `${root}/${jobId}`
  const directory = `${tree}/chk-${checkpointId}`
  const file = (name: string) => ({
    tag: 2 as const,
    size: STATE_FILE_BYTES,
    path: `wasbs://${client.containerName}@${ACCOUNT_HOST}/${name}`,
  })
  const own = file(`${directory}/${ownFile}`)
  const sharedFile = (name: string) =>
    sharedBase === undefined ? file(`${tree}/shared/${name}`) : { ...own, path: `${sharedBase}/${name}` }
  const keyed = shared.map((name) => subtask({ managedKeyed: incremental(11, { meta: own, shared: sharedFile(name), private: own }) }))
  if (writesShared) for (const name of shared) await storeFile(client, `${tree}/shared/${name}`)
  await storeFile(client, `${directory}/${ownFile}`)
  const subtasks = keyed.map((state, index) => ({ index, state }))
  await upload(
    client,
    `${directory}/_metadata`,
    encodeMetadata(snapshot({ checkpointId, operators: [operator({ name: 'count', subtasks })] })),
  )
  return directory
}

export function storeFile(client: ContainerClient, name: string): Promise<void> {
  return upload(client, name, Buffer.alloc(STATE_FILE_BYTES))
}

export async function upload(client: ContainerClient, name: string, bytes: Uint8Array): Promise<void> {
  await client.getBlockBlobClient(name).upload(Buffer.from(bytes), bytes.length)
}
