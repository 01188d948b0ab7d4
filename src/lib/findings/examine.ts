import { checkConfFile } from './conf-file.js'
import { checkCredentials } from './credentials.js'
import { checkDirectories } from './directories.js'
import { checkEffect } from './effect.js'
import type { Facts } from './facts.js'
import { type Finding, sortFindings } from './finding.js'
import { checkHealth } from './health.js'
import { checkInForce } from './in-force.js'
import { checkKnownRoots } from './known-roots.js'
import { checkLosingState } from './losing-state.js'
import { checkProtection } from './protection.js'
import { checkRetention } from './retention.js'
import { checkRights } from './rights.js'
import { checkStartedEmpty } from './started-empty.js'

const TOPICS: ((facts: Facts) => Finding[])[] = [
  checkStartedEmpty,
  checkConfFile,
  checkInForce,
  checkLosingState,
  checkDirectories,
  checkKnownRoots,
  checkRetention,
  checkEffect,
  checkCredentials,
  checkRights,
  checkProtection,
  checkHealth,
]

/** Everything that the facts show, worst first. */
export function findingsOf(facts: Facts): Finding[] {
  return sortFindings(TOPICS.flatMap((check) => check(facts)))
}
