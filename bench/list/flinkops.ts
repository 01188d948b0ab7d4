/** `npx tsx bench/list/flinkops.ts <endpoint> <container>`: lists a container as flinkops does, in a process of its own. */
import { setMaxListeners } from 'node:events'
import { createStorage } from '../../src/lib/azure/storage.js'
import { tuneEngine } from '../../src/lib/cli/engine.js'
import { Secret } from '../../src/lib/secret.js'

tuneEngine()

const [endpoint = '', container = ''] = process.argv.slice(2)
const key = new Secret(Buffer.alloc(64).toString('base64'))
const storage = createStorage({ accessFor: (account) => ({ account, endpoint, credential: { kind: 'key', key }, source: 'bench' }) })
const reader = await storage.container('devstoreaccount1', container)
const { signal } = new AbortController()
setMaxListeners(0, signal)
const startedAt = performance.now()
let blobs = 0
for await (const page of reader.list({ signal })) blobs += page.blobs.length
const { user, system } = process.cpuUsage()
const peakMb = process.resourceUsage().maxRSS / 1024
console.log(JSON.stringify({ blobs, seconds: (performance.now() - startedAt) / 1000, processorSeconds: (user + system) / 1e6, peakMb }))
