/** `npm run bench`: every bench in turn, each answering the lines to print. */
import { benchDelete } from './delete.js'
import { benchMetadata } from './metadata.js'
import { benchPlan } from './plan.js'

const BENCHES: Record<string, () => Promise<string[]>> = { metadata: benchMetadata, plan: benchPlan, delete: benchDelete }

for (const [name, bench] of Object.entries(BENCHES)) console.log(`${name}\n${(await bench()).map((line) => `  ${line}`).join('\n')}`)
