import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findingsOf } from '../../../src/lib/findings/examine.js'
import type { JobFacts, Root } from '../../../src/lib/findings/facts.js'
import { OPTION_NAMES } from '../../../src/lib/findings/options.js'
import { parseCheckpointConfig, parseCheckpointStats } from '../../../src/lib/flink/wire-checkpoints.js'
import { parseConfiguration } from '../../../src/lib/flink/wire-cluster.js'
import { parseLocation } from '../../../src/lib/state/location.js'
import { cluster, container, facts, known } from '../../support/fake-facts.js'
import { JOB } from '../../support/fake-ports.js'

const RECORDED = join(import.meta.dirname, '../../../../shared/fixtures/flink-rest')
const versions = existsSync(RECORDED) ? readdirSync(RECORDED).filter((name) => /^\d/.test(name)) : []
if (versions.length === 0) console.info('skipped: no recorded answers at ../shared/fixtures/flink-rest')

function bodyOf(version: string, ending: string): unknown {
  const folder = join(RECORDED, version)
  const file = readdirSync(folder).find((name) => name.endsWith(ending))
  if (file === undefined) throw new Error(`no ${ending} of ${version}`)
  return (JSON.parse(readFileSync(join(folder, file), 'utf8')) as { body: unknown }).body
}

function rootsOf(configuration: ReadonlyMap<string, string>): Root[] {
  const { checkpointDirectory, savepointDirectory, historyDirectory } = OPTION_NAMES
  const settingsOf = (names: readonly string[]) => names.flatMap((name) => configuration.get(name) ?? []).slice(0, 1)
  return [
    ...settingsOf(checkpointDirectory).map((path) => ({ kind: 'checkpoints' as const, path, source: 'JobManager' })),
    ...settingsOf(savepointDirectory).map((path) => ({ kind: 'savepoints' as const, path, source: 'JobManager' })),
    ...settingsOf(historyDirectory).map((path) => ({ kind: 'history' as const, path, source: 'JobManager' })),
  ]
}

describe.skipIf(versions.length === 0)('a real cluster', () => {
  it.each(versions)('%s, a moment after a checkpoint, as it answered', (version) => {
    const stats = parseCheckpointStats(bodyOf(version, '-checkpoints-completed.json'))
    const config = parseCheckpointConfig(bodyOf(version, '-checkpoints-config.json'))
    const configuration = parseConfiguration(bodyOf(version, '-jobmanager-config.json'))
    const nowMs = (stats.latest.completed?.latestAckAtMs ?? 0) + 1000
    const job: JobFacts = { jobId: JOB, name: 'state_machine', startedAtMs: nowMs - 60_000, config: known(config), stats: known(stats) }
    const running = { ...cluster([job], version), configuration: known(configuration) }
    const place = parseLocation(stats.latest.completed?.externalPath ?? '')
    if (!place.ok) throw new Error(place.problem)
    const itsContainer = container({}, { account: place.location.account, container: place.location.container })
    const found = findingsOf(facts({ file: null, clusters: [running], roots: rootsOf(configuration), containers: [itsContainer], nowMs }))
    // The recorded job takes one every 3 s, and sleeps in each: too often on some of the recordings.
    const advice = ['high-availability-off', 'num-retained-one', 'wasb-deprecated', 'tolerable-failures-none']
    expect(found.map(({ id }) => id).filter((id) => id !== 'interval-too-short')).toEqual(advice)
    expect(JSON.stringify(found)).not.toMatch(/FAKE(sas|pwd|credential|privatekey)/)
  })
})
