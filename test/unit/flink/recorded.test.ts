import { describe, expect, it } from 'vitest'
import { readAnswer } from '../../../src/lib/flink/answer.js'
import { causeOfErrors } from '../../../src/lib/flink/errors.js'
import { isCheckpointingOff, isJobUnknown, isWrongRoute } from '../../../src/lib/flink/failure.js'
import { parseCheckpointConfig, parseCheckpointStats } from '../../../src/lib/flink/wire-checkpoints.js'
import { parseConfiguration, parseJars, parseRun, parseUpload, parseVersion } from '../../../src/lib/flink/wire-cluster.js'
import { parseJob, parseJobState, parseJobsOverview, parseNewestFailure } from '../../../src/lib/flink/wire-jobs.js'
import { parseOperation } from '../../../src/lib/flink/wire-operations.js'
import { parseApiVersions, parseOperationHandle, parseResultPage, parseSessionHandle } from '../../../src/lib/flink/wire-sql.js'
import { fixtureDir, type Recorded, recordedAnswers } from './fixtures.js'

const PARSERS: [string, RegExp, (body: unknown) => unknown][] = [
  ['GET', /^\/v1\/overview$/, parseVersion],
  ['GET', /^\/v1\/jobs\/overview$/, parseJobsOverview],
  ['GET', /^\/v1\/jobs\/[0-9a-f]{32}$/, parseJob],
  ['GET', /^\/v1\/jobs\/[0-9a-f]{32}\/status$/, parseJobState],
  ['GET', /^\/v1\/jobs\/[0-9a-f]{32}\/checkpoints$/, parseCheckpointStats],
  ['GET', /^\/v1\/jobs\/[0-9a-f]{32}\/checkpoints\/config$/, parseCheckpointConfig],
  ['GET', /^\/v1\/jobs\/[0-9a-f]{32}\/exceptions$/, parseNewestFailure],
  ['GET', /^\/v1\/jobs\/[0-9a-f]{32}\/savepoints\/[0-9a-f]{32}$/, parseOperation],
  ['GET', /^\/v1\/(jobs\/[0-9a-f]{32}\/)?jobmanager\/config$/, parseConfiguration],
  ['GET', /^\/v1\/jars$/, parseJars],
  ['POST', /^\/v1\/jars\/upload$/, parseUpload],
  ['POST', /^\/v1\/jars\/[^/]+\/run$/, parseRun],
  ['GET', /^(\/v\d)?\/api_versions$/, parseApiVersions],
  ['POST', /^\/v\d\/sessions$/, parseSessionHandle],
  ['POST', /^\/v\d\/sessions\/[^/]+\/statements$/, parseOperationHandle],
  ['GET', /^\/v\d\/sessions\/[^/]+\/operations\/[^/]+\/result\/\d+/, parseResultPage],
]

const dir = fixtureDir('flink-rest')
const recorded = dir === null ? [] : recordedAnswers(dir)

function parserOf({ method, path }: Recorded) {
  return PARSERS.find(([verb, pattern]) => verb === method && pattern.test(path))?.[2]
}

function find(version: string, name: string): unknown {
  const answer = recorded.find(({ file }) => new RegExp(`^${version}.\\d+-${name}\\.json$`).test(file))
  return answer?.body
}

