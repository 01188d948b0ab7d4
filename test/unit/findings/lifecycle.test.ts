import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { statePath } from '../../../sandbox/emulator.js'
import type { Root } from '../../../src/lib/findings/facts.js'
import { isWanting } from '../../../src/lib/findings/finding.js'
import { lintLifecycle } from '../../../src/lib/findings/lifecycle.js'
import { type LifecycleRule, parsePolicy } from '../../../src/lib/findings/lifecycle-policy.js'
import { LIFECYCLE } from '../../support/guide-configuration.js'

const ROOTS: Root[] = (['checkpoints', 'savepoints', 'history'] as const).map((kind) => ({
  kind,
  path: statePath(kind),
  source: 'flinkops.yaml',
}))
const CHANGELOG: Root = { kind: 'changelog', path: statePath('changelog'), source: 'flinkops.yaml' }

function rulesOf(policy: unknown): LifecycleRule[] {
  const parsed = parsePolicy(policy)
  if (!parsed.ok) throw new Error(parsed.problem)
  return parsed.rules
}

const DELETE = { baseBlob: { delete: { daysAfterModificationGreaterThan: 7 } } }

function policy(prefixMatch: string[] | undefined, actions: object = DELETE, more: { enabled?: boolean; filters?: object } = {}) {
  const filters = { blobTypes: ['blockBlob'], ...(prefixMatch && { prefixMatch }), ...more.filters }
  return { rules: [{ name: 'old-things', enabled: more.enabled ?? true, type: 'Lifecycle', definition: { filters, actions } }] }
}

const lint = (document: unknown, roots = ROOTS) => lintLifecycle(rulesOf(document), roots)
const ids = (document: unknown, roots = ROOTS) => lint(document, roots).map(({ id }) => id)

describe('the guide’s lifecycle rule', () => {
  it('is named as what deletes live state', () => {
    expect(lint(LIFECYCLE)).toMatchObject([
      {
        id: 'lifecycle-deletes-state',
        severity: 'error',
        what: `The rule cleanup-old-checkpoints deletes what lies below ${statePath('checkpoints')} (daysAfterModificationGreaterThan 7).`,
        source: 'rule cleanup-old-checkpoints',
      },
    ])
  })

  it('comes with a safe policy as JSON, about which there is nothing to say', () => {
    const [found] = lint(LIFECYCLE)
    const safe: unknown = JSON.parse(found?.fix ?? '')
    expect(lint(safe)).toEqual([])
    expect(rulesOf(safe)).toMatchObject([{ name: 'flink-dead-uploads', prefixes: ['flink/_$azuretmpfolder$/'] }])
  })
})

describe('a rule that deletes', () => {
  it.each([
    ['the whole account', undefined, ['lifecycle-deletes-state', 'lifecycle-deletes-savepoints', 'lifecycle-deletes-history']],
    ['the container', ['flink/'], ['lifecycle-deletes-state', 'lifecycle-deletes-savepoints', 'lifecycle-deletes-history']],
    ['half of a name, as prefixes are plain text', ['flink/check'], ['lifecycle-deletes-state']],
    ['a directory below a root', ['flink/checkpoints/sales_pipeline/'], ['lifecycle-deletes-state']],
    ['savepoints', ['flink/savepoints/'], ['lifecycle-deletes-savepoints']],
    ['archives of ended jobs', ['flink/history'], ['lifecycle-deletes-history']],
    ['another container', ['logs/checkpoints/'], []],
    ['another directory', ['flink/checkpoints-old/'], []],
    ['other capitals, which prefixes tell apart', ['flink/Checkpoints/'], []],
    ['dead uploads', ['flink/_$azuretmpfolder$/'], []],
    ['a prefix without the container', ['checkpoints/'], ['lifecycle-prefix-without-container']],
  ])('%s', (_, prefixes, expected) => {
    expect(ids(policy(prefixes))).toEqual(expected)
  })

  it('the changelog', () => {
    expect(ids(policy(['flink/changelog/']), [...ROOTS, CHANGELOG])).toEqual(['lifecycle-deletes-state'])
  })

  it.each(['daysAfterCreationGreaterThan', 'daysAfterLastAccessTimeGreaterThan'])('is no safer by %s', (condition) => {
    expect(ids(policy(['flink/checkpoints/'], { baseBlob: { delete: { [condition]: 365 } } }))).toEqual(['lifecycle-deletes-state'])
  })

  it('leaves state alone when it is about append blobs, or about index tags, which Flink does not set', () => {
    expect(ids(policy(['flink/'], DELETE, { filters: { blobTypes: ['appendBlob'] } }))).toEqual([])
    expect(ids(policy(['flink/'], DELETE, { filters: { blobIndexMatch: [{ name: 'old', op: '==', value: 'yes' }] } }))).toEqual([])
  })

  it('is advice while it is disabled', () => {
    const findings = lint(policy(['flink/checkpoints/'], DELETE, { enabled: false }))
    expect(findings.map(({ id }) => id)).toEqual(['lifecycle-disabled-rule'])
    expect(isWanting(findings)).toBe(false)
  })

  it('keeps in the safe policy what it does elsewhere', () => {
    const [found] = lint(policy(['logs/', 'flink/checkpoints/']))
    expect(rulesOf(JSON.parse(found?.fix ?? ''))).toMatchObject([
      { name: 'old-things', prefixes: ['logs/'], actions: new Map([['baseBlob.delete', { days: 7 }]]) },
      { name: 'flink-dead-uploads' },
    ])
  })

  it('leaves every other rule of the policy as it was written, for a policy is replaced as a whole', () => {
    const logs = {
      enabled: false,
      name: 'logs',
      type: 'Lifecycle',
      definition: {
        filters: { blobTypes: ['blockBlob', 'appendBlob'], prefixMatch: ['logs/'], blobIndexMatch: [{ name: 'a', op: '==', value: 'b' }] },
        actions: DELETE,
      },
    }
    const cool = policy(['flink/savepoints/'], { baseBlob: { tierToCool: { daysAfterModificationGreaterThan: 14 } } }).rules[0]
    const bad = LIFECYCLE.rules[0]
    const worse = { ...policy(['flink/savepoints/', 'tmp/']).rules[0], name: 'worse' }
    const findings = lint({ rules: [logs, bad, { ...cool, name: 'cool' }, worse] })

    expect(findings.map(({ source }) => source)).toEqual(['rule cleanup-old-checkpoints', 'rule worse'])
    expect(new Set(findings.map(({ fix }) => fix)).size).toBe(1)
    const { rules } = JSON.parse(findings[0]?.fix ?? '') as { rules: { name: string; definition: { filters: object } }[] }
    expect(rules.map(({ name }) => name)).toEqual(['logs', 'cool', 'worse', 'flink-dead-uploads'])
    expect(rules[0]).toEqual(logs)
    expect(rules[2]?.definition.filters).toEqual({ blobTypes: ['blockBlob'], prefixMatch: ['tmp/'] })
    expect(lint({ rules })).toEqual([])
  })

  it('takes uploads that are still written when it does not wait two days', () => {
    expect(ids(policy(['flink/_$azuretmpfolder$/'], { baseBlob: { delete: { daysAfterModificationGreaterThan: 1 } } }))).toEqual([
      'lifecycle-deletes-uploads',
    ])
  })
})

