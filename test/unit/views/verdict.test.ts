import { describe, expect, it } from 'vitest'
import { jobVerdictJson, jobVerdictText, snapshotVerdictJson, snapshotVerdictText } from '../../../src/lib/views/verdict.js'

const WIDE = Number.POSITIVE_INFINITY
const PATH = 'wasbs://flink@acct.blob.core.windows.net/checkpoints/a/chk-7'
const good = {
  path: PATH,
  findings: [],
  proof: { formatVersion: 6, checkpointId: 7, files: 45, bytes: 3 * 1024 ** 2 },
  deep: null,
  unseen: [],
}
const deep = {
  files: 45,
  bytes: 3 * 1024 ** 2,
  tables: 12,
  checksums: ['CRC32C' as const],
  checkedBlocks: 40,
  uncheckedBlocks: 0,
  keyGroupHandles: 4,
}
const newest = { path: PATH, checkpointId: 7, files: 45, bytes: 1024 }
const job = {
  jobId: 'a1b2c3d4e5f60718293a4b5c6d7e8f90',
  jobName: 'sales_pipeline',
  findings: [],
  proof: {
    completed: [
      { id: 6, durationMs: 1500 },
      { id: 7, durationMs: 900 },
    ],
    intervalMs: 30_000,
    failed: 0,
    restarts: 0,
    newest,
  },
}

describe('the verdict on a snapshot', () => {
  it('gives the proof in words', () => {
    expect(snapshotVerdictText(good, WIDE)).toBe(
      [
        `Restorable: ${PATH}`,
        '  _metadata is readable and lies in its place (format 6, checkpoint 7)',
        '  every file is there (45 files, 3.0 MiB), none empty or shorter than its handle says',
      ].join('\n'),
    )
  })

  it('says which checksums a deep look has checked, and which not', () => {
    const text = snapshotVerdictText({ ...good, deep: { ...deep, uncheckedBlocks: 3 } }, WIDE)
    expect(text.split('\n').slice(3)).toEqual([
      '  all of it was read (3.0 MiB)',
      '  12 RocksDB tables: footers are sane; 40 blocks of index, properties and filters match their checksums (CRC32C), 3 blocks have a checksum that is not checked; data blocks were read, their checksums are not checked',
      '  the key-group offsets of 4 keyed state handles lie inside their files',
    ])
  })

  it('fits into a narrow terminal', () => {
    const lines = snapshotVerdictText({ ...good, deep }, 60).split('\n')
    // A path is left whole, to be copied.
    expect(Math.max(...lines.filter((line) => !line.includes(PATH)).map((line) => line.length))).toBeLessThanOrEqual(60)
    expect(lines.join('').replaceAll(/\s+/g, '')).toBe(snapshotVerdictText({ ...good, deep }, WIDE).replaceAll(/\s+/g, ''))
  })

  it('leaves a path that is longer than the terminal whole, and no line empty', () => {
    const long = PATH.repeat(3)
    const lines = snapshotVerdictText({ ...good, findings: [`${long} is missing`] }, 60).split('\n')
    expect(lines.map((line) => line.trim())).toContain(long)
    expect(lines.filter((line) => line.trim() === '')).toEqual([])
  })

  it('shows a person seven findings of many, and a script all of them', () => {
    const bad = { ...good, findings: Array.from({ length: 30 }, (_, at) => `${at} is missing`) }
    const lines = snapshotVerdictText(bad, WIDE).split('\n')
    expect(lines).toHaveLength(9)
    expect(lines.at(-1)).toBe('  and 23 more findings: see them all with --json')
    expect(snapshotVerdictJson(bad)).toMatchObject({ findings: bad.findings })
  })

  it('gives the findings, and never calls it restorable with one', () => {
    const bad = { ...good, findings: ['1 of 45 referenced files are missing', 'x is missing'] }
    expect(snapshotVerdictText(bad, WIDE)).toBe(`Not restorable: ${PATH}\n  1 of 45 referenced files are missing\n  x is missing`)
    expect(snapshotVerdictJson(bad)).toMatchObject({ subject: 'snapshot', verified: false, findings: bad.findings })
    expect(snapshotVerdictJson(good)).toMatchObject({ subject: 'snapshot', verified: true, path: PATH })
  })
})

describe('the verdict on a job', () => {
  it('gives the proof in words', () => {
    expect(jobVerdictText(job, WIDE)).toBe(
      [
        'Checkpointing: sales_pipeline (a1b2c3d4e5f60718293a4b5c6d7e8f90)',
        '  checkpoints advance: 6 and 7 were completed meanwhile, in 1.5 s and 0.9 s, every 30s by configuration',
        `  the newest, ${PATH}, is restorable: 45 files, 1.0 KiB`,
      ].join('\n'),
    )
  })

  it('does not round short intervals away', () => {
    expect(jobVerdictText({ ...job, proof: { ...job.proof, intervalMs: 400 } }, WIDE)).toContain('every 0.4 s by configuration')
  })

  it('does not hide what went wrong meanwhile', () => {
    const text = jobVerdictText({ ...job, proof: { ...job.proof, failed: 1, restarts: 1 } }, WIDE)
    expect(text).toContain('meanwhile 1 checkpoint failed, and later ones did not')
    expect(text).toContain('meanwhile it was restarted once')
  })

  it('gives the findings', () => {
    const bad = { ...job, findings: ['it is FAILED'], proof: null }
    expect(jobVerdictText(bad, WIDE)).toBe('Not as it should be: sales_pipeline (a1b2c3d4e5f60718293a4b5c6d7e8f90)\n  it is FAILED')
    expect(jobVerdictJson(bad)).toMatchObject({ subject: 'job', verified: false })
    expect(jobVerdictJson(job)).toMatchObject({ verified: true, proof: { newest: { path: PATH } } })
  })
})
