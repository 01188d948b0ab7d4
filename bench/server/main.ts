/**
 * `npx tsx bench/server/main.ts --shape million --port 0`: Blob Storage of one account with one synthetic container, on loopback. Prints
 * one line of JSON with its endpoint and how many blobs there are. Signatures are not checked.
 */
import { parseArgs } from 'node:util'
import { Catalogue } from './catalogue.js'
import { httpServer } from './http.js'
import { createService } from './service.js'
import { shapeNamed } from './shape.js'
import { SnapshotBytes } from './snapshot-bytes.js'
import { Store } from './store.js'

const ACCOUNT = 'devstoreaccount1'
const CONTAINER = 'flink'

const { values } = parseArgs({
  options: {
    shape: { type: 'string', default: 'small' },
    port: { type: 'string', default: '0' },
    /** The account as paths in `_metadata` spell it. */
    host: { type: 'string', default: 'acct.blob.core.windows.net' },
  },
})
const shape = shapeNamed(values.shape)
const catalogue = new Catalogue(shape, Date.now())
const snapshots = new SnapshotBytes(shape, `wasbs://${CONTAINER}@${values.host}`)
const store = new Store(catalogue, (run) => snapshots.sizeOf(run))
const service = createService({ account: ACCOUNT, container: CONTAINER, store, snapshots })

const server = httpServer(service)
server.listen(Number(values.port), '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  console.log(JSON.stringify({ endpoint: `http://127.0.0.1:${port}/${ACCOUNT}`, container: CONTAINER, blobs: store.size }))
})
