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

const UPLOADS_RULE = 'flink-dead-uploads'

/**
 * In place of the whole policy, as one is written as a whole: rules that do state no harm as they are, of the others what they do
 * elsewhere, and the one thing by age that is safe, dead uploads of wasb.
 */
export function safePolicy(hits: Hit[], isFaulty: (hit: Hit) => boolean): string {
  const faulty = hits.filter(isFaulty)
  const kept = hits.flatMap((hit) => (faulty.includes(hit) ? elsewhere(hit) : [asJson(hit.rule, hit.rule.definition)]))
  const isThere = hits.some(({ rule }) => rule.name === UPLOADS_RULE && !faulty.some((hit) => hit.rule === rule))
  return JSON.stringify({ rules: isThere ? kept : [...kept, deadUploads(faulty)] }, null, 2)
}

function elsewhere({ rule, harmless }: Hit): object[] {
  if (harmless.length === 0) return []
  const filters = rule.definition['filters']
  const others = typeof filters === 'object' && filters !== null ? filters : {}
  return [asJson(rule, { ...rule.definition, filters: { ...others, prefixMatch: harmless } })]
}

function deadUploads(faulty: Hit[]): object {
  const containers = [...new Set(faulty.flatMap(({ roots }) => roots.flatMap(({ path }) => parsedContainer(path))))]
  const filters = { blobTypes: ['blockBlob'], prefixMatch: containers.map((container) => `${container}/${UPLOADS}`) }
  const actions = { baseBlob: { delete: { daysAfterModificationGreaterThan: 7 } } }
  return asJson({ name: UPLOADS_RULE, enabled: true }, { filters, actions })
}

function asJson({ name, enabled }: Pick<LifecycleRule, 'name' | 'enabled'>, definition: object): object {
  return { enabled, name, type: 'Lifecycle', definition }
}

function parsedContainer(path: string): string[] {
  const parsed = parseLocation(path)
  return parsed.ok ? [parsed.location.container] : []
}
