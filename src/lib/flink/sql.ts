import { EXIT, FlinkopsError } from '../errors.js'
import type { SqlGateway, SqlScript } from '../ports.js'
import { failureOf, isSuccess } from './failure.js'
import { createHttp, type Http, type HttpOptions } from './http.js'
import { checkRestorable, runStatements } from './sql-script.js'
import { closeSession, shareSessions } from './sql-sessions.js'
import type { Session } from './sql-statement.js'
import { parseApiVersions, parseSessionHandle } from './wire-sql.js'

/** v1 came with 1.16, v2 with 1.17, v3 with 1.20, v4 with 2.0; what is used here is the same in all. */
const KNOWN_VERSIONS = [4, 3, 2, 1]

export type SqlGatewayOptions = Omit<HttpOptions, 'server'> & {
  /** Pause between two looks at a running statement. */
  pollMs?: number
}

/**
 * The SQL Gateway's REST API. `GET /sessions/:s` and the rows of `SET` list the gateway's configuration with account keys in clear:
 * neither is ever read here.
 */
export function createSqlGateway(options: SqlGatewayOptions): SqlGateway {
  const http = createHttp({ ...options, server: 'SQL Gateway' })
  const open = async (script: SqlScript, signal: AbortSignal) => {
    checkRestorable(script)
    return openSession(http, options.pollMs ?? 250, propertiesOf(script), signal)
  }
  const gateway: SqlGateway = {
    url: http.url,
    share: () => shareSessions(gateway, open),
    async runScript(script, signal) {
      const session = await open(script, signal)
      try {
        return await runStatements(session, script, script.statements, signal)
      } finally {
        await closeSession(session)
      }
    },
  }
  return gateway
}

/**
 * The session gets no properties: what a script needs it says itself. Only one that is watched apart keeps the catalogs that it creates to
 * itself, whatever the gateway is set up for (`SessionContext` builds the catalog store from the session's configuration, from 1.18 on).
 */
function propertiesOf({ isolation, statements }: SqlScript): Record<string, string> | null {
  const hasCatalog = statements.some(({ text }) => /^CREATE\s+CATALOG\b/i.test(text))
  return isolation !== undefined && hasCatalog ? { 'table.catalog-store.kind': 'generic_in_memory' } : null
}

async function openSession(http: Http, pollMs: number, properties: Record<string, string> | null, signal: AbortSignal): Promise<Session> {
  const base = `/v${await negotiate(http, signal)}/sessions`
  const answer = await http.send({ method: 'POST', path: base, body: properties === null ? {} : { properties }, signal })
  if (!isSuccess(answer)) throw failureOf(answer, 'The SQL Gateway opened no session', 'SQL_GATEWAY_ERROR')
  return { http, path: `${base}/${encodeURIComponent(parseSessionHandle(answer.body))}`, pollMs }
}

async function negotiate(http: Http, signal: AbortSignal): Promise<number> {
  const answer = await http.send({ method: 'GET', path: '/api_versions', signal })
  if (!isSuccess(answer)) throw failureOf(answer, `The SQL Gateway at ${http.url} does not tell its API versions`, 'SQL_GATEWAY_ERROR')
  const offered = parseApiVersions(answer.body)
  const version = KNOWN_VERSIONS.find((known) => offered.includes(known))
  if (version !== undefined) return version
  throw new FlinkopsError(`The SQL Gateway at ${http.url} offers none of the API versions v1 to v4`, {
    code: 'UNREACHABLE',
    exitCode: EXIT.unreachable,
    suggestions: ['Check that the URL is that of a SQL Gateway (port 8083 by default).'],
  })
}
