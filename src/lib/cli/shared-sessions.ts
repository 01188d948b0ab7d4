import type { Context } from '../context.js'
import type { SharedSqlGateway } from '../ports.js'

/** Works with one session for each script, which are closed at the end. */
export async function withSharedSessions<T>(context: Context, work: (context: Context) => Promise<T>): Promise<T> {
  let shared: SharedSqlGateway | null = null
  const sqlGateway = async () => {
    const gateway = await context.sqlGateway()
    shared ??= gateway.share()
    return shared
  }
  const close = async () => shared?.close()
  try {
    return await work({ ...context, sqlGateway })
  } finally {
    await close()
  }
}
