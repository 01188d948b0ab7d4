import { isForeignAccount } from '../foreign.js'
import type { StorageReader } from '../ports.js'
import { parseLocation } from '../state/location.js'
import type { Ledger } from './ledger.js'
import { isUnproven, verifySnapshot } from './verify-snapshot.js'

export interface CheckPathInput {
  jobId: string
  ledger: Ledger
  storage: StorageReader
  signal: AbortSignal
}

/** Looks whether the path of a job can be restored, and writes down what came of it; also that it lies where nobody looks. */
export async function checkPath(input: CheckPathInput): Promise<void> {
  const { ledger, jobId } = input
  const problem = await problemOf(ledger.job(jobId).path, input)
  if (problem === null) await ledger.step(jobId, { verified: true })
  else await ledger.step(jobId, { verified: false, error: problem })
}

async function problemOf(path: string | null, { storage, signal }: CheckPathInput): Promise<string | null> {
  const parsed = parseLocation(path ?? '')
  if (!parsed.ok) return `its savepoint is not restorable: it cannot be checked, ${parsed.problem}`
  try {
    const found = await verifySnapshot({ storage, location: parsed.location, signal })
    if (found.state === 'complete') return null
    return `its savepoint is ${isUnproven(found) ? 'not proven' : 'not restorable'}: ${found.problem}`
  } catch (error) {
    if (!isForeignAccount(error)) throw error
    return `its savepoint ${path} was not looked at: ${[error.message, ...error.suggestions].join(' ')}`
  }
}
