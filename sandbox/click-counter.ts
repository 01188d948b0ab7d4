import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { FlinkHome } from './flink-home.js'
import { runTool } from './java.js'

export const CLICK_COUNTER = { entryClass: 'ClickCounter', jobName: 'click_counter' } as const

const SOURCE = join(import.meta.dirname, 'job', 'ClickCounter.java')

/** Compiles the sandbox's jar job against a Flink, once for each text of its source; the jar's path. Needs a JDK. */
export async function clickCounterJar(home: FlinkHome): Promise<string> {
  const version = createHash('sha256')
    .update(await readFile(SOURCE))
    .digest('hex')
  const jar = join(home.cacheDir, `click-counter-${version.slice(0, 8)}.jar`)
  if (existsSync(jar)) return jar
  const work = join(home.cacheDir, `click-counter-${process.pid}`)
  await mkdir(join(work, 'classes'), { recursive: true })
  await runTool('javac', ['-nowarn', '-Xlint:none', '--release', '11', '-cp', home.classpath, '-d', join(work, 'classes'), SOURCE])
  await runTool('jar', ['cfe', join(work, 'made.jar'), CLICK_COUNTER.entryClass, '-C', join(work, 'classes'), '.'])
  await rename(join(work, 'made.jar'), jar)
  await rm(work, { recursive: true })
  return jar
}
