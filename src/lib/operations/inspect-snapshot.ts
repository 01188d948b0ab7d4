import { EXIT, FlinkopsError } from '../errors.js'
import { formatLocation, type Location, locationKey, spellingOf } from '../state/location.js'
import { parseMetadata } from '../state/metadata/parse.js'
import type { Metadata, Operator, Reference } from '../state/types.js'
import type { Verification } from './verify-snapshot.js'

export interface InspectedReference {
  path: string
  sizeBytes: number | null
  kind: 'file' | 'segment' | 'directory'
  offset?: number
  length?: number
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
}

/** What a local `_metadata` says; its directory is unknown, so relative names stay as they are and nothing is looked up. */
export function inspectFile(path: string, bytes: Uint8Array): Inspection {
  const parsed = parseMetadata(bytes)
  if (!parsed.ok) throw unreadable(path, parsed.problem.message)
  const references = parsed.metadata.references.map((reference) => shown(reference, reference.path, null))
  return inspection(path, parsed.metadata, references)
}

/** What a snapshot in storage says, and whether each file is there. */
export function inspectVerified(path: string, found: Verification): Inspection {
  if (found.state !== 'complete' && found.state !== 'wanting') throw unreadable(path, found.problem)
  const spelling = spellingOf(path, found.directory)
  const references = found.resolved.map(({ reference, location }) =>
    shown(
      reference,
      reference.relative ? formatLocation(spelling, location.name) : reference.path,
      existence(reference, location, found.sizes),
    ),
  )
  return inspection(path, found.metadata, references)
}

function existence(reference: Reference, location: Location, sizes: Map<string, number>): boolean | null {
  return reference.kind === 'directory' ? null : sizes.has(locationKey(location))
}

function shown(reference: Reference, path: string, exists: boolean | null): InspectedReference {
  const { sizeBytes, kind, offset, length, shared, relative } = reference
  return {
    path,
    sizeBytes,
    kind,
    ...(offset !== undefined && { offset }),
    ...(length !== undefined && { length }),
    relative,
    shared,
    exists,
  }
}

function inspection(path: string, metadata: Metadata, references: InspectedReference[]): Inspection {
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
  }
}

function unreadable(path: string, problem: string): FlinkopsError {
  return new FlinkopsError(`${path} is no readable snapshot: ${problem}.`, {
    code: 'UNREADABLE_SNAPSHOT',
    exitCode: EXIT.foundWanting,
    suggestions: ['Its references are unknown; do not restore from it, and do not delete what it may need.'],
  })
}
