import { setTimeout as sleep } from 'node:timers/promises'
import type { Child } from './child-process.js'

export interface Wait<T> {
  /** What is waited for, as a clause: `the JobManager answers`. */
  until: string
  probe: () => Promise<T | null>
  timeoutMs?: number
  everyMs?: number
  /** Whoever is waited for: its end ends the waiting. */
  child?: Child
  logFile?: string
}

/** Asks again and again until the probe answers something; a probe that throws counts as "not yet". */
export async function waitUntil<T>(wait: Wait<T>): Promise<T> {
  const { until, probe, timeoutMs = 90_000, everyMs = 150, child, logFile } = wait
  const deadline = Date.now() + timeoutMs
  const where = logFile === undefined ? '' : ` (log: ${logFile})`
  let last = ''
  while (Date.now() < deadline) {
    try {
      const answer = await probe()
      if (answer !== null) return answer
    } catch (error) {
      last = `: ${reason(error)}`
    }
    const code = child?.exitCode() ?? null
    if (child !== undefined && code !== null) throw new Error(`${child.name} ended with code ${code} before ${until}${where}`)
    await sleep(everyMs)
  }
  throw new Error(`Waited ${Math.round(timeoutMs / 1000)} s in vain until ${until}${last}${where}`)
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
