import { notFoundError, usageError } from '../errors.js'
import type { StorageReader } from '../ports.js'
import { snapshotDirectory } from '../state/lineage.js'
import { formatLocation, isBelow, type Location, parseLocation, spellingOf } from '../state/location.js'
import { withoutTail } from '../tail.js'

export interface LocatedSnapshot {
  location: Location
  /** In the user's or the root's spelling. */
  path: string
}

export interface LocateInput {
  /** A full URI in any spelling, or a path below a known root (`sales/chk-12`). */
  text: string
  roots: string[]
  storage: StorageReader
  signal: AbortSignal
}

/** Finds the directory of a named snapshot; says what is wrong with the name if it is none. */
export async function locateSnapshot(input: LocateInput): Promise<LocatedSnapshot> {
  const text = withoutTail(input.text.trim(), /\//)
  const parsed = parseLocation(text)
  if (parsed.ok) return checked(input, { location: snapshotDirectory(parsed.location), path: text.replace(/\/_metadata$/, '') })
  if (/^[a-z][a-z0-9+.-]*:/i.test(text))
    throw usageError(
      `${text} is no snapshot path: ${parsed.problem}.`,
      'Write it as wasbs://<container>@<account>.blob.core.windows.net/<path>.',
    )
  for (const root of input.roots) {
    const found = await belowRoot(text, root, input)
    if (found !== null) return found
  }
  const where = input.roots.length === 0 ? 'no root is known' : `looked below ${input.roots.join(', ')}`
  throw notFoundError(
    'SNAPSHOT_NOT_FOUND',
    `There is no snapshot ${text}: ${where}.`,
    'List what is there: flinkops list-checkpoints, flinkops list-savepoints',
  )
}

async function belowRoot(text: string, root: string, input: LocateInput): Promise<LocatedSnapshot | null> {
  const parsed = parseLocation(root)
  if (!parsed.ok) return null
  const name = [parsed.location.name, text.replace(/^\/+/, '').replace(/\/?_metadata$/, '')].filter((part) => part !== '').join('/')
  const location = { ...parsed.location, name }
  const reader = await input.storage.container(location.account, location.container)
  const blob = await reader.stat({ name: `${name}/_metadata`, signal: input.signal })
  return blob === null ? null : { location, path: formatLocation(spellingOf(root, location), name) }
}

/** Tells a snapshot that is not there from a directory that is none, and from another account. */
async function checked(input: LocateInput, located: LocatedSnapshot): Promise<LocatedSnapshot> {
  const { location, path } = located
  const reader = await input.storage.container(location.account, location.container)
  if ((await reader.stat({ name: `${location.name}/_metadata`, signal: input.signal })) !== null) return located
  const other = otherAccount(location, input.roots)
  const inside = await somethingBelow(input, location)
  if (inside !== null) {
    throw notFoundError(
      'NO_METADATA',
      `${path} is a directory without _metadata, so it is no snapshot.`,
      `It holds for example ${inside}; list the snapshots: flinkops list-checkpoints`,
    )
  }
  const hint =
    other === null
      ? 'List what is there: flinkops list-checkpoints, flinkops list-savepoints'
      : `The roots of this context are on ${other}: is the account right?`
  throw notFoundError('SNAPSHOT_NOT_FOUND', `There is no snapshot at ${path}.`, hint)
}

function otherAccount(location: Location, roots: string[]): string | null {
  const accounts = roots.flatMap((root) => {
    const parsed = parseLocation(root)
    return parsed.ok ? [parsed.location.account] : []
  })
  return accounts.length > 0 && !accounts.includes(location.account) ? (accounts[0] ?? null) : null
}

async function somethingBelow(input: LocateInput, location: Location): Promise<string | null> {
  const reader = await input.storage.container(location.account, location.container)
  for await (const page of reader.list({ prefix: `${location.name}/`, signal: input.signal })) {
    const blob = page.blobs.find((one) => isBelow(one.name, location.name))
    if (blob) return blob.name.slice(location.name.length + 1)
  }
  return null
}
