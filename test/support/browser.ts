import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']

/** A Chromium on the PATH; `null`, with a word why, when there is none. `FLINKOPS_NEEDS_BROWSER` makes that an error. */
export function findBrowser(): string | null {
  const places = (process.env['PATH'] ?? '').split(delimiter).flatMap((directory) => NAMES.map((name) => join(directory, name)))
  const found = places.find(isExecutable)
  if (found !== undefined) return found
  const reason = `no browser on the PATH (${NAMES.join(', ')})`
  if (process.env['FLINKOPS_NEEDS_BROWSER'] === '1') throw new Error(reason)
  console.log(`skipped: ${reason}`)
  return null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
