/** Text as it stands in XML. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (character) => ESCAPES[character] ?? character)
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** A blob's or prefix's name; one that XML cannot carry is percent-encoded, and says so. */
export function nameXml(name: string): string {
  const isEncoded = [...name].some((character) => !isCarried(character.codePointAt(0) ?? 0))
  return isEncoded ? `<Name Encoded="true">${encodeURIComponent(name)}</Name>` : `<Name>${escapeXml(name)}</Name>`
}

function isCarried(code: number): boolean {
  return code >= 0x20 && code !== 0xfffe && code !== 0xffff
}

function metadataXml(metadata: Record<string, string>): string {
  const entries = Object.entries(metadata).map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`)
  return entries.length === 0 ? '<Metadata />' : `<Metadata>${entries.join('')}</Metadata>`
}

export interface EntryFacts {
  name: string
  sizeBytes: number
  etag: string
  modifiedMs: number
  /** `null`: it was not asked for. */
  metadata: Record<string, string> | null
}

/** An entry of a listing with the properties that a real account gives. */
export function entryXml({ name, sizeBytes, etag, modifiedMs, metadata }: EntryFacts): string {
  const time = new Date(modifiedMs).toUTCString()
  return (
    `<Blob>${nameXml(name)}<Properties><Creation-Time>${time}</Creation-Time><Last-Modified>${time}</Last-Modified><Etag>${etag}</Etag>` +
    `<Content-Length>${sizeBytes}</Content-Length><Content-Type>application/octet-stream</Content-Type><Content-Encoding />` +
    '<Content-Language /><Content-CRC64 /><Content-MD5 /><Cache-Control /><Content-Disposition /><BlobType>BlockBlob</BlobType>' +
    '<AccessTier>Hot</AccessTier><AccessTierInferred>true</AccessTierInferred><LeaseStatus>unlocked</LeaseStatus>' +
    '<LeaseState>available</LeaseState><ServerEncrypted>true</ServerEncrypted></Properties>' +
    `${metadata === null ? '' : metadataXml(metadata)}<OrMetadata /></Blob>`
  )
}
