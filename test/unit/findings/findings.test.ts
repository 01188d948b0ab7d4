import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { surveyText } from '../../../src/lib/config/conf-survey.js'
import { findingsOf } from '../../../src/lib/findings/examine.js'
import type { Facts } from '../../../src/lib/findings/facts.js'
import { isWanting } from '../../../src/lib/findings/finding.js'
import { RIGHTS } from '../../../src/lib/ports-probe.js'
import {
  ABFS,
  ALLOWED,
  cluster,
  confWith,
  container,
  DENIED,
  facts,
  factsWith,
  job,
  known,
  NOT_KNOWN,
  right,
  rootsBelow,
  WASB,
} from '../../support/fake-facts.js'
import { NOW_MS } from '../../support/fake-ports.js'

const ids = (input: Facts) => findingsOf(input).map(({ id }) => id)
const text = (name: string, content: string) => facts({ file: surveyText(`/conf/${name}`, content, null).file })
const withJob = (...parts: Parameters<typeof job>) => facts({ clusters: [cluster([job(...parts)])] })
const onWasb = (options: Record<string, string> = {}) =>
  factsWith(
    { 'execution.checkpointing.dir': `${WASB}/checkpoints`, 'fs.azure.account.auth.type.acct.dfs.core.windows.net': null, ...options },
    { roots: rootsBelow(WASB) },
  )
const script = (settings: Record<string, string>) =>
  facts({ scripts: [{ job: 'sales', path: '/jobs/sales.sql', settings: known(new Map(Object.entries(settings))) }] })
const GIB = 1024 ** 3
const MINUTE = 60_000
const A_KEY = `${'A'.repeat(86)}==`
const SAVEPOINT = `${ABFS}/savepoints/savepoint-a1b2c3-2325bb7354fc`
const restored = (externalPath: string, isSavepoint = false) =>
  facts({ clusters: [cluster([job({}, {}, { restored: { id: 3, restoredAtMs: NOW_MS, externalPath, isSavepoint } })], '2.3.0')] })

const EMPTY_START = {
  jobId: 'b'.repeat(32),
  name: 'orders a',
  begunAs: 'b'.repeat(32),
  startedAtMs: NOW_MS,
  wayBack: `${WASB}/checkpoints/${'a'.repeat(32)}/chk-7`,
  wayBackJobId: 'a'.repeat(32),
  wayBackAtMs: NOW_MS,
}

