/** `npm run bench`: every bench in turn, each answering the lines to print. */
import { benchBesideJob } from './beside-job.js'
import { benchDelete } from './delete.js'
import { benchListing } from './listing.js'
import { benchMetadata } from './metadata.js'
import { benchPlan } from './plan.js'
import { benchStartup } from './startup.js'

const BENCHES: Record<string, () => Promise<string[]>> = {
  delete: benchDelete,
  listing: benchListing,
  metadata: benchMetadata,
  plan: benchPlan,
  startup: benchStartup,
  'beside a job': benchBesideJob,
}

for (const [name, bench] of Object.entries(BENCHES)) console.log(`${name}\n${(await bench()).map((line) => `  ${line}`).join('\n')}`)
