import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCOUNT_HOST } from '../../../sandbox/emulator.js'
import { type FreshContainer, freshContainer } from '../../support/azurite.js'
import { jobId } from '../../support/builders.js'
import { cluster, failedOperation } from '../../support/fake-cluster.js'
import { type FakeJobManager, startFakeJobManager } from '../../support/fake-jobmanager.js'
import { HOSTILE_NAMES, strayControls } from '../../support/hostile.js'
import { type Cli, runInTerminal, startCli } from '../../support/run-cli.js'
import { storeCheckpoint } from '../../support/stored-snapshot.js'

let fresh: FreshContainer
let jobManager: FakeJobManager
let cli: Cli
let checkpoint: string

beforeAll(async () => {
  fresh = await freshContainer()
  const job = jobId(1)
  checkpoint = `wasbs://${fresh.container}@${ACCOUNT_HOST}/${await storeCheckpoint(fresh.client, { jobId: job, checkpointId: 7, shared: [] })}`
  const jobs = HOSTILE_NAMES.map((name, at) => ({ jobId: jobId(at + 1), name, completed: [checkpoint] }))
  const configuration = { 'execution.checkpointing.savepoint-dir': `wasbs://${fresh.container}@${ACCOUNT_HOST}/savepoints` }
  const stack = `org.apache.flink.util.FlinkException: ${HOSTILE_NAMES.join(' ')}`
  jobManager = await startFakeJobManager({ ...cluster({ jobs, configuration }), ...failedOperation(job, stack) })
  cli = await startCli({ endpoint: fresh.endpoint, container: fresh.container, jobManagers: [jobManager.url] })
})

afterAll(async () => {
  await cli.close()
  await jobManager.stop()
})

const COMMANDS = [
  ['list-jobs'],
  ['list-jobs', '-o', 'table'],
  ['list-jobs', '-o', 'id'],
  ['list-checkpoints', '-o', 'table'],
  ['list-savepoints'],
  ['cleanup', '-n', '--older-than', '1s', '--grace', '1s'],
  ['usage', '-o', 'table'],
  ['usage', '--metrics'],
  ['doctor'],
  ['doctor', '-o', 'table'],
  ['stop', jobId(1), '-n'],
  ['stop', '--all', '-n'],
  ['savepoint', jobId(1)],
  ['stop', '\u001b[2Jno such job'],
  ['inspect', 'x\u001b]0;owned\u0007y'],
  ['verify', jobId(1), '--timeout', '1s'],
  ['resume', '\u009bno such job', '--from', 'latest', '-n'],
  ['no-such\u001b[2Jcommand'],
]

describe('names that would steer a terminal', () => {
  it.each(COMMANDS.map((args) => [args.map((arg) => JSON.stringify(arg)).join(' '), args] as const))('are tame in %s', async (_, args) => {
    for (const all of [args, [...args, '--json']]) {
      const { stdout, stderr } = await cli.run(all)
      expect(strayControls(stdout + stderr)).toEqual([])
      expect(`${stdout}\n${stderr}`).not.toMatch(/^\s*(?:SECONDLINE|OVERWRITTEN)/m)
    }
  })

  it('are as they are in JSON', async () => {
    const { stdout } = await cli.run(['list-jobs', '--json'])
    expect(new Set(JSON.parse(stdout).jobs.map((job: { name: string }) => job.name))).toEqual(new Set(HOSTILE_NAMES))
  })

  it('are tame in the question, which asks what it is about', async () => {
    const answer = { to: '[y/N]', type: 'n\n' }
    for (const at of HOSTILE_NAMES.keys()) {
      const { text } = await runInTerminal(cli, ['stop', jobId(at + 1)], { columns: 200, answer })
      // Node's own line editor moves the cursor to where the answer goes.
      const [before = ''] = text.split('with a savepoint? [y/N]')
      expect(before).toMatch(/Stop .*$/)
      for (const raw of ['\u001b[2K\u001b[1A', '\u001b]', '\u0007', '\u009b', '\u202e', '\u001b[8m']) expect(before).not.toContain(raw)
    }
  })

  it('are tame on the page', async () => {
    await cli.run(['report', '--html', 'page.html'])
    expect(strayControls(await readFile(join(cli.dir, 'page.html'), 'utf8'))).toEqual([])
  })
})
