import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCOUNT_HOST, EMULATOR_KEY } from '../../../sandbox/emulator.js'
import { flinkSettings, renderFlinkConfig } from '../../../sandbox/flink-config.js'
import { type FreshContainer, freshContainer } from '../../support/azurite.js'
import { startBlobProxy } from '../../support/blob-proxy.js'
import { cluster, SALES } from '../../support/fake-cluster.js'
import { ABFS, HARDENED } from '../../support/fake-facts.js'
import { deadUrl, type FakeJobManager, startFakeJobManager } from '../../support/fake-jobmanager.js'
import { CURRENT, KEY, LIFECYCLE } from '../../support/guide-configuration.js'
import { type Cli, runInTerminal, screenLines, startCli } from '../../support/run-cli.js'
import { keepDeleted } from '../../support/soft-delete.js'

interface Doctor {
  findings: { id: string; severity: string; what: string; fix: string; source: string }[]
  checked: number
  warnings: string[]
}

let container: FreshContainer
let jobManager: FakeJobManager
const clis: Cli[] = []

beforeAll(async () => {
  container = await freshContainer()
  jobManager = await startFakeJobManager(cluster({ jobs: [] }))
})

afterAll(async () => {
  await jobManager.stop()
  for (const cli of clis) await cli.close()
})

/** A command line whose Flink has this configuration file, on the paths of this test's container. */
async function cliWith(conf: { name: string; text: string }, context: Record<string, unknown> = {}, urls = [jobManager.url]): Promise<Cli> {
  const cli = await startCli({
    jobManagers: urls,
    endpoint: container.endpoint,
    container: container.container,
    context: { flinkConf: './conf', ...context },
  })
  clis.push(cli)
  await mkdir(join(cli.dir, 'conf'))
  await writeFile(join(cli.dir, 'conf', conf.name), conf.text.replaceAll('wasbs://flink@', `wasbs://${container.container}@`))
  return cli
}

async function doctor(cli: Cli, ...args: string[]): Promise<{ code: number; result: Doctor }> {
  const { code, stdout } = await cli.run(['doctor', '--json', ...args])
  return { code, result: JSON.parse(stdout) as Doctor }
}

function sandboxConf(): { name: string; text: string } {
  const { fileName, text } = renderFlinkConfig(
    '2.3.0',
    flinkSettings({ version: '2.3.0', restPort: 1, rpcPort: 2, slots: 8, tmpDir: '/tmp/x' }),
  )
  return { name: fileName, text }
}

describe('doctor on the configuration of the sandbox', () => {
  it('has advice only, ends with 0, and leaves nothing in the container', async () => {
    const history = `wasbs://${container.container}@${ACCOUNT_HOST}/history`
    const path = (name: string) => `wasbs://${container.container}@${ACCOUNT_HOST}/${name}`
    const roots = { checkpoints: [path('checkpoints')], savepoints: [path('savepoints')], history }
    const { code, result } = await doctor(await cliWith(sandboxConf(), { roots }))
    expect(result.findings.map(({ id, severity }) => [id, severity])).toEqual([
      ['high-availability-off', 'advice'],
      ['num-retained-one', 'advice'],
      ['wasb-deprecated', 'advice'],
      ['soft-delete-off', 'advice'],
    ])
    expect(result).toMatchObject({ checked: 6, warnings: [] })
    expect(code).toBe(0)
    const left: string[] = []
    for await (const blob of container.client.listBlobsFlat()) left.push(blob.name)
    expect(left).toEqual([])
  })
})

describe('doctor on a hardened configuration', () => {
  it('has nothing at all to say, and ends with 0', async () => {
    const proxy = await startBlobProxy(container.endpoint)
    keepDeleted(proxy, container.client)
    const options = Object.entries(HARDENED).map(([key, value]) => `${key.replace('.acct.', '.coolr0flink0starrocks.')}: ${value}`)
    const base = `abfss://${container.container}@${ACCOUNT_HOST.replace('.blob.', '.dfs.')}`
    const cli = await cliWith(
      { name: 'config.yaml', text: options.join('\n').replaceAll(ABFS, base) },
      {
        roots: { checkpoints: [`${base}/checkpoints`], savepoints: [`${base}/savepoints`], history: `${base}/history` },
        storage: { [ACCOUNT_HOST]: { endpoint: proxy.endpoint, auth: 'key' } },
      },
    )
    const { text, code } = await runInTerminal(cli, ['doctor'], { columns: 80 })
    await proxy.stop()
    expect(screenLines(text).filter((line) => line !== '')).toEqual(['6 things looked at: nothing to complain about.'])
    expect(code).toBe(0)
  })
})

