import { parseLocation } from '../state/location.js'
import type { Root } from './facts.js'
import type { LifecycleRule } from './lifecycle-policy.js'

/** Where wasb keeps what is being uploaded: at the container's root, outside every directory of state. */
export const UPLOADS = '_$azuretmpfolder$/'

/** A rule with the roots that it touches. */
export interface Hit {
  rule: LifecycleRule
  roots: Root[]
  /** Those of its prefixes that touch no root. */
  harmless: string[]
}

/** In place of the rule: what it does elsewhere, and the one thing by age that is safe, dead uploads of wasb. A policy is written as a whole. */
export function safePolicy({ rule, roots, harmless }: Hit): string {
  const containers = [...new Set(roots.flatMap(({ path }) => parsedContainer(path)))]
  const uploads = containers.map((container) => `${container}/${UPLOADS}`)
  const byAge = { baseBlob: { delete: { daysAfterModificationGreaterThan: 7 } } }
  const elsewhere = harmless.length === 0 ? [] : [asJson(rule.name, harmless, rule.definition.actions)]
  return JSON.stringify({ rules: [...elsewhere, asJson('flink-dead-uploads', uploads, byAge)] }, null, 2)
}

function asJson(name: string, prefixMatch: string[], actions: unknown): object {
  return { enabled: true, name, type: 'Lifecycle', definition: { filters: { blobTypes: ['blockBlob'], prefixMatch }, actions } }
}

function parsedContainer(path: string): string[] {
  const parsed = parseLocation(path)
  return parsed.ok ? [parsed.location.container] : []
}
