import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const SHARED = join(import.meta.dirname, '../../../../shared/fixtures')

/** Directory of recorded answers of real clusters, where present. */
export function fixtureDir(name: string): string | null {
  const dir = join(SHARED, name)
  if (existsSync(dir)) return dir
  console.info(`skipped: no recorded answers at ${join('..', 'shared', 'fixtures', name)}`)
  return null
}

export interface Recorded {
  file: string
  method: string
  path: string
  status: number
  headers: Record<string, string>
  body: unknown
}

export function recordedAnswers(dir: string): Recorded[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const { request, status, headers, body } = JSON.parse(readFileSync(join(dir, file), 'utf8'))
      return { file, method: request.method, path: request.path, status, headers, body }
    })
}
