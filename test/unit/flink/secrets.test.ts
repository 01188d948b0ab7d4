import { inspect } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { createJobManager } from '../../../src/lib/flink/client.js'
import { splitScript } from '../../../src/lib/flink/script.js'
import { createSqlGateway } from '../../../src/lib/flink/sql.js'
import { Secret } from '../../../src/lib/secret.js'
import { crash, HANDLER, JOB, json, type Loopback, never, refuse, serve, TRIGGER } from './loopback.js'

const MARK = 'MARKED-s3cret-value'
const SAS = 'https://a.blob.core.windows.net/c?sv=2024&sig=MARKED-s3cret-signature'
const headers = () => new Map([['Authorization', new Secret(`Bearer ${MARK}`)]])

let server: Loopback | undefined
afterEach(() => server?.close())

/** Everything an error could carry to a terminal, a log, or `--json`. */
async function shown(failing: Promise<unknown>): Promise<string> {
  const error = await failing.then(
    () => expect.fail('it should have failed'),
    (thrown: unknown) => thrown,
  )
  return `${inspect(error, { depth: 10, showHidden: true, getters: true })}${JSON.stringify(error)}${String(error)}`
}

describe('a secret never travels with an error', () => {
  it.each([
    [
      'echoed by a server that crashes',
      (response: Parameters<typeof json>[0]) => crash(response, `a.BException: GET ${SAS} with Bearer ${MARK} failed`),
    ],
    ['echoed by a refusal', (response: Parameters<typeof json>[0]) => refuse(response, 400, `${HANDLER}Bad ${MARK} ${SAS}`)],
    ['echoed while not ready', (response: Parameters<typeof json>[0]) => refuse(response, 503, `Not now, ${MARK}`)],
    ['behind a login', (response: Parameters<typeof json>[0]) => response.writeHead(401, { 'www-authenticate': MARK }).end(MARK)],
    ['in a redirect', (response: Parameters<typeof json>[0]) => response.writeHead(302, { location: `https://x/${MARK}` }).end()],
    [
      'in a login page',
      (response: Parameters<typeof json>[0]) => response.writeHead(200, { 'content-type': 'text/html' }).end(`<html>${MARK}`),
    ],
    ['when the answer is lost', (response: Parameters<typeof json>[0]) => response.destroy()],
    ["in an answer that is not Flink's", (response: Parameters<typeof json>[0]) => json(response, 200, { [MARK]: SAS })],
  ])('%s', async (_, reply) => {
    server = await serve((_seen, response) => reply(response))
    const client = createJobManager({ url: server.url.replace('//', `//user:${MARK}@`), headers: headers(), patienceMs: 0 })
    expect(await shown(client.jobs(never()))).not.toContain('MARKED')
    expect(await shown(client.operation(JOB, TRIGGER, never()))).not.toContain('MARKED')
    expect(inspect(client, { depth: 10, showHidden: true })).not.toContain('MARKED')
    const gateway = createSqlGateway({ url: server.url, headers: headers(), patienceMs: 0 })
    expect(await shown(gateway.runScript({ statements: splitScript('SELECT 1'), flinkVersion: '2.0.0' }, never()))).not.toContain('MARKED')
  })

  it('when nobody listens', async () => {
    const client = createJobManager({ url: `http://user:${MARK}@127.0.0.1:1`, headers: headers(), patienceMs: 0 })
    expect(await shown(client.jobs(never()))).not.toContain('MARKED')
  })

  it('when a header cannot be sent at all', async () => {
    const client = createJobManager({ url: 'http://127.0.0.1:1', headers: new Map([['x-token', new Secret(`${MARK}\nx`)]]), patienceMs: 0 })
    expect(await shown(client.jobs(never()))).not.toContain('MARKED')
  })

  it('in the cause of a failed operation', async () => {
    const body = {
      status: { id: 'COMPLETED' },
      operation: { 'failure-cause': { 'stack-trace': `a.BException: cannot write ${SAS}`, 'serialized-throwable': MARK } },
    }
    server = await serve((_, response) => json(response, 200, body))
    const status = await createJobManager({ url: server.url }).operation(JOB, TRIGGER, never())
    expect(JSON.stringify(status)).not.toContain('MARKED')
    expect(status).toMatchObject({ state: 'failed', cause: expect.stringContaining('sig=***') })
  })
})
