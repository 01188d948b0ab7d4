import { requireFields, requireHandle, requireId, requireText, textOf } from './wire.js'

/** `GET /api_versions`: the numbers of `V1`, `V2`, ... */
export function parseApiVersions(body: unknown): number[] {
  const versions = requireFields(body, 'API versions')['versions']
  const words = Array.isArray(versions) ? versions : []
  return words.map((word) => Number(/^V(\d+)$/i.exec(String(word))?.[1])).filter((version) => Number.isInteger(version))
}

export function parseSessionHandle(body: unknown): string {
  return requireHandle(requireFields(body, 'a session'), 'sessionHandle', 'a session')
}

export function parseOperationHandle(body: unknown): string {
  return requireHandle(requireFields(body, 'a statement'), 'operationHandle', 'a statement')
}

export interface ResultPage {
  /** `NOT_READY`, `PAYLOAD` or `EOS`; an unknown word stays visible. */
  type: string
  jobId: string | null
  isQuery: boolean
  /** Token of the next page; `null` = the end. */
  nextToken: string | null
}

/** `GET .../result/:token`. Rows are not read: `SET` lists every secret of the gateway in them. */
export function parseResultPage(body: unknown): ResultPage {
  const page = requireFields(body, 'a result')
  const next = textOf(page, 'nextResultUri')
  return {
    type: requireText(page, 'resultType', 'a result'),
    jobId: textOf(page, 'jobID') === null ? null : requireId(page, 'jobID', 'a result'),
    isQuery: page['isQueryResult'] === true,
    nextToken: next === null ? null : (/\/result\/(\d+)(?:[?#]|$)/.exec(next)?.[1] ?? null),
  }
}
