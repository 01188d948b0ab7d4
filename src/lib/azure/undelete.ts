import type { UndeleteOutcome } from '../ports-record.js'
import { faultOf } from './errors.js'
import { isGone, statBlob } from './read.js'
import { request, type Target } from './target.js'

/**
 * Brings one blob back: Undelete Blob where soft delete keeps it; with versioning the newest earlier version is copied over the name,
 * since Undelete alone does not restore a current version. A blob that is there is never touched.
 */
export async function undeleteBlob(target: Target, { name, signal }: { name: string; signal: AbortSignal }): Promise<UndeleteOutcome> {
  if ((await statBlob(target, { name, signal })) !== null) return { state: 'there' }
  const refused = await attempt(target, `undelete ${name}`, signal, async (abortSignal) => {
    await target.client.getBlobClient(name).undelete({ abortSignal })
  })
  if ((await statBlob(target, { name, signal })) !== null) return { state: 'restored' }
  const version = await newestVersion(target, name, signal)
  if (version === null) return refused ?? { state: 'lost' }
  const failed = await attempt(target, `copy a version over ${name}`, signal, async (abortSignal) => {
    const source = target.client.getBlobClient(name).withVersion(version).url
    await target.client.getBlobClient(name).syncCopyFromURL(source, { abortSignal, conditions: { ifNoneMatch: '*' } })
  })
  return failed ?? { state: 'restored' }
}

async function attempt(
  target: Target,
  action: string,
  signal: AbortSignal,
  run: (abortSignal: AbortSignal) => Promise<void>,
): Promise<Extract<UndeleteOutcome, { state: 'lost' | 'failed' | 'notOffered' }> | null> {
  return request(target, { action, signal, isWriting: true }, async (abortSignal) => {
    try {
      await run(abortSignal)
      return null
    } catch (error) {
      const { status, code } = faultOf(error)
      if (isGone(error)) return { state: 'lost' as const }
      if (status === 501) return { state: 'notOffered' as const }
      if (status !== null && status !== 401 && status !== 403) return { state: 'failed' as const, code: code ?? `HTTP ${status}` }
      throw error
    }
  })
}

async function newestVersion(target: Target, name: string, signal: AbortSignal): Promise<string | null> {
  return request(target, { action: `list versions of ${name}`, signal }, async (abortSignal) => {
    let newest: string | null = null
    for await (const blob of target.client.listBlobsFlat({ prefix: name, includeVersions: true, abortSignal })) {
      if (blob.name === name && blob.versionId !== undefined && (newest === null || blob.versionId > newest)) newest = blob.versionId
    }
    return newest
  })
}
