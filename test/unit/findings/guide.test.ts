import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ACCOUNT_HOST, CONTAINER, statePath } from '../../../sandbox/emulator.js'
import { flinkSettings, renderFlinkConfig } from '../../../sandbox/flink-config.js'
import { surveyText } from '../../../src/lib/config/conf-survey.js'
import { findingsOf } from '../../../src/lib/findings/examine.js'
import type { Facts, Root } from '../../../src/lib/findings/facts.js'
import { type Finding, isWanting } from '../../../src/lib/findings/finding.js'
import { container, facts, known } from '../../support/fake-facts.js'
import * as guide from '../../support/guide-configuration.js'

const GUIDE = join(import.meta.dirname, '../../../../shared/guide/azure-flink-operations-guide.md')
if (!existsSync(GUIDE)) console.info('skipped: no guide at ../shared/guide to compare with')

const ROOTS: Root[] = [
  { kind: 'checkpoints', path: statePath('checkpoints'), source: 'flinkops.yaml' },
  { kind: 'savepoints', path: statePath('savepoints'), source: 'flinkops.yaml' },
  { kind: 'history', path: guide.HISTORY, source: 'flinkops.yaml' },
]

function examined(name: string, text: string, parts: Partial<Facts> = {}): Finding[] {
  const { file } = surveyText(`/opt/flink/conf/${name}`, text, null)
  const containers = [container({}, { account: ACCOUNT_HOST, container: CONTAINER, softDeleteDays: known(0) })]
  return findingsOf(facts({ file, clusters: [], roots: ROOTS, containers, ...parts }))
}

const ids = (findings: Finding[]) => findings.map(({ id }) => id)
const sorted = (texts: string[]) => texts.toSorted((a, b) => a.localeCompare(b))

/** What is wrong with the guide's configuration wherever it stands. */
const IN_BOTH_FILES = [
  'account-key-malformed',
  'block-cache-without-effect',
  'history-directory-unset',
  'account-key-in-file',
  'soft-delete-off',
  'high-availability-off',
  'num-retained-one',
  'wasb-deprecated',
]

describe.skipIf(!existsSync(GUIDE))('the configuration that these tests take for the guide’s', () => {
  it.each([guide.CURRENT, guide.KEY, guide.IDENTITY, guide.SAS, guide.LARGE_STATE, guide.HISTORY])('is printed there just so', (block) => {
    expect(readFileSync(GUIDE, 'utf8')).toContain(block)
  })
})

describe('the guide’s own configuration', () => {
  it('is found wanting by name in flink-conf.yaml, where the guide puts it', () => {
    const findings = examined('flink-conf.yaml', `${guide.CURRENT}\n${guide.KEY}`)
    expect(sorted(ids(findings))).toEqual(sorted(['nested-yaml-in-flat-file', ...IN_BOTH_FILES]))
    expect(findings[0]).toMatchObject({
      id: 'nested-yaml-in-flat-file',
      severity: 'error',
      what: 'execution, state, fs: begins nested YAML, but Flink reads flink-conf.yaml as flat lines: 9 settings have no effect.',
      source: '/opt/flink/conf/flink-conf.yaml:1',
    })
  })

  it('is given back flat, to be pasted, without the secret', () => {
    const [nested] = examined('flink-conf.yaml', `${guide.CURRENT}\n${guide.KEY}`)
    expect(nested?.fix.split('\n').slice(1)).toEqual([
      'execution.checkpointing.interval: 30s',
      'execution.checkpointing.externalized-checkpoint-retention: RETAIN_ON_CANCELLATION',
      'execution.checkpointing.mode: EXACTLY_ONCE',
      `state.checkpoints.dir: ${statePath('checkpoints')}`,
      `state.savepoints.dir: ${statePath('savepoints')}`,
      'state.backend: rocksdb',
      'state.backend.rocksdb.memory.managed: true',
      'state.backend.rocksdb.block.cache-size: 256mb',
      `fs.azure.account.key.${ACCOUNT_HOST}: <the secret of line 20>`,
    ])
    const mended = surveyText('/conf/flink-conf.yaml', nested?.fix ?? '', null).file
    expect(mended.mistakes).toEqual([])
    expect(mended.entries).toHaveLength(9)
  })

  it('is found wanting in config.yaml, too, where it can be read', () => {
    expect(sorted(ids(examined('config.yaml', `${guide.CURRENT}\n${guide.KEY}`)))).toEqual(sorted(IN_BOTH_FILES))
  })

  it('is no better with its first advice, a managed identity by a key that does not exist', () => {
    const findings = examined('config.yaml', `${guide.CURRENT}\n${guide.pasted(guide.IDENTITY)}`)
    const found = findings.find(({ id }) => id === 'no-such-option-auth')
    expect(found?.what).toContain(`fs.azure.account.auth.${ACCOUNT_HOST} (set to IDENTITY)`)
    expect(found?.fix).toContain('fs.azure.account.auth.type.coolr0flink0starrocks.dfs.core.windows.net: OAuth')
    expect(ids(findings)).not.toContain('account-key-in-file')
  })

  it('is no better with its third, a SAS of no container', () => {
    const findings = examined('config.yaml', `${guide.CURRENT}\n${guide.pasted(guide.SAS)}`)
    const found = findings.find(({ id }) => id === 'no-such-option-sas')
    expect(found?.fix).toContain(`fs.azure.sas.<container>.${ACCOUNT_HOST}: sv=`)
    expect(JSON.stringify(findings)).not.toContain('2021-06-08')
  })

  it('does not start at all with all advice pasted below it', () => {
    const all = [guide.CURRENT, guide.KEY, guide.pasted(guide.IDENTITY), guide.pasted(guide.SAS), guide.LARGE_STATE].join('\n')
    const found = examined('config.yaml', all).filter(({ id }) => id === 'duplicate-key')
    expect(found.map(({ what }) => what.split(' ')[0])).toEqual(['fs', 'fs', 'state'])
    expect(ids(examined('config.yaml', all))).toEqual(
      expect.arrayContaining(['no-such-option-auth', 'no-such-option-sas', 'account-key-in-file']),
    )
  })

  it('gains nothing by a directory for each job', () => {
    const scripts = [{ job: 'sales_pipeline', path: '/jobs/sales_pipeline.sql', settings: known(new Map(Object.entries(guide.JOB_PATHS))) }]
    const found = examined('config.yaml', guide.CURRENT, { scripts }).filter(({ id }) => id === 'directory-of-one-job')
    expect(found.map(({ source, what }) => [source, what.split(' below ')[1]])).toEqual([
      ['/jobs/sales_pipeline.sql', `${statePath('checkpoints')}.`],
      ['/jobs/sales_pipeline.sql', `${statePath('savepoints')}.`],
    ])
  })
})

describe('the configuration of the sandbox', () => {
  it.each(['1.18.1', '1.20.1', '2.3.0'])('has nothing but advice, on Flink %s', (version) => {
    const settings = flinkSettings({ version, restPort: 1, rpcPort: 2, slots: 8, tmpDir: '/tmp/x' })
    const { fileName, text } = renderFlinkConfig(version, settings)
    const emulator = container(
      { isDeletionPermanent: null },
      { account: ACCOUNT_HOST, container: CONTAINER, isEmulator: true, softDeleteDays: known(0) },
    )
    const findings = examined(fileName, text, { containers: [emulator] })
    expect(isWanting(findings)).toBe(false)
    expect(ids(findings)).toEqual(['high-availability-off', 'num-retained-one', 'wasb-deprecated', 'soft-delete-off'])
  })
})
