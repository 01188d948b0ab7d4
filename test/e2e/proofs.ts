import { describe, expect, test } from 'vitest'
import { CLICK_COUNTER } from '../../sandbox/click-counter.js'
import { waitUntil } from '../../sandbox/wait.js'
import { jsonOf, type World } from './world.js'

interface JobVerdictJson {
  verified: boolean
  findings: string[]
  proof: { completed: { id: number }[]; newest: { path: string; files: number } } | null
}

interface DeepJson {
  verified: boolean
  deep: { tables: number; checkedBlocks: number; uncheckedBlocks: number }
}

interface DoctorJson {
  findings: { id: string; severity: string; what: string }[]
}

/** A machine with more to do than it can makes checkpoints slower than the interval of the tests: true, and no fault of the cluster. */
const isPace = (text: string) => /too slow|interval-too-short/.test(text)

/** Proofs on a real cluster: of a job, of a snapshot, and of the configuration that it runs with. */
export function proofScenarios(world: World): void {
  describe('proving', () => {
    test('verify <job>: two checkpoints are completed while it watches, and the newest is whole', async () => {
      const { stdout } = await world().flinkops(['verify', 'sales_pipeline', '--timeout', '240s', '--json'])
      const { findings, proof } = JSON.parse(stdout) as JobVerdictJson
      expect(findings.filter((one) => !isPace(one))).toEqual([])
      expect(proof?.completed.length).toBeGreaterThanOrEqual(2)
      expect(proof?.newest.files).toBeGreaterThan(0)
    })

    test('verify latest --deep: its RocksDB tables hold what their checksums say', async () => {
      const { verified, deep } = await jsonOf<DeepJson>(world, 'verify', 'latest', '--job', CLICK_COUNTER.jobName, '--deep')
      expect({ verified, unchecked: deep.uncheckedBlocks }).toEqual({ verified: true, unchecked: 0 })
      expect(deep.checkedBlocks).toBeGreaterThan(0)
    })

    test('doctor: nothing but advice, and it leaves no blob behind', async () => {
      const { code, stdout } = await world().flinkops(['doctor', '--json'])
      const { findings } = JSON.parse(stdout) as DoctorJson
      const wanting = findings.filter(({ severity }) => severity !== 'advice')
      expect(wanting.filter(({ id }) => !isPace(id))).toEqual([])
      expect(code).toBe(wanting.length === 0 ? 0 : 11)
      expect(findings.map(({ id }) => id)).toEqual(expect.arrayContaining(['high-availability-off', 'wasb-deprecated', 'soft-delete-off']))
      expect((await rawSum(world, '_flinkops/doctor/')).blobs).toBe(0)
    })
  })
}

interface UsageJson {
  lineages: Record<'exclusive' | 'shared' | 'orphaned', Amount>[]
  temporary: Amount
  other: Amount
  directoryMarkers: number
  total: Amount
}
interface Amount {
  blobs: number
  bytes: number
}

/** When nothing runs any more, so that two listings see the same. */
export function sumScenario(world: World): void {
  test('usage adds up to the raw listing, to the byte', async () => {
    const { usage, raw } = await waitUntil({
      until: 'nothing writes to storage any more',
      timeoutMs: 200_000,
      probe: async () => {
        const before = await rawSum(world)
        const seen = await jsonOf<UsageJson>(world, 'usage')
        const after = await rawSum(world)
        return before.bytes === after.bytes && before.blobs === after.blobs ? { usage: seen, raw: after } : null
      },
    })
    const parts = [...usage.lineages.flatMap((row) => [row.exclusive, row.shared, row.orphaned]), usage.temporary, usage.other]
    expect(usage.total).toEqual(raw)
    expect(parts.reduce((sum, one) => sum + one.bytes, 0)).toBe(raw.bytes)
    expect(parts.reduce((sum, one) => sum + one.blobs, usage.directoryMarkers)).toBe(raw.blobs)
    expect(raw.bytes).toBeGreaterThan(0)
  })
}

async function rawSum(world: World, prefix = ''): Promise<Amount> {
  const sum = { blobs: 0, bytes: 0 }
  for await (const { properties } of world().storage.listBlobsFlat({ prefix })) {
    sum.blobs++
    sum.bytes += properties.contentLength ?? 0
  }
  return sum
}
