import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type MeasureUsageInput, measureUsage } from '../../../src/lib/operations/measure-usage.js'
import type { Look } from '../../../src/lib/usage/growth.js'
import { BUILT_IN_PRICES } from '../../../src/lib/usage/prices.js'
import { emptyJournal, type RecordedTree, readTree, recordedTrees } from '../../support/recorded-tree.js'

const TREES = join(import.meta.dirname, '../../../../shared/fixtures/trees')
const { signal } = new AbortController()

function input(tree: RecordedTree, parts: Partial<MeasureUsageInput> = {}): MeasureUsageInput {
  return {
    readers: [tree.reader],
    cluster: { jobManagers: [tree.jobManager({ jobs: true })], history: null },
    journal: emptyJournal(),
    history: { looks: async () => [], remember: async () => undefined },
    deleted: { softDeleted: async () => null },
    job: null,
    exclusive: false,
    prices: BUILT_IN_PRICES,
    now: () => 0,
    signal,
    ...parts,
  }
}

interface Line {
  name: string
  size: number
  metadata: Record<string, string>
}

type Sums = Record<'exclusive' | 'shared' | 'orphaned' | 'temporary' | 'other' | 'markers', { blobs: number; bytes: number }>

/** The raw listing summed up by name, and by what Flink's own reader says is referenced. */
function independentSums(name: string, isCounted: (blob: string) => boolean = () => true): Sums {
  const lines = readFileSync(join(TREES, name, 'listing.jsonl'), 'utf8')
    .trim()
    .split('\n')
  const truth = JSON.parse(readFileSync(join(TREES, name, 'truth.json'), 'utf8'))
  const referenced = new Set<string>([...truth.referenced, ...(truth.referencedButEmpty ?? []), ...truth.metadata])
  const zero = () => ({ blobs: 0, bytes: 0 })
  const sums: Sums = { exclusive: zero(), shared: zero(), orphaned: zero(), temporary: zero(), other: zero(), markers: zero() }
  for (const line of lines) {
    const blob: Line = JSON.parse(line)
    if (!isCounted(blob.name)) continue
    const sum = sums[classOf(blob, referenced)]
    sum.blobs++
    sum.bytes += blob.size
  }
  return sums
}

function classOf({ name, size, metadata }: Line, referenced: Set<string>): keyof Sums {
  if (size === 0 && metadata['hdi_isfolder'] === 'true') return 'markers'
  if (name.startsWith('_$azuretmpfolder$/')) return 'temporary'
  const isOwn = /\/(chk-\d+|savepoint-[0-9a-f]{6}-[0-9a-f]{12})\/[^/]+$/.test(name)
  if (referenced.has(name) || name.endsWith('/_metadata')) return isOwn ? 'exclusive' : 'shared'
  return isOwn || /\/[0-9a-f]{32}\/(shared|taskowned)\//.test(name) ? 'orphaned' : 'other'
}

const bytesAndBlobs = ({ blobs, bytes }: { blobs: number; bytes: number }) => ({ blobs, bytes })

describe('measureUsage on what a real Flink left', () => {
  it.each(recordedTrees())('equals an independent sum over the raw listing, to the byte: %s', async (name) => {
    const usage = await measureUsage(input(readTree(name)))

    const expected = independentSums(name)
    const total = (of: 'exclusive' | 'shared' | 'orphaned') => ({
      blobs: usage.rows.reduce((sum, row) => sum + row[of].blobs, 0),
      bytes: usage.rows.reduce((sum, row) => sum + row[of].bytes, 0),
    })
    expect({ exclusive: total('exclusive'), shared: total('shared'), orphaned: total('orphaned'), ...usage.rest }).toEqual({
      ...expected,
      softDeleted: null,
    })
    const all = Object.values(expected)
    expect(usage.total).toEqual({
      blobs: all.reduce((sum, one) => sum + one.blobs, 0),
      bytes: all.reduce((sum, one) => sum + one.bytes, 0),
    })
  })

  it.each(recordedTrees())('gives each lineage what lies in the trees of its jobs: %s', async (name) => {
    const usage = await measureUsage(input(readTree(name)))

    for (const row of usage.rows) {
      const isItsOwn = (blob: string) => row.jobIds.some((id) => blob.includes(`/${id}/`) || blob.includes(`/savepoint-${id.slice(0, 6)}-`))
      const { exclusive, shared, orphaned } = independentSums(name, isItsOwn)
      expect({ lineage: row.lineage, ...pick(row) }).toEqual({ lineage: row.lineage, exclusive, shared, orphaned })
    }
    expect(usage.rows.length).toBeGreaterThan(0)
  })

  it.runIf(recordedTrees().includes('01-incremental-2.3.0'))('counts a file that two snapshots use once', async () => {
    const tree = readTree('01-incremental-2.3.0')
    const uses = Object.values(tree.truth.byMetadata).flatMap((kinds) => Object.values(kinds).flat())
    const shared = new Set(uses.filter((one) => one.includes('/shared/')))
    expect(uses.filter((one) => one.includes('/shared/')).length).toBeGreaterThan(shared.size)

    const usage = await measureUsage(input(tree))

    expect(usage.rows[0]?.shared.blobs).toBe(shared.size)
  })
})