/** By finding: what brings it up, and what is near to it and does not. */
const CASES: [id: string, trigger: Facts, near: Facts][] = [
  // State left behind
  ['started-empty', facts({ emptyStarts: known([EMPTY_START]) }), facts({ emptyStarts: known([]) })],
  ['started-empty', facts({ emptyStarts: NOT_KNOWN }), facts()],
  // Configuration file
  ['nested-yaml-in-flat-file', text('flink-conf.yaml', 'state:\n  savepoints.dir: x'), text('config.yaml', 'state:\n  savepoints.dir: x')],
  ['configuration-unreadable', text('config.yaml', 'a: [x\nb: y'), text('flink-conf.yaml', 'a: [x\nb: y')],
  ['duplicate-key', text('config.yaml', 'fs:\n  a: 1\nfs:\n  b: 2'), text('config.yaml', 'fs:\n  a: 1\n  b: 2')],
  ['nested-and-flat', text('config.yaml', 'a:\n  b: 1\na.b: 2'), text('config.yaml', 'a:\n  b: 1\na.c: 2')],
  ['line-ignored', text('flink-conf.yaml', 'state.savepoints.dir:x'), text('flink-conf.yaml', '---\n# a:b\nstate.savepoints.dir:\n')],
  ['quotes-kept', text('flink-conf.yaml', 'a: "b"'), text('config.yaml', 'a: "b"')],
  [
    'two-configuration-files',
    facts({ file: { ...confWith({}, 'flink-conf.yaml'), beside: '/conf/config.yaml' }, clusters: [cluster([job()], '1.20.1')] }),
    facts({ file: confWith({}, 'flink-conf.yaml'), clusters: [cluster([job()], '1.20.1')] }),
  ],
  [
    'configuration-file-not-read',
    facts({ file: confWith({}, 'flink-conf.yaml'), clusters: [cluster([job()], '2.0.0')] }),
    facts({ file: confWith({}, 'flink-conf.yaml'), clusters: [cluster([job()], '1.20.1')] }),
  ],
  ['configuration-file-not-read', facts({ clusters: [cluster([job()], '1.18.1')] }), facts({ clusters: [cluster([job()], '1.19.0')] })],
  [
    'configuration-unknown',
    facts({ file: null, clusters: [{ ...cluster([job()]), configuration: NOT_KNOWN }] }),
    facts({ file: null, clusters: [{ ...cluster([job()]), configuration: known(new Map()) }] }),
  ],
  // Options without effect
  [
    'block-cache-without-effect',
    factsWith({ 'state.backend.rocksdb.block.cache-size': '256mb' }),
    factsWith({ 'state.backend.rocksdb.block.cache-size': '256mb', 'state.backend.rocksdb.memory.managed': 'false' }),
  ],
  [
    'no-such-option-auth',
    factsWith({ 'fs.azure.account.auth.acct.blob.core.windows.net': 'IDENTITY' }),
    factsWith({ 'fs.azure.account.auth.type': 'OAuth' }),
  ],
  [
    'no-such-option-sas',
    factsWith({ 'fs.azure.sas.acct.blob.core.windows.net': '"?sv=2021-06-08&ss=..."' }),
    factsWith({ 'fs.azure.sas.flink.acct.blob.core.windows.net': 'sv=1', 'fs.azure.sas.fixed.token': 'sv=1' }),
  ],
  ['misspelt-option', factsWith({ 'state.checkpoint.num-retained': '3' }), factsWith({ 'state.checkpoints.numbers': '3' })],
  // Credentials and drivers
  [
    'account-key-in-file',
    factsWith({ 'fs.azure.account.key.acct.dfs.core.windows.net': A_KEY }),
    factsWith({ 'fs.azure.account.keyprovider.acct.dfs.core.windows.net': 'org.apache.flink.fs.azurefs.EnvironmentVariableKeyProvider' }),
  ],
  [
    'account-key-malformed',
    factsWith({ 'fs.azure.account.key.acct.dfs.core.windows.net': '<<key>>' }),
    factsWith({ 'fs.azure.account.key.acct.dfs.core.windows.net': A_KEY }),
  ],
  ['identity-on-wasb', onWasb({ 'fs.azure.account.auth.type': 'OAuth' }), onWasb()],
  ['wasb-deprecated', onWasb(), facts()],
  ['unencrypted-scheme', facts({ roots: rootsBelow(WASB.replace('wasbs', 'wasb')) }), onWasb()],
  // Directories
  [
    'checkpoint-directory-unset',
    factsWith({ 'execution.checkpointing.dir': null }),
    factsWith({ 'execution.checkpointing.dir': null, 'state.checkpoints.dir': `${ABFS}/checkpoints` }),
  ],
  ['savepoint-directory-unset', factsWith({ 'execution.checkpointing.savepoint-dir': null }), facts()],
  ['directory-not-in-azure', factsWith({ 'execution.checkpointing.dir': 'file:///tmp/checkpoints' }), facts()],
  [
    'checkpoints-in-memory',
    factsWith({ 'execution.checkpointing.storage': 'jobmanager' }),
    factsWith({ 'execution.checkpointing.storage': 'filesystem' }),
  ],
  [
    'create-subdir-off',
    factsWith({ 'execution.checkpointing.create-subdir': 'false' }),
    factsWith({ 'execution.checkpointing.create-subdir': 'true' }),
  ],
  ['history-directory-unset', factsWith({ 'jobmanager.archive.fs.dir': null }), facts()],
  ['history-directory-unset', factsWith({ 'jobmanager.archive.fs.dir': null, 'historyserver.archive.fs.dir': `${ABFS}/history` }), facts()],
  [
    'history-directory-differs',
    factsWith({ 'jobmanager.archive.fs.dir': `${ABFS}/archive` }),
    factsWith({ 'jobmanager.archive.fs.dir': `${WASB}/history/` }),
  ],
  [
    'high-availability-off',
    factsWith({ 'high-availability.type': 'NONE' }),
    factsWith({ 'high-availability.type': null, 'high-availability': 'zookeeper' }),
  ],
  [
    'root-unknown',
    factsWith({ 'execution.checkpointing.dir': `${ABFS}/elsewhere` }),
    factsWith({ 'execution.checkpointing.dir': `${WASB}/checkpoints/` }),
  ],
  [
    'root-unknown',
    script({ 'state.checkpoints.dir': `${ABFS}/elsewhere/sales` }),
    script({ 'state.checkpoints.dir': `${ABFS}/checkpoints` }),
  ],
  ['root-unknown', script({ 'state.savepoints.dir': `${ABFS}/elsewhere/sales` }), script({ 'state.savepoints.dir': `${ABFS}/savepoints` })],
  [
    'root-unknown',
    withJob({}, { externalPath: `${ABFS}/elsewhere/${'a'.repeat(32)}/chk-7` }),
    withJob({}, { externalPath: `${ABFS}/checkpoints/chk-7` }),
  ],
  [
    'directory-of-one-job',
    script({ 'state.checkpoints.dir': `${ABFS}/checkpoints/sales` }),
    facts({
      scripts: [{ job: 'sales', path: '/x.sql', settings: known(new Map([['state.checkpoints.dir', `${ABFS}/checkpoints/sales`]])) }],
      roots: [...rootsBelow(ABFS), { kind: 'checkpoints', path: `${WASB}/checkpoints/sales`, source: 'x' }],
    }),
  ],
  [
    'root-unknown',
    factsWith({ 'dstl.dfs.base-path': `${ABFS}/changelog` }),
    factsWith(
      { 'dstl.dfs.base-path': `${ABFS}/changelog` },
      { roots: [...rootsBelow(ABFS), { kind: 'changelog', path: `${ABFS}/changelog`, source: 'x' }] },
    ),
  ],
  ['script-unreadable', facts({ scripts: [{ job: 'sales', path: '/jobs/sales.sql', settings: NOT_KNOWN }] }), script({})],
  [
    'configuration-not-in-force',
    facts({ clusters: [{ ...cluster([job()]), configuration: known(new Map([['state.checkpoints.num-retained', '1']])) }] }),
    facts({
      clusters: [{ ...cluster([job()]), configuration: known(new Map([['execution.checkpointing.dir', `${ABFS}/checkpoints/`]])) }],
    }),
  ],
  // Retention
  ['checkpoint-interval-unset', factsWith({ 'execution.checkpointing.interval': null }), facts()],
  [
    'num-retained-one',
    factsWith({ 'execution.checkpointing.num-retained': null }),
    factsWith({ 'execution.checkpointing.num-retained': '2' }),
  ],
  [
    'num-retained-many',
    factsWith({ 'execution.checkpointing.num-retained': '11' }),
    factsWith({ 'execution.checkpointing.num-retained': '10' }),
  ],
  ['retention-none', factsWith({ 'execution.checkpointing.externalized-checkpoint-retention': null }), facts()],
  ['retention-none', withJob({ externalized: { enabled: false, deleteOnCancellation: true } }), withJob()],
  [
    'retention-delete-on-cancellation',
    factsWith({ 'execution.checkpointing.externalized-checkpoint-retention': 'DELETE_ON_CANCELLATION' }),
    facts(),
  ],
  ['retention-delete-on-cancellation', withJob({ externalized: { enabled: true, deleteOnCancellation: true } }), withJob()],
  // Storage
  ...RIGHTS.map((name): [string, Facts, Facts] => [`storage-right-${name}`, facts({ containers: [right(name, DENIED)] }), facts()]),
  [
    'storage-access-denied',
    facts({ containers: [container({ rights: { list: DENIED, read: DENIED, write: DENIED, lease: DENIED, delete: DENIED } })] }),
    facts({ containers: [container({ rights: { list: DENIED, read: DENIED, write: DENIED, lease: DENIED, delete: ALLOWED } })] }),
  ],
  ['container-missing', facts({ containers: [container({ exists: false })] }), facts()],
  ['storage-unreachable', facts({ containers: [right('list', NOT_KNOWN)] }), facts()],
  ['probe-left-behind', facts({ containers: [container({ leftBehind: '_flinkops/doctor/x' })] }), facts()],
  [
    'soft-delete-off',
    facts({ containers: [container({}, { softDeleteDays: known(0) })] }),
    facts({ containers: [container({ isVersioned: true }, { softDeleteDays: known(0) })] }),
  ],
  ['soft-delete-off', facts({ containers: [container({ isDeletionPermanent: true }, { softDeleteDays: known(null) })] }), facts()],
  [
    'soft-delete-short',
    facts({ containers: [container({}, { softDeleteDays: known(6) })] }),
    facts({ containers: [container({}, { softDeleteDays: known(7) })] }),
  ],
  [
    'soft-delete-long',
    facts({ containers: [container({}, { softDeleteDays: known(31) })] }),
    facts({ containers: [container({}, { softDeleteDays: known(30) })] }),
  ],
  ['soft-delete-days-unknown', facts({ containers: [container({}, { softDeleteDays: known(null) })] }), facts()],
  ['soft-delete-unknown', facts({ containers: [container({ isDeletionPermanent: null }, { softDeleteDays: NOT_KNOWN })] }), facts()],
  ['versioning-on', facts({ containers: [container({ isVersioned: true })] }), facts({ containers: [container({ isVersioned: null })] })],
  // Checkpoints
  ['jobmanager-unknown', facts({ clusters: [{ ...cluster([]), version: NOT_KNOWN }] }), facts()],
  ['jobmanager-unknown', facts({ clusters: [{ ...cluster([]), jobs: NOT_KNOWN }] }), facts()],
  ['job-unknown', facts({ clusters: [cluster([{ ...job(), stats: NOT_KNOWN }])] }), facts()],
  ['checkpointing-off', withJob({ intervalMs: null }), facts()],
  ['checkpoint-stale', withJob({}, { latestAckAtMs: NOW_MS - 31 * MINUTE }), withJob({}, { latestAckAtMs: NOW_MS - 29 * MINUTE })],
  ['checkpoint-stale', withJob({}, {}, { completed: null }), withJob({ intervalMs: 20 * MINUTE }, { latestAckAtMs: NOW_MS - 59 * MINUTE })],
  [
    'checkpoints-failing',
    withJob({}, {}, { failed: { ...jobEntry(), id: 8, failureMessage: 'expired' } }),
    withJob({}, {}, { failed: { ...jobEntry(), id: 6 } }),
  ],
  [
    'checkpoints-failing',
    withJob({}, {}, { failed: { ...jobEntry(), id: 8 } }),
    withJob({}, {}, { failed: { ...jobEntry(), id: 8, isSavepoint: true } }),
  ],
  [
    'checkpoint-slow',
    withJob({ intervalMs: 20 * MINUTE, timeoutMs: 60 * MINUTE }, { endToEndMs: 5 * MINUTE + 1 }),
    withJob({ intervalMs: 20 * MINUTE }, { endToEndMs: 5 * MINUTE }),
  ],
  ['checkpoint-near-timeout', withJob({ timeoutMs: 10_000 }, { endToEndMs: 5001 }), withJob({ timeoutMs: 10_000 }, { endToEndMs: 5000 })],
  ['interval-too-short', withJob({}, { endToEndMs: 30_001 }), withJob({}, { endToEndMs: 30_000 })],
  ['interval-too-long', withJob({ intervalMs: 31 * MINUTE }), withJob({ intervalMs: 30 * MINUTE })],
  ['state-large', withJob({}, { stateBytes: 100e9 + 1 }), withJob({}, { stateBytes: 100e9 })],
  [
    'incremental-off',
    factsWith(
      { 'execution.checkpointing.incremental': null },
      { clusters: [cluster([job({}, { stateBytes: GIB, checkpointedBytes: GIB })])] },
    ),
    factsWith(
      { 'execution.checkpointing.incremental': null },
      { clusters: [cluster([job({}, { stateBytes: GIB, checkpointedBytes: GIB / 2 })])] },
    ),
  ],
  ['tolerable-failures-none', withJob({ tolerableFailedCheckpoints: 0 }), withJob({ tolerableFailedCheckpoints: 1 })],
  ['tolerable-failures-endless', withJob({ tolerableFailedCheckpoints: -1 }), withJob({ tolerableFailedCheckpoints: 100 })],
  // Seen to lose state
  [
    'file-merging-across-checkpoints',
    onWasb({
      'execution.checkpointing.file-merging.enabled': 'true',
      'execution.checkpointing.file-merging.across-checkpoint-boundary': 'true',
    }),
    factsWith({
      'execution.checkpointing.file-merging.enabled': 'true',
      'execution.checkpointing.file-merging.across-checkpoint-boundary': 'true',
    }),
  ],
  ['file-merging-on-wasb', onWasb({ 'execution.checkpointing.file-merging.enabled': 'true' }), onWasb()],
  [
    'claim-by-default',
    factsWith({ 'execution.state-recovery.claim-mode': 'CLAIM' }, { clusters: [cluster([job()], '2.3.0')] }),
    factsWith({ 'execution.state-recovery.claim-mode': 'CLAIM' }, { clusters: [cluster([job()], '2.3.1')] }),
  ],
  [
    'claim-by-default',
    factsWith({ 'execution.savepoint-restore-mode': 'claim' }, { clusters: [] }),
    factsWith({ 'execution.savepoint-restore-mode': 'NO_CLAIM' }),
  ],
  ['claimed-savepoint', restored(SAVEPOINT), restored(SAVEPOINT, true)],
  ['claimed-savepoint', restored(SAVEPOINT), restored(`${ABFS}/checkpoints/${'a'.repeat(32)}/chk-7`)],
  ['changelog-with-no-claim', factsWith({ 'state.backend.changelog.enabled': 'true' }), factsWith({ 'state.changelog.enabled': 'false' })],
  ['changelog-with-no-claim', withJob({ changelogEnabled: true }), withJob({ changelogEnabled: null })],
  ['num-retained-by-job', script({ 'state.checkpoints.num-retained': '5' }), script({ 'state.checkpoints.num-retained': '3' })],
]