describe.skipIf(dir === null)('recorded answers of 1.18.1, 1.20.1, 2.0.0, 2.2.0 and 2.3.0', () => {
  it('parse, every one of an endpoint that is used', () => {
    let parsed = 0
    for (const answer of recorded.filter(({ status }) => status < 300)) {
      const parse = parserOf(answer)
      if (!parse) continue
      expect(() => parse(answer.body), answer.file).not.toThrow()
      parsed++
    }
    expect(parsed).toBeGreaterThan(800)
  })

  it('give one sentence for every failure, without stack, class name or serialized throwable', () => {
    for (const { file, status, headers, body } of recorded.filter((answer) => answer.status >= 400 && answer.method !== 'HEAD')) {
      const answer = readAnswer(status, headers, typeof body === 'string' ? body : JSON.stringify(body))
      const cause = causeOfErrors(answer.errors)
      expect(cause, file).not.toMatch(/\n|\tat |Caused by|Was expecting|Exception on server side|^org\.apache|^java\.|no reason/)
      expect(cause.length, file).toBeLessThan(700)
    }
  })

  it('tell an unknown job from a missing path', () => {
    for (const { file, status, headers, body } of recorded.filter((answer) => answer.status === 404 && answer.method !== 'HEAD')) {
      const answer = readAnswer(status, headers, JSON.stringify(body))
      const isRouter = /Not found: |Unable to load/.test(JSON.stringify(body))
      expect(isWrongRoute(answer), file).toBe(isRouter)
      if (isRouter) expect(isJobUnknown(answer) || isCheckpointingOff(answer), file).toBe(false)
    }
  })

  it.each(['1.18.1', '1.20.1', '2.0.0', '2.3.0'])('%s: an operation that failed says why', (version) => {
    expect(parseOperation(find(version, 'savepoint-unknown-job-status'))).toEqual({
      state: 'failed',
      cause: 'Could not find Flink job (0123456789abcdef0123456789abcdef)',
      savepointPath: null,
    })
    expect(parseOperation(find(version, 'stop-fails-after-savepoint-status'))).toMatchObject({
      state: 'failed',
      cause: expect.stringMatching(/^A savepoint has been created at: wasbs:/),
      savepointPath: expect.stringMatching(/^wasbs:\/\/.*\/savepoint-[0-9a-f]{6}-[0-9a-f]{12}$/),
    })
    expect(parseOperation(find(version, 'savepoint-completed'))).toMatchObject({
      state: 'completed',
      location: expect.stringContaining('savepoint-'),
    })
    expect(parseOperation(find(version, 'savepoint-in-progress'))).toEqual({ state: 'inProgress' })
  })

  it.each(['1.18.1', '1.20.1', '2.0.0', '2.3.0'])('%s: no secret of the configuration survives', (version) => {
    const shown = JSON.stringify([...parseConfiguration(find(version, 'jobmanager-config'))])
    expect(shown.replace('FAKEoauth2clientid', '')).not.toContain('FAKE')
    expect(shown).toContain('checkpoints')
  })

  it.each(['1.18.1', '1.20.1', '2.3.0'])('%s: SQL failures keep their position and lose the list of tokens', (version) => {
    const cause = (name: string) => causeOfErrors((find(version, name) as { errors: string[] }).errors)
    expect(cause('gw-unknown-table-result')).toBe("From line 1, column 34 to line 1, column 40: Object 'nowhere' not found")
    expect(cause('gw-comment-only-result')).toBe('Encountered "<EOF>" at line 1, column 10.')
    expect(cause('gw-two-statements-result')).toBe('only single statement supported')
    expect(cause('gw-insert-restore-changed-key-result')).toMatch(
      /^Failed to rollback to checkpoint\/savepoint wasbs:.*Cannot map checkpoint/,
    )
  })

  it('an interval of years is no periodic checkpointing', () => {
    expect(parseCheckpointConfig(find('2.3.0', 'checkpoints-config-no-interval')).intervalMs).toBeNull()
    expect(parseCheckpointConfig(find('1.20.1', 'checkpoints-config-no-interval')).intervalMs).toBeNull()
    expect(parseCheckpointConfig(find('1.20.1', 'checkpoints-config')).intervalMs).toBe(3000)
  })

  it('the newest failure is the one that ended the job', () => {
    expect(parseNewestFailure(find('2.3.0', 'exceptions-failed'))).toMatch(/^org.apache.flink.runtime.JobException: Recovery is suppressed/)
    expect(parseNewestFailure(find('2.3.0', 'job-exceptions-none'))).toBeNull()
  })
})
