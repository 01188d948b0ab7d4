import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ACCOUNT_HOST, CONTAINER, statePath } from '../../../sandbox/emulator.js'
import { surveyText } from '../../../src/lib/config/conf-survey.js'
import { findingsOf } from '../../../src/lib/findings/examine.js'
import type { Facts, Root } from '../../../src/lib/findings/facts.js'
import type { Finding } from '../../../src/lib/findings/finding.js'
import { lintLifecycle } from '../../../src/lib/findings/lifecycle.js'
import { parsePolicy } from '../../../src/lib/findings/lifecycle-policy.js'
import { cluster, container, facts, job, known } from '../../support/fake-facts.js'
import { entry, stats } from '../../support/fake-ports.js'
import * as guide from '../../support/guide-configuration.js'

const REVIEW = join(import.meta.dirname, '../../../../shared/guide/what-goes-wrong.md')
if (!existsSync(REVIEW)) console.info('skipped: no review of the guide at ../shared/guide to compare with')

const ROOTS: Root[] = [
  { kind: 'checkpoints', path: statePath('checkpoints'), source: 'flinkops.yaml' },
  { kind: 'savepoints', path: statePath('savepoints'), source: 'flinkops.yaml' },
]

/** What is said of a configuration that follows the guide, in a file that Flink does read. */
function configured(text: string, parts: Partial<Facts> = {}, name = 'config.yaml'): Finding[] {
  const { file } = surveyText(`/opt/flink/conf/${name}`, text, null)
  const containers = [container({ isVersioned: false }, { account: ACCOUNT_HOST, container: CONTAINER, softDeleteDays: known(0) })]
  return findingsOf(facts({ file, clusters: [], roots: ROOTS, containers, ...parts }))
}

function lifecycle(): Finding[] {
  const policy = parsePolicy(guide.LIFECYCLE)
  return policy.ok ? lintLifecycle(policy.rules, ROOTS) : []
}

const script = (settings: Record<string, string>) => [
  { job: 'sales_pipeline', path: '/jobs/sales.sql', settings: known(new Map(Object.entries(settings))) },
]
/** "interval: 15s  # More frequent for less data loss", where a checkpoint takes half of that. */
function everyFifteenSeconds(): Finding[] {
  const busy = job({ intervalMs: 15_000 }, { endToEndMs: 8000 })
  const done = [7, 6, 5].map((id) => entry({ id, endToEndMs: 8000 }))
  return configured(guide.CURRENT, { clusters: [cluster([{ ...busy, stats: known(stats({ completed: done[0] ?? null }, done)) }])] })
}

interface Mistake {
  /** The line numbers by which the review names it. */
  lines: string
  group: 1 | 2 | 3 | 4
  shown: { by: string; in: () => Finding[]; saying?: RegExp } | { by: null; because: string }
}

const a = (because: string) => ({ by: null, because })