describe('whatever the prefix', () => {
  const blob = fc.tuple(fc.constantFrom('checkpoints', 'savepoints'), fc.webPath()).map(([root, path]) => `flink/${root}/a${path}`)

  it('a rule whose prefix some blob of state begins with is named', () => {
    fc.assert(
      fc.property(blob, fc.nat(), (name, cut) => {
        const found = ids(policy([name.slice(0, cut % (name.length + 1))]))
        expect(found.some((id) => id === 'lifecycle-deletes-state' || id === 'lifecycle-deletes-savepoints')).toBe(true)
      }),
    )
  })

  it('a rule that touches no root has nothing said of it', () => {
    fc.assert(
      fc.property(fc.webPath(), (path) => {
        expect(ids(policy([`logs${path}/x`]))).toEqual([])
      }),
    )
  })

  it('the safe policy of any rule is safe', () => {
    fc.assert(
      fc.property(fc.array(blob, { maxLength: 3 }), fc.array(fc.constantFrom('logs/', 'flink/tmp/')), (state, others) => {
        for (const { fix } of lint(policy([...state, ...others]))) expect(lint(JSON.parse(fix))).toEqual([])
      }),
      { numRuns: 50 },
    )
  })
})

describe('a rule that moves or purges', () => {
  it.each([
    ['to the archive tier', { baseBlob: { tierToArchive: { daysAfterModificationGreaterThan: 30 } } }, 'lifecycle-archives-state', 'error'],
    ['to a cool tier', { baseBlob: { tierToCool: { daysAfterModificationGreaterThan: 30 } } }, 'lifecycle-cools-state', 'advice'],
    ['to the cold tier', { baseBlob: { tierToCold: { daysAfterModificationGreaterThan: 30 } } }, 'lifecycle-cools-state', 'advice'],
    ['previous versions', { version: { delete: { daysAfterCreationGreaterThan: 30 } } }, 'lifecycle-purges-versions', 'advice'],
  ])('%s', (_, actions, id, severity) => {
    expect(lint(policy(['flink/checkpoints/'], actions))).toMatchObject([{ id, severity }])
    expect(ids(policy(['logs/'], actions))).toEqual([])
  })

  it('savepoints to a cool tier is fine: they are kept for long and read seldom', () => {
    expect(ids(policy(['flink/savepoints/'], { baseBlob: { tierToCool: { daysAfterModificationGreaterThan: 14 } } }))).toEqual([])
  })
})

describe('a policy', () => {
  it('may be wrapped as az prints it', () => {
    expect(ids({ id: '/subscriptions/x', policy: LIFECYCLE })).toEqual(['lifecycle-deletes-state'])
    expect(ids({ properties: { policy: LIFECYCLE } })).toEqual(['lifecycle-deletes-state'])
  })

  it.each([
    [{}, 'has no list of rules'],
    [[], 'has no list of rules'],
    ['x', 'has no list of rules'],
    [{ rules: [{ name: 'a' }] }, 'has a rule 1 without a name or a definition'],
    [{ rules: [LIFECYCLE.rules[0], { definition: {} }] }, 'has a rule 2 without a name or a definition'],
  ])('%j is refused', (document, problem) => {
    expect(parsePolicy(document)).toEqual({ ok: false, problem })
  })
})
