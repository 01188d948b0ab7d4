import type { Blob } from '../ports.js'

/** What listing and properties both tell of a blob. */
export interface BlobFacts {
  contentLength?: number | undefined
  etag?: string | undefined
  lastModified?: Date | undefined
}

/** A blob as the ports know it, or `null` when the answer lacks what identifies a version. */
export function toBlob(name: string, facts: BlobFacts, metadata: Record<string, string> | undefined): Blob | null {
  const { contentLength, etag, lastModified } = facts
  if (name === '' || contentLength === undefined || !etag || !lastModified || Number.isNaN(lastModified.getTime())) return null
  return {
    name,
    sizeBytes: contentLength,
    etag: unquoted(etag),
    lastModifiedMs: lastModified.getTime(),
    isDirectory: flag(metadata, 'hdi_isfolder') || flag(metadata, 'asv_isfolder'),
    isUploading: has(metadata, 'hdi_tmpupload') || has(metadata, 'asv_tmpupload'),
  }
}

/** Listings give ETags bare, headers give them quoted. */
export function unquoted(etag: string): string {
  return etag.startsWith('"') ? etag.replace(/^"(.*)"$/, '$1') : etag
}

export function quoted(etag: string): string {
  return `"${unquoted(etag)}"`
}

/** Marks of hadoop-azure, by their current and their first name (`AzureNativeFileSystemStore`). Metadata names ignore case. */
function has(metadata: Record<string, string> | undefined, name: string): boolean {
  return metadataValue(metadata, name) !== undefined
}

function flag(metadata: Record<string, string> | undefined, name: string): boolean {
  return metadataValue(metadata, name)?.toLowerCase() === 'true'
}

function metadataValue(metadata: Record<string, string> | undefined, name: string): string | undefined {
  const key = Object.keys(metadata ?? {}).find((candidate) => candidate.toLowerCase() === name)
  return key === undefined ? undefined : metadata?.[key]
}