function jobEntry() {
  const { stats } = job()
  if (stats.state === 'unknown' || !stats.value?.latest.completed) throw new Error('the job of the test has no checkpoint')
  return stats.value.latest.completed
}

describe('a job that began empty', () => {
  const [found] = findingsOf(facts({ emptyStarts: known([EMPTY_START]) }))

  it('is an error, with the way back and the word that it was meant to paste', () => {
    expect(found?.severity).toBe('error')
    expect(found?.what).toBe(
      `orders a began empty at 2026-11-22 12:00 UTC, although ${EMPTY_START.wayBack} of its run ${EMPTY_START.wayBackJobId} was there.`,
    )
    expect(found?.fix.split('\n')).toEqual([
      `flinkops stop ${EMPTY_START.jobId}`,
      `flinkops resume 'orders a' --from ${EMPTY_START.wayBack}`,
      '# or, if it was to begin anew:',
      `flinkops start --fresh --meant ${EMPTY_START.jobId}`,
    ])
  })

  it('is named with the run that began so, where the job carries that on', () => {
    const [other] = findingsOf(facts({ emptyStarts: known([{ ...EMPTY_START, begunAs: 'c'.repeat(32) }]) }))
    expect(other?.what).toContain(`carries on run ${'c'.repeat(32)}, which began empty`)
  })
})

