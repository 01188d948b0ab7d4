import { EXIT, FlinkopsError } from '../errors.js'
import type { ScriptPart, SharedSqlGateway, SqlGateway, SqlScript, SqlStatement } from '../ports.js'
import { runStatements } from './sql-script.js'
import type { Session } from './sql-statement.js'

type Open = (script: SqlScript, signal: AbortSignal) => Promise<Session>

/** The session of one script. */
interface Shared {
  session: Session
  /** Statements that are no job's own and are through. */
  done: Set<string>
  /** A statement that starts a job was sent. */
  mayHaveJob: boolean
  /** Keeps it alive while a job is waited for: the gateway closes a session after 10 idle minutes (`sql-gateway.session.idle-timeout`). */
  beat: NodeJS.Timeout
}

const BEAT_MS = 60_000
const CLOSE_TIMEOUT_MS = 5000

/**
 * One session for all jobs of a script: what stands before them runs once and in order, as in the SQL client; run again for a second job,
 * a `DROP TABLE` would take the table from under the first.
 */
export function shareSessions(gateway: SqlGateway, open: Open): SharedSqlGateway {
  const sessions = new Map<string, Shared>()

  async function sessionOf({ origin }: ScriptPart, script: SqlScript, signal: AbortSignal): Promise<Shared> {
    const known = sessions.get(origin)
    if (known !== undefined) return known
    const session = await open(script, signal)
    const shared = { session, done: new Set<string>(), mayHaveJob: false, beat: setInterval(() => void beat(session), BEAT_MS).unref() }
    sessions.set(origin, shared)
    return shared
  }

  async function end(origin: string, { session, beat: timer }: Shared): Promise<void> {
    sessions.delete(origin)
    clearInterval(timer)
    await closeSession(session)
  }

  async function run(part: ScriptPart, script: SqlScript, signal: AbortSignal): Promise<string[]> {
    const shared = await sessionOf(part, script, signal)
    try {
      const onStep = (statement: SqlStatement, step: 'sent' | 'done') => {
        if (part.own.includes(statement)) shared.mayHaveJob ||= statement.startsJob
        else if (step === 'done') shared.done.add(keyOf(statement, script))
      }
      return await runStatements(shared.session, script, leftOf(part, script, shared.done), signal, onStep)
    } catch (error) {
      // The session may be gone with its gateway. Anew, though, only where no job can run yet whose tables that would take away.
      if (!shared.mayHaveJob && error instanceof FlinkopsError && error.exitCode === EXIT.unreachable) await end(part.origin, shared)
      throw error
    }
  }

  const shared: SharedSqlGateway = {
    url: gateway.url,
    share: () => shared,
    runScript: (script, signal) => (script.part === undefined ? gateway.runScript(script, signal) : run(script.part, script, signal)),
    close: async () => {
      for (const [origin, one] of sessions) await end(origin, one)
    },
  }
  return shared
}

/** What is still to run: the job's own, and what no job of the script has run yet. */
function leftOf({ own }: ScriptPart, script: SqlScript, done: ReadonlySet<string>): SqlStatement[] {
  const before = script.statements.filter((statement) => !own.includes(statement))
  const isAhead = done.size > before.filter((statement) => done.has(keyOf(statement, script))).length
  // A job that stands further down came first: the session has its settings.
  const again = isAhead ? before.filter(({ text }) => OF_SESSION.test(text)) : []
  const left = script.statements.filter(
    (statement) => own.includes(statement) || again.includes(statement) || !done.has(keyOf(statement, script)),
  )
  return isAhead ? [{ text: 'RESET', line: own[0]?.line ?? 1, startsJob: false }, ...left] : left
}

/** What only sets the session, so that it does no harm a second time. */
const OF_SESSION = /^(?:SET|RESET|USE)\b/i

/** The same for a statement whenever the script is read: the place among its likes. */
function keyOf(statement: SqlStatement, { statements, part }: SqlScript): string {
  const isLike = (other: SqlStatement) => other.text === statement.text && other.line === statement.line && !part?.own.includes(other)
  return `${statement.line} ${statements.filter(isLike).indexOf(statement)} ${statement.text}`
}

async function beat({ http, path }: Session): Promise<void> {
  const signal = AbortSignal.timeout(CLOSE_TIMEOUT_MS)
  await http.send({ method: 'POST', path: `${path}/heartbeat`, timeoutMs: CLOSE_TIMEOUT_MS, signal }).catch(() => undefined)
}

/** Also after an abort, so under a signal of its own; the gateway would close it after 10 idle minutes anyway. */
export async function closeSession({ http, path }: Session): Promise<void> {
  const signal = AbortSignal.timeout(CLOSE_TIMEOUT_MS)
  await http.send({ method: 'DELETE', path, timeoutMs: CLOSE_TIMEOUT_MS, signal }).catch(() => undefined)
}
