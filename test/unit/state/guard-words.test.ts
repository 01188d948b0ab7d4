import { describe, expect, it } from 'vitest'
import type { Decision, KeepReason } from '../../../src/lib/state/retention.js'
import {
  at,
  checkpoint,
  checkpointDirectory,
  HOUR,
  job,
  jobId,
  keyAt,
  NOW,
  running,
  savepointDirectory,
  snapshot,
  storedBlob,
  uri,
} from '../../support/builders.js'
import { type Given, guardOf } from './guard-of.js'

const A = jobId(0xa)
const B = jobId(0xb)
const CHK_5 = checkpointDirectory(A, 5)
const broken = checkpoint(A, 5, { completeness: 'broken', missing: 2, missingAbsolute: 2 })
const unreadable = (name: string) => ({ directory: at(name), etag: '0x1', problem: 'odd' })
const sweeping = (bytes: number): Given => ({
  swept: [1, bytes - 1].map((sizeBytes) => ({ blob: storedBlob('x', { sizeBytes }), reason: 'orphan', after: [] })),
  survey: { totals: { blobs: 2, bytes: 1000 } },
})

describe('planGuards, when all is well,', () => {
  it.each<[string, Given, string]>([
    ['roots', {}, '1 root in 1 container'],
    ['roots', { input: { roots: [at('a'), at('b')] }, survey: { containers: [at(''), at('')] } }, '2 roots in 2 containers'],
    ['metadata', { survey: { fingerprint: new Map([['a', 'b']]) } }, 'all 1 _metadata files were read'],
    ['hit-rate', {}, 'every file that the newest snapshots name is there'],
    ['newest-checkpoint', {}, "every running job's newest checkpoint was read"],
    ['restore-points', {}, 'what running jobs were restored from was read, or is no longer needed'],
    ['stable-listing', {}, 'two listings showed the same snapshots'],
    ['share', sweeping(291), 'orphans are 30 % of the scanned bytes'],
    ['share', sweeping(300), 'orphans are 30 % of the scanned bytes'],
  ])('says of %s what was seen', (name, given, message) => {
    expect(guardOf(name, given)).toEqual({ name, status: 'ok', message, override: null })
  })
})

describe('planGuards, when it refuses,', () => {
  it.each<[string, Given, string, string | null]>([
    ['roots', { input: { roots: [] } }, 'no checkpoint or savepoint root is known: name them in flinkops.yaml', null],
    ['metadata', { survey: { unreadable: [unreadable('x')] } }, 'x/_metadata: odd; what it needs is unknown', '--dead x/_metadata#0x1'],
    [
      'metadata',
      { survey: { unreadable: [unreadable('x'), unreadable('y'), unreadable('z')] } },
      'x/_metadata: odd (and 2 more); what it needs is unknown',
      '--dead x/_metadata#0x1',
    ],
    [
      'hit-rate',
      { snapshots: [broken], jobs: [running(A)] },
      `${CHK_5} is the newest of its job, and 2 of its files are not in the listing`,
      null,
    ],
    [
      'hit-rate',
      { snapshots: [broken], jobs: [job(A)] },
      `${CHK_5} is the newest of its job, and 2 of its files are not in the listing`,
      `--dead ${CHK_5}/_metadata#etag ${CHK_5}`,
    ],
    [
      'newest-checkpoint',
      { jobs: [running(A, { latestCompleted: { path: uri(CHK_5), completedAtMs: NOW } })] },
      `job aaaaaaaa says its newest checkpoint is ${uri(CHK_5)}, and no _metadata of it was read: is its directory among the roots?`,
      null,
    ],
    [
      'restore-points',
      { jobs: [running(A, { restoredFrom: uri(savepointDirectory(B, 1)) })] },
      `job aaaaaaaa was restored from ${keyAt(savepointDirectory(B, 1))} and has no newer checkpoint, and no _metadata of it was read: is its directory among the roots?`,
      null,
    ],
    [
      'stable-listing',
      { survey: { isStable: false } },
      'snapshots kept changing while they were read; try again when fewer checkpoints are under way',
      null,
    ],
    [
      'share',
      sweeping(301),
      'orphans are 31 % of the scanned bytes, more than 30 %: a missing root makes needed files look like orphans; --max-share 31% says that you looked, and that all of it is garbage',
      '--max-share 31%',
    ],
  ])('says of %s what is wrong, and by what it can be overridden', (name, given, message, override) => {
    expect(guardOf(name, given)).toEqual({ name, status: 'refuse', message, override })
  })
})

describe('a _metadata that the user gave up', () => {
  const given = (version: string): Given => ({
    survey: { unreadable: [unreadable('x')] },
    input: { dead: new Set([`${keyAt('x')}/_metadata#${version}`]) },
  })

  it('is no reason to refuse, as long as it is the version that was given up', () => {
    expect(guardOf('metadata', given('0x1')).status).toBe('ok')
    expect(guardOf('metadata', given('0x2')).status).toBe('refuse')
  })

  it.each<[KeepReason, 'ok' | 'refuse']>([
    ['pinned', 'refuse'],
    ['window', 'refuse'],
    ['in-use', 'refuse'],
    ['configured', 'refuse'],
    ['high-availability', 'refuse'],
    ['claimed', 'refuse'],
    ['copy', 'refuse'],
    ['too-young', 'ok'],
    ['savepoints-left-alone', 'ok'],
    ['not-asked', 'ok'],
  ])('that stays all the same as %s: %s', (reason, status) => {
    const decision: Decision = { snapshot: snapshot('x', { etag: '0x1' }), verdict: 'keep', reasons: [{ reason, detail: 'why' }] }
    const guard = guardOf('metadata', { ...given('0x1'), input: { ...given('0x1').input, decisions: [decision] } })
    expect(guard.status).toBe(status)
    if (status === 'refuse') expect(guard.message).toBe('--dead gives up x/_metadata#0x1, but it stays (why): what it needs is unknown')
  })

  it('may miss files, though it is the newest of its job', () => {
    const dead = (version: string) => ({ dead: new Set([`${keyAt(CHK_5)}/_metadata#${version}`]) })
    expect(guardOf('hit-rate', { snapshots: [broken], input: dead(broken.etag ?? '') }).status).toBe('ok')
    expect(guardOf('hit-rate', { snapshots: [broken], input: dead('0x2') }).status).toBe('refuse')
  })
})

describe('the newest snapshot of a job', () => {
  it.each([
    ['a directory without _metadata', { etag: null }],
    ['one that is being written', { completeness: 'writing' }],
  ] as const)('is not %s, whatever that misses', (_, parts) => {
    const later = checkpoint(A, 6, { ...broken, completedAtMs: NOW, ...parts, directory: at(checkpointDirectory(A, 6)) })
    expect(guardOf('hit-rate', { snapshots: [later, checkpoint(A, 5)] }).status).toBe('ok')
  })

  it('of nobody’s savepoints is each one', () => {
    const orphan = (number: number, missingAbsolute: number) =>
      checkpoint(A, number, { kind: 'savepoint', jobId: null, missingAbsolute, completedAtMs: NOW - number * HOUR })
    expect(guardOf('hit-rate', { snapshots: [orphan(1, 0), orphan(2, 1)] }).status).toBe('refuse')
  })
})