describe('each finding', () => {
  it.each(CASES)('%s comes up where it should, and not where it should not', (id, trigger, near) => {
    expect(ids(trigger)).toContain(id)
    expect(ids(near)).not.toContain(id)
  })

  it('has a case here', () => {
    const folder = join(import.meta.dirname, '../../../src/lib/findings')
    const sources = readdirSync(folder).filter((name) => !name.startsWith('lifecycle'))
    const written = sources.flatMap((name) =>
      [
        ...readFileSync(join(folder, name), 'utf8').matchAll(/(?:\bid: (?:\w+ \? '([a-z-]+)' : )?|finding\((?:job|first), )'([a-z-]+)'/g),
      ].flatMap((match) => [match[1], match[2]]),
    )
    const covered = new Set(CASES.map(([id]) => id))
    const all = written.filter((id) => id !== undefined)
    expect(all.length).toBeGreaterThan(50)
    expect(all.filter((id) => !covered.has(id))).toEqual([])
  })

  it('says what, why, where, and what to paste', () => {
    for (const [id, trigger] of CASES) {
      const found = findingsOf(trigger).find((one) => one.id === id)
      expect(found?.what, id).toMatch(/^\S.*[.!]$/)
      expect(found?.what, id).not.toContain('undefined')
      expect(found?.why.length, id).toBeGreaterThan(20)
      expect(found?.fix, id).toMatch(/\S/)
      expect(found?.source, id).toMatch(/\S/)
    }
  })
})

describe('a hardened cluster', () => {
  it('has no finding at all', () => {
    expect(findingsOf(facts())).toEqual([])
    expect(isWanting([])).toBe(false)
  })

  it('has none when only the JobManager tells its configuration', () => {
    const options = new Map(confWith().entries.map(({ key, value }) => [key, value ?? '']))
    expect(ids(facts({ file: null, clusters: [{ ...cluster([job()]), configuration: known(options) }] }))).toEqual([])
  })
})

describe('what is not known', () => {
  it.each([
    [
      'an account that does not answer',
      facts({ containers: [container({}, { trial: NOT_KNOWN, softDeleteDays: NOT_KNOWN })] }),
      ['storage-unreachable'],
    ],
    ['a right that could not be tried', facts({ containers: [right('delete', NOT_KNOWN)] }), ['storage-right-delete']],
    [
      'a JobManager that does not answer',
      facts({ clusters: [{ url: 'http://x', version: NOT_KNOWN, configuration: NOT_KNOWN, jobs: NOT_KNOWN }] }),
      ['jobmanager-unknown'],
    ],
    ['a job that does not tell', facts({ clusters: [cluster([{ ...job(), config: NOT_KNOWN }])] }), ['job-unknown']],
  ])('%s is said so, once, and is never "ok"', (_, input, expected) => {
    const findings = findingsOf(input)
    expect(findings.map(({ id, severity }) => [id, severity])).toEqual(expected.map((id) => [id, 'unknown']))
    expect(findings[0]?.what).toContain('it did not answer')
    expect(isWanting(findings)).toBe(true)
  })
})

describe('the order', () => {
  it('is worst first', () => {
    const severities = findingsOf(
      onWasb({ 'execution.checkpointing.storage': 'jobmanager', 'state.backend.rocksdb.block.cache-size': '1mb' }),
    ).map((one) => one.severity)
    expect(severities).toEqual(
      severities.toSorted((a, b) => 'error warn unknown advice'.indexOf(a) - 'error warn unknown advice'.indexOf(b)),
    )
    expect(new Set(severities).size).toBeGreaterThan(2)
  })
})

describe('a credential that opens nothing', () => {
  it('is one finding, and names no role that would not help', () => {
    const rights = { list: DENIED, read: DENIED, write: DENIED, lease: DENIED, delete: DENIED }
    const found = findingsOf(facts({ containers: [container({ rights })] })).filter(({ id }) => id.startsWith('storage-'))
    expect(found.map(({ id }) => id)).toEqual(['storage-access-denied'])
    expect(found[0]?.fix).toBe('# Assign the role.\nflinkops config    # shows which credential counts, and where it comes from')
  })
})

describe('jobs that tolerate no failed checkpoint', () => {
  it('are one finding, however many there are', () => {
    const jobs = [job({ tolerableFailedCheckpoints: 0 }), job(), { ...job({ tolerableFailedCheckpoints: 0 }), name: 'orders_enrich' }]
    const found = findingsOf(facts({ clusters: [cluster(jobs)] }))
    expect(found.map(({ id, what }) => [id, what])).toEqual([
      [
        'tolerable-failures-none',
        '2 jobs, sales_pipeline among them, tolerate no failed checkpoint (execution.checkpointing.tolerable-failed-checkpoints is 0).',
      ],
    ])
  })
})

describe('a job without checkpoints', () => {
  it.each([
    ['advice', '60s'],
    ['warn', null],
  ])('is %s where the interval of the cluster is %s', (severity, interval) => {
    const jobs = [job({ intervalMs: null }), { ...job(), config: known(null) }, { ...job(), stats: known(null) }]
    const found = findingsOf(factsWith({ 'execution.checkpointing.interval': interval }, { clusters: [cluster(jobs)] }))
    const own = found.filter(({ id }) => id === 'checkpointing-off')
    expect(own.map((one) => one.severity)).toEqual([severity, severity, severity])
  })
})

describe('advice', () => {
  it('alone leaves nothing wanting', () => {
    const findings = findingsOf(factsWith({ 'execution.checkpointing.num-retained': '1' }))
    expect(findings.map(({ severity }) => severity)).toEqual(['advice'])
    expect(isWanting(findings)).toBe(false)
  })

  it('is all there is to say of soft delete on an emulator', () => {
    const [found] = findingsOf(facts({ containers: [container({}, { isEmulator: true, softDeleteDays: known(0) })] }))
    expect(found).toMatchObject({ id: 'soft-delete-off', severity: 'advice' })
  })
})
