import { EXIT, FlinkopsError } from '../errors.js'
import { flinkPath, formatLocation, locationKey, spellingOf } from '../state/location.js'
import { parseMetadata } from '../state/metadata/parse.js'
import { resolveReference } from '../state/references.js'
import type { Metadata, Operator, Reference } from '../state/types.js'
import { containerKey, type Unseen, unseenIn, type Verification } from './verify-snapshot.js'

export interface InspectedReference {
  path: string
  sizeBytes: number | null
  kind: 'file' | 'segment' | 'directory'
  offset?: number
  length?: number | null
  relative: boolean
  shared: boolean
  exists: boolean | null
}

/** The JSON of `inspect`. */
export interface Inspection {
  path: string
  kind: 'checkpoint' | 'savepoint' | null
  formatVersion: number
  checkpointId: number
  operators: Operator[]
  references: InspectedReference[]
  totals: { references: number; files: number; fileBytes: number; inlineBytes: number }
  /** Files that were not looked at, by container: neither there nor missing. */
  unseen: { where: string; files: number }[]
  /** What is wrong with the file though it can be shown. */
  warnings: string[]
}

/** What a local `_metadata` says; its directory is unknown, so relative names stay as they are and nothing is looked up. */
export function inspectFile(path: string, bytes: Uint8Array): Inspection {
  const parsed = parseMetadata(bytes)
  if (!parsed.ok) throw unreadable(path, parsed.problem.message)
  const references = parsed.metadata.references.map((reference) => shown(reference, reference.path, null))
  return inspection(path, parsed.metadata, references)
}

type Contents = Pick<Extract<Verification, { state: 'complete' }>, 'directory' | 'metadata' | 'sizes' | 'resolved' | 'unreached'>

/** What a snapshot in storage says, and whether each file is there; one that cannot be relied upon is shown with a warning. */
export function inspectVerified(path: string, found: Verification): Inspection {
  const contents = contentsOf(path, found)
  const spelling = spellingOf(path, found.directory)
  const references = contents.metadata.references.map((reference) => {
    const name = flinkPath(`${found.directory.name}/${reference.path}`)
    return shown(reference, reference.relative ? formatLocation(spelling, name) : reference.path, existence(reference, contents))
  })
  const isOdd = contents.metadata.oddities.length > 0
  const more = found.state === 'unreadable' && !isOdd ? [`Clean-up takes it for unreadable: ${found.problem}.`] : []
  return inspection(path, contents.metadata, references, more, unseenIn(contents))
}

function contentsOf(path: string, found: Verification): Contents {
  if (found.state === 'complete' || found.state === 'wanting') return found
  if (found.state === 'unreadable' && found.contents !== undefined) return found.contents
  throw unreadable(path, found.problem)
}

/** `null`: a directory, another storage, or one that could not be looked into. */
function existence(reference: Reference, { directory, sizes, unreached }: Contents): boolean | null {
  const found = resolveReference(reference, directory)
  if (reference.kind === 'directory' || !found.ok || unreached.has(containerKey(found.location))) return null
  return sizes.has(locationKey(found.location))
}

function shown(reference: Reference, path: string, exists: boolean | null): InspectedReference {
  const { sizeBytes, kind, offset, length, shared, relative } = reference
  return {
    path,
    sizeBytes,
    kind,
    ...(offset !== undefined && { offset }),
    ...(kind === 'segment' && { length: length ?? null }),
    relative,
    shared,
    exists,
  }
}

function inspection(
  path: string,
  metadata: Metadata,
  references: InspectedReference[],
  more: string[] = [],
  unseen: Unseen[] = [],
): Inspection {
  const files = new Map(references.filter((one) => one.kind !== 'directory').map((one) => [one.path, one]))
  return {
    path,
    kind: metadata.snapshotType,
    formatVersion: metadata.formatVersion,
    checkpointId: Number(metadata.checkpointId),
    operators: metadata.operators,
    references,
    totals: {
      references: references.length,
      files: files.size,
      fileBytes: [...files.values()].reduce((sum, one) => sum + Math.max(0, one.sizeBytes ?? 0), 0),
      inlineBytes: metadata.inlineBytes,
    },
    unseen: unseen.map(({ where, files }) => ({ where, files })),
    warnings: [...oddWarning(metadata), ...more, ...unseen.map(({ problem }) => sentence(problem))],
  }
}

function sentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1).replace(/\.$/, '')}.`
}

function oddWarning({ oddities: [first, ...others] }: Metadata): string[] {
  if (first === undefined) return []
  const more = others.length === 0 ? '' : ` (and ${others.length} more like it)`
  return [`Flink takes this file but never writes one like it: ${first}${more}. Clean-up takes it for unreadable.`]
}

function unreadable(path: string, problem: string): FlinkopsError {
  return new FlinkopsError(`${path} is no readable snapshot: ${problem}.`, {
    code: 'UNREADABLE_SNAPSHOT',
    exitCode: EXIT.foundWanting,
    suggestions: ['Its references are unknown; do not restore from it, and do not delete what it may need.'],
  })
}
