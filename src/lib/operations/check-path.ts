import type { StorageReader } from '../ports.js'
import { parseLocation } from '../state/location.js'
import type { Ledger } from './ledger.js'
import { verifySnapshot } from './verify-snapshot.js'

export interface CheckPathInput {
  jobId: string
  ledger: Ledger
  storage: StorageReader
  signal: AbortSignal
}

/** Looks whether the path of a job can be restored, and writes down what came of it. */
export async function checkPath(input: CheckPathInput): Promise<void> {
  const { ledger, jobId } = input
  const problem = await problemOf(ledger.job(jobId).path, input)
  if (problem === null) await ledger.step(jobId, { verified: true })
  else await ledger.step(jobId, { verified: false, error: `its savepoint is not restorable: ${problem}` })
}

async function problemOf(path: string | null, { storage, signal }: CheckPathInput): Promise<string | null> {
  const parsed = parseLocation(path ?? '')
  if (!parsed.ok) return `it cannot be checked, ${parsed.problem}`
  const found = await verifySnapshot({ storage, location: parsed.location, signal })
  return found.state === 'complete' ? null : found.problem
}
