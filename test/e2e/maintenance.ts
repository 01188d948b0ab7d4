import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import type { JobEntry } from '../../sandbox/flinkops-config.js'
import { requestJson } from '../../sandbox/http-json.js'
import type { Manifest } from '../../src/lib/state/manifest.js'
import type { E2e, RunOptions, RunResult } from '../support/sandbox.js'

/** Adds jobs to the `jobs:` map of the context. */
export async function nameJobs({ configFile }: E2e, jobs: Record<string, JobEntry>): Promise<void> {
  const config = parse(await readFile(configFile, 'utf8')) as { contexts: { sandbox: { jobs: Record<string, JobEntry> } } }
  const { sandbox } = config.contexts
  sandbox.jobs = { ...sandbox.jobs, ...jobs }
  await writeFile(configFile, stringify(config, { lineWidth: 0 }))
}

export interface Sequence {
  name: string
  script: string
  /** Where the numbers go. */
  out: string
}

/** A script that writes the numbers from 1 to `last` to files, so many a second. */
export async function writeSequence({ dir }: E2e, name: string, numbers: { last: number; perSecond: number }): Promise<Sequence> {
  const out = join(dir, 'out', name)
  await mkdir(out, { recursive: true })
  const script = join(dir, `${name}.sql`)
  const source = `'connector'='datagen', 'rows-per-second'='${numbers.perSecond}', 'fields.id.kind'='sequence', 'fields.id.start'='1', 'fields.id.end'='${numbers.last}'`
  await writeFile(
    script,
    `SET 'pipeline.name' = '${name}';
CREATE TABLE numbers (id BIGINT) WITH (${source});
CREATE TABLE written (id BIGINT) WITH ('connector'='filesystem', 'path'='file://${out}', 'format'='json');
INSERT INTO written SELECT id FROM numbers;
`,
  )
  return { name, script, out }
}

/** How often each number was committed; what is still being written counts nothing. */
export async function writtenNumbers({ out }: Sequence): Promise<Map<number, number>> {
  const counts = new Map<number, number>()
  const entries = await readdir(out, { recursive: true, withFileTypes: true })
  for (const entry of entries.filter((one) => one.isFile() && !/^[._]/.test(one.name))) {
    for (const line of (await readFile(join(entry.parentPath, entry.name), 'utf8')).split('\n')) {
      if (line === '') continue
      const { id } = JSON.parse(line) as { id: number }
      counts.set(id, (counts.get(id) ?? 0) + 1)
    }
  }
  return counts
}

/** The newest manifest of this machine; null before there is one. */
export async function lastManifest({ dir }: E2e): Promise<Manifest | null> {
  const folder = join(dir, 'state', 'flinkops', 'maintenance')
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json'))
  const all = await Promise.all(names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as Manifest))
  return all.toSorted((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1))[0] ?? null
}

/** Runs a command and kills it, as `kill -9` does, as soon as its manifest is as said. */
export async function killedOnce(
  e2e: E2e,
  args: string[],
  isTime: (manifest: Manifest) => boolean,
  options: Pick<RunOptions, 'onOutput'> = {},
): Promise<RunResult> {
  const kill = new AbortController()
  let isOver = false
  const end = e2e.flinkops(args, { ...options, kill: kill.signal }).finally(() => {
    isOver = true
  })
  while (!isOver && !kill.signal.aborted) {
    const manifest = await lastManifest(e2e)
    if (manifest !== null && isTime(manifest)) kill.abort()
    await new Promise((next) => setTimeout(next, 2))
  }
  return end
}

/** Runs a command again and again, killed the n-th time at its n-th step, until it ends by itself. */
export async function killedAtEveryStep(e2e: E2e, args: string[]): Promise<{ kills: number; last: RunResult }> {
  for (let kills = 0; ; kills++) {
    const before = (await lastManifest(e2e))?.revision ?? 0
    const last = await killedOnce(e2e, args, ({ revision }) => revision > before + kills)
    if (last.code !== 137) return { kills, last }
  }
}

export interface ClusterJob {
  jid: string
  name: string
  state: string
}

export async function jobsOf({ cluster }: E2e): Promise<ClusterJob[]> {
  return ((await requestJson(`${cluster.restUrl}/jobs/overview`)) as { jobs: ClusterJob[] }).jobs
}

/** Name, job id and path of each line of `stop --all` or `resume --all`. */
export function rows(stdout: string): string[][] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'))
}
