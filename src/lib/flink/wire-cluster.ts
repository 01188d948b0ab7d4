import { redactValue } from './redact.js'
import { isFields, requireFields, requireId, requireList, requireText, textOf } from './wire.js'

/** `GET /overview`: a 200 alone proves nothing (every path may answer HTML), `flink-version` does. */
export function parseVersion(body: unknown): string {
  return requireText(requireFields(body, 'an overview'), 'flink-version', 'an overview')
}

/** `web.refresh-interval` where a JobManager does not tell it. */
const REFRESH_MS = 3000

/** `GET /config`: for how many ms answers may be cached. */
export function parseRefreshInterval(body: unknown): number {
  const told = requireFields(body, 'the dashboard configuration')['refresh-interval']
  return typeof told === 'number' && told >= 0 ? told : REFRESH_MS
}

/** `GET /jobmanager/config`; Flink masks some secrets, this masks the rest. */
export function parseConfiguration(body: unknown): Map<string, string> {
  const entries = Array.isArray(body) ? { entries: body } : body
  const list = requireList(requireFields(entries, 'a configuration'), 'entries', 'a configuration')
  return new Map(
    list.filter(isFields).map((entry) => {
      const key = requireText(entry, 'key', 'a configuration entry')
      return [key, redactValue(key, textOf(entry, 'value') ?? '')]
    }),
  )
}

export interface UploadedJar {
  id: string
  name: string
}

/** `GET /jars`: the files of the JobManager process that answered. */
export function parseJars(body: unknown): UploadedJar[] {
  const files = requireList(requireFields(body, 'jars'), 'files', 'the list of jars')
  return files.map((file) => ({ id: requireText(file, 'id', 'a jar'), name: textOf(file, 'name') ?? '' }))
}

/** `POST /jars/upload`: the jar id is the last segment of the path on the server (either slash). */
export function parseUpload(body: unknown): string {
  const path = requireText(requireFields(body, 'an upload'), 'filename', 'an upload')
  return path.split(/[/\\]/).at(-1) ?? path
}

/** `POST /jars/:jarid/run`. */
export function parseRun(body: unknown): string {
  return requireId(requireFields(body, 'a started job'), 'jobid', 'a started job')
}