/** Every mistake that the review of the guide lists, in its order. */
const MISTAKES: Mistake[] = [
  { group: 1, lines: '358-363', shown: a('a script: it runs beside Flink, and no configuration names it') },
  { group: 1, lines: 'same', shown: a('a pattern of that script') },
  { group: 1, lines: '359-363', shown: a('an age in that script') },
  { group: 1, lines: '374-383', shown: { by: 'lifecycle-deletes-state', in: lifecycle, saying: /cleanup-old-checkpoints/ } },
  { group: 1, lines: '165-170', shown: a('a command') },
  { group: 1, lines: '320-323', shown: { by: 'high-availability-off', in: () => configured(guide.CURRENT), saying: /starts empty/ } },
  { group: 1, lines: '331-336, 436', shown: a('a path that a person types') },
  { group: 2, lines: '359-365', shown: a('an exit code of az') },
  { group: 2, lines: '350-371', shown: a('a line of a crontab') },
  { group: 2, lines: '288-294, 434', shown: a('a command; verify <job> is the proof') },
  { group: 2, lines: '203-209', shown: a('a command; usage counts') },
  { group: 2, lines: '196-201', shown: a('a command; usage sums up') },
  { group: 2, lines: '308-310', shown: a('a line of a log') },
  { group: 3, lines: '274', shown: a('a command of the SQL client') },
  { group: 3, lines: '283', shown: a('a command') },
  { group: 3, lines: '134, 137', shown: a('an argument of a command') },
  { group: 3, lines: '321, 336', shown: a('a command') },
  {
    group: 3,
    lines: '397-406',
    shown: { by: 'no-such-option-auth', in: () => configured(guide.pasted(guide.IDENTITY)), saying: /auth\.type\S+: OAuth/ },
  },
  {
    group: 3,
    lines: '412-415',
    shown: { by: 'no-such-option-sas', in: () => configured(guide.pasted(guide.SAS)), saying: /fs\.azure\.sas\.<container>\./ },
  },
  {
    group: 3,
    lines: '9-24',
    shown: { by: 'nested-yaml-in-flat-file', in: () => configured(guide.CURRENT, {}, 'flink-conf.yaml'), saying: /config\.yaml/ },
  },
  { group: 3, lines: '23, 237-249', shown: { by: 'block-cache-without-effect', in: () => configured(guide.LARGE_STATE) } },
  { group: 3, lines: 'throughout', shown: { by: 'wasb-deprecated', in: () => configured(guide.CURRENT), saying: /Hadoop 3\.5.*abfss:/s } },
  { group: 3, lines: '453', shown: { by: 'history-directory-unset', in: () => configured(guide.CURRENT) } },
  { group: 4, lines: '344-346', shown: { by: 'num-retained-one', in: () => configured(guide.CURRENT), saying: /do not pile up/ } },
  { group: 4, lines: '226', shown: { by: 'interval-too-short', in: everyFifteenSeconds, saying: /does not lose less data/ } },
  {
    group: 4,
    lines: '76-77, 82-87',
    shown: { by: 'directory-of-one-job', in: () => configured(guide.CURRENT, { scripts: script(guide.JOB_PATHS) }) },
  },
  { group: 4, lines: '326-337', shown: a('a procedure; stop --all and resume --all are in its place') },
  {
    group: 4,
    lines: '418-420, 408',
    shown: { by: 'account-key-in-file', in: () => configured(guide.KEY), saying: /restart of the cluster.*keys renew/s },
  },
  { group: 4, lines: 'Whole guide', shown: { by: 'soft-delete-off', in: () => configured(guide.CURRENT) } },
  { group: 4, lines: 'Sibling', shown: a('a script of another document') },
]

/** The first cell of every row, and the first words of every bullet, below the heading of each group. */
function reviewed(): { group: number; lines: string }[] {
  const groups = readFileSync(REVIEW, 'utf8')
    .split(/^### /m)
    .slice(1)
    .filter((part) => part.startsWith('Group '))
  return groups.flatMap((part, at) =>
    part.split('\n').flatMap((line) => {
      const row =
        /^\| (?!Lines \||---)([^|]+) \|/.exec(line)?.[1] ??
        /^- (?:\*\*([\d, -]+)\*\*|(Whole guide|Sibling))/.exec(line)?.slice(1).find(Boolean)
      return row === undefined ? [] : [{ group: at + 1, lines: row.trim() }]
    }),
  )
}

describe('the mistakes of the guide', () => {
  it.skipIf(!existsSync(REVIEW))('are all in the list of this test', () => {
    expect(MISTAKES.map(({ group, lines }) => ({ group, lines }))).toEqual(reviewed())
  })

  it.each(MISTAKES.flatMap(({ lines, shown }) => (shown.by === null ? [] : [{ lines, ...shown }])))(
    'on lines $lines are found, as $by',
    ({ by, in: look, saying = /\S/ }) => {
      const found = look().find(({ id }) => id === by)
      expect(`${found?.what} ${found?.why} ${found?.fix}`).toMatch(saying)
      expect(found).toBeDefined()
    },
  )
})
