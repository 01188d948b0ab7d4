import { isFields, numberOf, textOf } from './wire.js'

/** `GET .../subtasks/metrics`: a bare array of `{"id"}`, and with `?get=` of `{"id", "min", "max", "avg", "sum"}`. */
export function metricIds(body: unknown): string[] {
  return entries(body).flatMap((one) => textOf(one, 'id') ?? [])
}

export function metricSums(body: unknown): [string, number][] {
  return entries(body).flatMap((one) => {
    const id = textOf(one, 'id')
    return id === null ? [] : [[id, numberOf(one, 'sum') ?? 0] satisfies [string, number]]
  })
}

function entries(body: unknown) {
  return Array.isArray(body) ? body.filter(isFields) : []
}