describe('doctor on the guide’s configuration, where every other command refuses', () => {
  it('names what is wrong, ends with 11, and shows no secret', async () => {
    const cli = await cliWith({ name: 'flink-conf.yaml', text: `${CURRENT}\n${KEY.replace('<<key>>', 'MARKEDKEY')}` })
    const { code, stdout, stderr } = await cli.run(['doctor'])
    expect(code).toBe(11)
    expect(
      stdout
        .split('\n')
        .map((line) => line.split('\t').slice(0, 2).join(' '))
        .slice(0, 5),
    ).toEqual([
      'error nested-yaml-in-flat-file',
      'error configuration-file-not-read',
      'error account-key-malformed',
      'warn history-directory-unset',
      'warn block-cache-without-effect',
    ])
    expect(stdout + stderr).not.toMatch(new RegExp(`MARKEDKEY|${EMULATOR_KEY.slice(0, 20)}`))
    expect((await cli.run(['list-checkpoints'])).code).toBe(2)
  })

  it('reads as paragraphs to a person, with the fix ready to be copied', async () => {
    const cli = await cliWith({ name: 'flink-conf.yaml', text: `${CURRENT}\n${KEY}` })
    const { text, code } = await runInTerminal(cli, ['doctor'], { columns: 80 })
    const lines = screenLines(text)
    expect(code).toBe(11)
    expect(lines).toContain('ERROR  nested-yaml-in-flat-file')
    expect(lines).toContain('    execution.checkpointing.interval: 30s')
    expect(lines.filter((line) => line.length > 80).every((line) => line.startsWith('    ') || !line.trim().includes(' '))).toBe(true)
    expect(lines.findLast((line) => line !== '')).toMatch(/^\d things looked at: \d errors, \d warnings, \d advice\.$/)
  })
})

describe('doctor on what it cannot see', () => {
  it('says of a JobManager that does not answer that nothing is known of it, and goes on', async () => {
    const { code, result } = await doctor(await cliWith(sandboxConf(), {}, [await deadUrl()]))
    expect(result.findings).toContainEqual(expect.objectContaining({ id: 'jobmanager-unknown', severity: 'unknown' }))
    expect(result.findings.map(({ id }) => id)).toContain('wasb-deprecated')
    expect(code).toBe(11)
  })

  it('says of a container that is not there that it is missing', async () => {
    const gone = `wasbs://not-there@${ACCOUNT_HOST}/checkpoints`
    const { result } = await doctor(await cliWith(sandboxConf(), { roots: { checkpoints: [gone] } }))
    expect(result.findings).toContainEqual(expect.objectContaining({ id: 'container-missing', source: `${ACCOUNT_HOST}/not-there` }))
  })

  it('says once, and without the key, that a key does not open the account', async () => {
    const cli = await cliWith(sandboxConf())
    const key = Buffer.alloc(64).toString('base64')
    const { stdout } = await cli.run(['doctor', '--json'], { env: { AZURE_STORAGE_KEY: key } })
    const found = (JSON.parse(stdout) as Doctor).findings.filter(({ severity }) => severity === 'error')
    expect(found).toMatchObject([{ id: 'storage-access-denied', fix: expect.stringContaining('# The key is wrong: ') }])
    expect(stdout).not.toContain(key.slice(0, 20))
  })
})

describe('doctor on running jobs', () => {
  it('names a job that writes where flinkops does not look', async () => {
    const path = `wasbs://${container.container}@${ACCOUNT_HOST}/elsewhere/${SALES}/chk-3`
    const busy = await startFakeJobManager(cluster({ jobs: [{ jobId: SALES, name: 'sales_pipeline', completed: [path] }] }))
    const { result } = await doctor(await cliWith(sandboxConf(), {}, [busy.url]))
    await busy.stop()
    expect(result.findings).toContainEqual(expect.objectContaining({ id: 'root-unknown', source: `job ${SALES}` }))
  })
})

describe('doctor --lifecycle', () => {
  const withPolicy = async (content: string, roots = 'flink') => {
    const cli = await cliWith(sandboxConf(), { roots: { checkpoints: [`wasbs://${roots}@${ACCOUNT_HOST}/checkpoints`] } }, [
      await deadUrl(),
    ])
    await writeFile(join(cli.dir, 'policy.json'), content)
    return cli
  }

  it('names the guide’s rule, and prints a policy that it has nothing to say about', async () => {
    const cli = await withPolicy(JSON.stringify(LIFECYCLE))
    const { code, result } = await doctor(cli, '--lifecycle', 'policy.json')
    expect(code).toBe(11)
    expect(result).toMatchObject({ findings: [{ id: 'lifecycle-deletes-state', source: 'rule cleanup-old-checkpoints' }], checked: 1 })
    await writeFile(join(cli.dir, 'safe.json'), result.findings[0]?.fix ?? '')
    expect(await doctor(cli, '--lifecycle', 'safe.json')).toMatchObject({ code: 0, result: { findings: [] } })
  })

  it.each([
    ['nothing.json', '{}', 'There is no file nothing.json.'],
    ['policy.json', 'rules: []', 'policy.json is not JSON.'],
    ['policy.json', '{}', 'policy.json is no lifecycle policy: it has no list of rules.'],
  ])('refuses %s with %s', async (file, content, message) => {
    const { code, stderr } = await (await withPolicy(content)).run(['doctor', '--lifecycle', file])
    expect(code).toBe(2)
    expect(stderr).toContain(`Error: ${message}`)
  })
})
