/** `npx tsx bench/list/sdk.ts <endpoint> <container>`: lists a container as the SDK does. */
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob'

const [endpoint = '', container = ''] = process.argv.slice(2)
const key = new StorageSharedKeyCredential('devstoreaccount1', Buffer.alloc(64).toString('base64'))
const client = new BlobServiceClient(endpoint, key).getContainerClient(container)
const startedAt = performance.now()
let blobs = 0
for await (const page of client.listBlobsFlat({ includeMetadata: true }).byPage({ maxPageSize: 5000 }))
  blobs += page.segment.blobItems.length
const peakMb = process.resourceUsage().maxRSS / 1024
console.log(JSON.stringify({ blobs, seconds: (performance.now() - startedAt) / 1000, peakMb }))
