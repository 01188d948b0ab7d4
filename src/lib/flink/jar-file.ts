import { createReadStream, openAsBlob } from 'node:fs'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { FormData } from 'undici'
import { notFoundError } from '../errors.js'

export async function sha256Of(path: string, signal: AbortSignal): Promise<string> {
  // Loaded for a jar only: nothing else here needs it, and it is large.
  const { createHash } = await import('node:crypto')
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(path), hash, { signal })
  } catch {
    signal.throwIfAborted()
    throw notFoundError('JAR_NOT_READABLE', `Cannot read the jar ${path}`)
  }
  return hash.digest('hex')
}

/** The content's digest in the name lets a later run find the jar again; Flink puts a UUID before it. */
export function jarName(path: string, digest: string): string {
  const stem = basename(path)
    .replace(/\.jar$/i, '')
    .replace(/[^\w.-]/g, '_')
    .slice(0, 80)
  return `${stem}-${digest}.jar`
}

/** Exactly one part: any other form field is a 400. Streamed from disk. */
export async function jarForm(path: string, name: string): Promise<FormData> {
  const form = new FormData()
  form.append('jarfile', await openAsBlob(path, { type: 'application/x-java-archive' }), name)
  return form
}