describe.runIf(recordedTrees().includes('15-shared-root-2.3.0'))('measureUsage', () => {
  const tree = () => readTree('15-shared-root-2.3.0')

  it('shows one lineage alone, and nothing that is no lineage of it', async () => {
    const all = await measureUsage(input(tree()))
    const [first] = all.rows
    const one = await measureUsage(input(tree(), { job: first?.jobIds[0] ?? '' }))

    expect(all.rows.length).toBeGreaterThan(1)
    expect(one).toMatchObject({ rows: [first], rest: null, total: { bytes: first?.bytes, blobs: first?.blobs } })
  })

  it('remembers every look, and tells growth and forecast from those of the same storage', async () => {
    const kept: Look[] = []
    const first = await measureUsage(
      input(tree(), { history: { looks: async () => [...kept], remember: async (look) => void kept.push(look) } }),
    )
    const day = 86_400_000
    const before = kept.map((look) => ({ ...look, atMs: look.atMs - day, bytes: look.bytes - 1000, lineages: {} }))
    const elsewhere = kept.map((look) => ({ ...look, atMs: look.atMs - 1, scope: 'another', bytes: 0 }))
    const earlier = before.map((look) => ({ ...look, atMs: look.atMs - day, bytes: look.bytes - 1000 }))

    const history = { looks: async () => [...earlier, ...before, ...elsewhere], remember: async () => undefined }
    const usage = await measureUsage(input(tree(), { history }))

    const sum = (of: 'exclusive' | 'shared' | 'orphaned') => first.rows.reduce((total, row) => total + row[of].bytes, 0)
    expect(kept[0]?.classes).toEqual({ exclusive: sum('exclusive'), shared: sum('shared'), orphaned: sum('orphaned') })
    expect(first).toMatchObject({ growth: null, forecast: { looks: 1, bytesPerDay: null } })
    expect(usage.growth).toMatchObject({ bytes: 1000 })
    expect(usage.rows.every((row) => row.growthBytes === null)).toBe(true)
    expect(usage.forecast).toMatchObject({ looks: 3, bytesPerDay: 1000, bytesIn30Days: usage.total.bytes + 30_000 })
  })

  it('takes the growth of one lineage from looks that knew it', async () => {
    const kept: Look[] = []
    const history = { looks: async () => kept, remember: async (look: Look) => void kept.push(look) }
    const { rows } = await measureUsage(input(tree(), { history }))
    const [{ lineage = '', bytes = 0, jobIds: [job = ''] = [] } = {}] = rows
    const [now] = kept
    const knewIt = kept.map((look) => ({ ...look, atMs: look.atMs - 2000, lineages: { [lineage]: bytes - 7 } }))
    const didNot = kept.map((look) => ({ ...look, atMs: look.atMs - 1000, lineages: {} }))

    const usage = await measureUsage(input(tree(), { job, history: { ...history, looks: async () => [...knewIt, ...didNot] } }))

    expect(usage.growth).toMatchObject({ sinceMs: (now?.atMs ?? 0) - 2000, bytes: 7 })
  })

  it('adds what is soft-deleted to the cost and not to what lies there', async () => {
    const without = await measureUsage(input(tree()))
    const gib = 1024 ** 3
    const usage = await measureUsage(input(tree(), { deleted: { softDeleted: async () => ({ blobs: 2, bytes: 10 * gib }) } }))

    expect(usage.total).toEqual(without.total)
    expect(usage.rest?.softDeleted).toEqual({ blobs: 2, bytes: 10 * gib })
    expect(usage.costOfMonth - without.costOfMonth).toBeCloseTo(10 * BUILT_IN_PRICES.price.gibMonth, 10)
  })

  it('says that unreadable snapshots make orphans of what they need', async () => {
    const { reader, truth, jobManager, name, serverTimeMs } = tree()
    const [metadata = ''] = truth.metadata
    const broken: typeof reader = {
      ...reader,
      read: async (options) => {
        const content = await reader.read(options)
        return content.state === 'read' && options.name === metadata ? { ...content, bytes: content.bytes.subarray(0, 50) } : content
      },
    }

    const usage = await measureUsage(input({ name, truth, jobManager, serverTimeMs, reader: broken }))

    expect(usage.notices).toEqual([expect.stringMatching(/ is unreadable \(.* at byte \d+\): what it needs counts as orphaned\.$/)])
    expect(usage.rows.reduce((sum, row) => sum + row.incomplete, 0)).toBe(1)
  })
})

function pick<T extends { exclusive: Amounts; shared: Amounts; orphaned: Amounts }>({ exclusive, shared, orphaned }: T) {
  return { exclusive: bytesAndBlobs(exclusive), shared: bytesAndBlobs(shared), orphaned: bytesAndBlobs(orphaned) }
}

type Amounts = { blobs: number; bytes: number }
