import type { StorageReader } from '../ports.js'
import type { ContentReader } from '../ports-content.js'
import { type Location, locationKey } from '../state/location.js'
import { misplacement } from '../state/misplaced.js'
import { requiredBytes } from '../state/references.js'
import type { LocatedSnapshot } from './locate-snapshot.js'
import { type DeepProof, verifyDeep } from './verify-deep.js'
import { containerKey, type Unseen, unseenIn, type Verification, verifySnapshot } from './verify-snapshot.js'

export interface RestorableInput {
  storage: StorageReader & ContentReader
  location: Location
  /** As the user spells it. */
  path: string
  deep: boolean
  signal: AbortSignal
  onBytes: (bytes: number) => void
}

/** Whether a snapshot can be restored from: `findings` say why not, `proof` what was seen. */
export interface SnapshotVerdict {
  path: string
  findings: string[]
  proof: { formatVersion: number; checkpointId: number; files: number; bytes: number } | null
  deep: DeepProof | null
  /** What it names and nobody looked at; empty = nothing. */
  unseen: Unseen[]
}

/** Looks at a snapshot as a restore would: is it readable, is it in its place, is everything there; with `deep` also whether it holds what it should. */
export async function verifyRestorable(input: RestorableInput): Promise<SnapshotVerdict> {
  const found = await verifySnapshot(input)
  const plain = { path: input.path, findings: findingsOf(found), deep: null, unseen: [] }
  if (found.state !== 'complete' && found.state !== 'wanting') return { ...plain, proof: null }
  const unseen = unseenIn(found)
  const { metadata, measured, resolved, sizes } = found
  const proof = {
    formatVersion: metadata.formatVersion,
    checkpointId: Number(metadata.checkpointId),
    files: measured.references.length,
    bytes: measured.exclusiveBytes + measured.sharedBytes,
  }
  if (!input.deep) return { ...plain, unseen, proof }
  const { content, ...deep } = { content: input.storage, metadata, resolved, sizes }
  const looked = await verifyDeep({ ...deep, content, signal: input.signal, onBytes: input.onBytes })
  return { ...plain, unseen, findings: [...plain.findings, ...looked.findings], proof, deep: looked.proof }
}

const CHASES = 4

/**
 * Verifies what `locate` finds. While a running job's latest checkpoint is looked at, Flink may put a newer one in its place and delete
 * the old one's files: what is wrong with one that is no longer the latest is no finding.
 */
export async function verifyLocated(
  locate: () => Promise<LocatedSnapshot>,
  input: Omit<RestorableInput, 'location' | 'path'>,
): Promise<SnapshotVerdict> {
  let located = await locate()
  for (let chase = 1; ; chase++) {
    const verdict = await verifyRestorable({ ...input, ...located })
    if (verdict.findings.length === 0 || chase === CHASES) return verdict
    const again = await locate().catch(() => located)
    if (again.path === located.path) return verdict
    located = again
  }
}

/** What speaks against a restore, one clause each; empty = nothing. */
export function findingsOf(found: Verification): string[] {
  if (found.state !== 'complete' && found.state !== 'wanting') return [found.problem]
  const misplaced = misplacement(found.metadata, found.directory)
  const missing = found.state === 'wanting' ? [found.problem, ...wantingFiles(found), ...unseenBeside(found)] : []
  return misplaced === null ? missing : [misplaced, ...missing]
}

/** What was not looked at, where it is not the first finding already. */
function unseenBeside(found: Extract<Verification, { state: 'wanting' }>): string[] {
  return unseenIn(found).flatMap(({ problem }) => (problem === found.problem ? [] : problem))
}

function wantingFiles({ resolved, sizes, unreached }: Extract<Verification, { state: 'wanting' }>): string[] {
  const wanting = new Map<string, string>()
  for (const { reference, location } of resolved) {
    if (reference.kind === 'directory' || unreached.has(containerKey(location))) continue
    const stored = sizes.get(locationKey(location))
    const required = requiredBytes(reference)
    const name = location.name
    if (stored === undefined) wanting.set(name, `${name} is missing`)
    else if (required === null ? stored === 0 : stored < required)
      wanting.set(name, stored === 0 ? `${name} is empty` : `${name} has ${stored} bytes, its handle says ${required}`)
  }
  return [...wanting.values()]
}
