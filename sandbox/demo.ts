/** `npm run demo [-- --flink <version>]`: a tour of the main job on a real Flink; without Java, of its storage half. */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs, styleText } from 'node:util'
import { EMULATOR_PORT } from './emulator.js'
import { missingForFlink, SANDBOX_DIR } from './flink-home.js'
import { requireVersion } from './flink-versions.js'
import { isPortTaken } from './ports.js'
import { flinkTour } from './tour/flink-tour.js'
import { storageTour } from './tour/storage-tour.js'

const DIR = join(SANDBOX_DIR, 'demo')

async function main(): Promise<void> {
  const startedAt = Date.now()
  const { values } = parseArgs({ options: { flink: { type: 'string' } } })
  if (values.flink !== undefined) requireVersion(values.flink)
  const missing = missingForFlink()
  if (missing === null && (await isPortTaken(EMULATOR_PORT)))
    throw new Error(`Port ${EMULATOR_PORT} is taken, and Flink's Azure driver needs the emulator there: stop what listens on it.`)
  await rm(DIR, { recursive: true, force: true })
  await mkdir(DIR, { recursive: true })
  if (missing !== null) console.log(`${missing} So this tour shows the storage half, on a recorded state tree.`)
  const steps = missing === null ? await flinkTour(DIR, values.flink ?? null) : await storageTour(DIR)
  const seconds = Math.round((Date.now() - startedAt) / 1000)
  console.log(`\n${styleText('bold', `All ${steps} steps were observed to work, in ${seconds} s. Everything is stopped.`)}`)
  if (missing === null) console.log('A cluster to try things on yourself: npm run sandbox')
}

main().catch((error: unknown) => {
  console.error(`\n✗ ${error instanceof Error ? error.message : String(error)}`)
  process.exit(1)
})
