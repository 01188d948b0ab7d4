import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseBatchAnswer } from '../../../src/lib/azure/batch-response.js'

const BOUNDARY = 'batchresponse_66925647-d0cb-4109-b6d3-28efe3e1e5ed'
const TYPE = `multipart/mixed; boundary=${BOUNDARY}`

interface Part {
  id: string
  status: number
  code: string | null
  permanent: boolean | null
}

/** As the service writes it (learn.microsoft.com, "Blob Batch"). */
function partText({ id, status, code, permanent }: Part): string {
  const headers = [
    ...(code === null ? [] : [`x-ms-error-code: ${code}`]),
    ...(permanent === null ? [] : [`x-ms-delete-type-permanent: ${permanent}`]),
    'x-ms-request-id: 778fdc83-801e-0000-62ff-033467000000',
  ]
  const body = code === null ? '' : `<?xml version="1.0"?>\n<Error><Code>${code}</Code></Error>\r\n`
  return `Content-Type: application/http\r\nContent-ID: ${id}\r\n\r\nHTTP/1.1 ${status} Said\r\n${headers.join('\r\n')}\r\n\r\n${body}`
}

function bodyText(parts: Part[]): string {
  return `${parts.map((part) => `--${BOUNDARY}\r\n${partText(part)}`).join('')}--${BOUNDARY}--`
}

const deleted = (id: number | string): Part => ({ id: String(id), status: 202, code: null, permanent: true })
const said = (parts: Part[], sent = parts.length) => parseBatchAnswer(TYPE, bodyText(parts), sent)
const statuses = (parts: Part[], sent?: number) => said(parts, sent).map((one) => one?.status ?? null)

const part: fc.Arbitrary<Omit<Part, 'id'>> = fc.oneof(
  fc.record({ status: fc.constant(202), code: fc.constant(null), permanent: fc.constantFrom(true, false, null) }),
  fc.record({
    status: fc.constantFrom(403, 404, 409, 412, 503),
    code: fc.constantFrom('BlobNotFound', 'ServerBusy'),
    permanent: fc.constant(null),
  }),
)

describe('the answer to a batch', () => {
  it('is read whole, whatever order its parts come in', () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 256 }), fc.infiniteStream(fc.nat()), (parts, keys) => {
        const sent = parts.map((one, id) => ({ ...one, id: String(id) }))
        const order = sent.map((one) => ({ one, key: keys.next().value ?? 0 })).toSorted((a, b) => a.key - b.key)
        const answers = said(order.map(({ one }) => one))
        expect(answers.map((one) => [one?.status, one?.code, one?.permanent])).toEqual(
          sent.map(({ status, code, permanent }) => [status, code, permanent === null ? null : String(permanent)]),
        )
      }),
      { numRuns: 50 },
    )
  })

  it.each<[string, Part[], number, (number | null)[]]>([
    ['a part that is missing', [deleted(0), deleted(2)], 3, [202, null, 202]],
    ['an id that two claim', [deleted(0), deleted(1), deleted(1)], 3, [202, null, null]],
    ['an id that was not sent', [deleted(0), deleted(7)], 2, [202, null]],
    ['the id after the last that was sent', [deleted(0), deleted(2)], 2, [202, null]],
    ['an id that is no number', [deleted('0x0'), deleted(-1), deleted('')], 2, [null, null]],
    ['one part for all of them, without an id', [{ ...deleted(''), status: 400 }], 3, [null, null, null]],
    ['accepted with an error code', [{ ...deleted(0), code: 'BlobNotFound' }], 1, [null]],
    ['nothing', [], 2, [null, null]],
  ])('with %s says nothing of what is not certain', (_, parts, sent, expected) => {
    expect(statuses(parts, sent)).toEqual(expected)
  })

  it.each([
    ['no content type', null],
    ['another one', 'text/html'],
    ['one that only ends like it', `x-multipart/mixed; boundary=${BOUNDARY}`],
    ['no boundary', 'multipart/mixed'],
    ['another boundary', `multipart/mixed; boundary=${BOUNDARY}0`],
    ['the beginning of its boundary', `multipart/mixed; boundary=${BOUNDARY.slice(0, -4)}`],
  ])('with %s says nothing', (_, contentType) => {
    expect(parseBatchAnswer(contentType, bodyText([deleted(0), deleted(1)]), 2)).toEqual([null, null])
  })

  it('with no boundary does not guess one', () => {
    expect(parseBatchAnswer('multipart/mixed', bodyText([deleted(0)]).replaceAll(BOUNDARY, 'undefined'), 1)).toEqual([null])
  })

  const partWith = (from: string, to: string) => parseBatchAnswer(TYPE, bodyText([deleted(0)]).replace(from, to), 1)

  it.each([
    ['two ids', 'Content-ID: 0\r\n', 'Content-ID: 0\r\nContent-ID: 0\r\n'],
    ['no end of its envelope', '\r\n\r\nHTTP/1.1 202', '\r\nHTTP/1.1 202'],
    ['no status', 'HTTP/1.1 202 Said', 'Said'],
    ['no end of its headers', '\r\n\r\n--', '\r\n--'],
  ])('with %s in a part says nothing of it', (_, from, to) => {
    expect(partWith(from, from)).toMatchObject([{ status: 202 }])
    expect(partWith(from, to)).toEqual([null])
  })

  it('tells how long to wait', () => {
    expect(partWith('x-ms-request-id:', 'Retry-After: 3\r\nx-ms-request-id:')).toMatchObject([{ retryAfter: '3' }])
    expect(partWith('', '')).toMatchObject([{ retryAfter: null }])
  })

  it('ends with its last delimiter: what follows is not heard', () => {
    const text = `${bodyText([deleted(0)])}\r\n--${BOUNDARY}\r\n${partText(deleted(1))}--${BOUNDARY}--`
    expect(parseBatchAnswer(TYPE, text, 2)).toMatchObject([{ status: 202 }, null])
  })

  it('takes a boundary in quotes, bare line feeds, other cases and white space', () => {
    const text = bodyText([deleted(0), deleted(1)])
      .replaceAll('\r\n', '\n')
      .replaceAll('Content-ID: ', 'CONTENT-id:')
      .replaceAll(`--${BOUNDARY}\n`, `--${BOUNDARY}  \n`)
      .replaceAll('x-ms-delete-type-permanent: true', 'X-Ms-Delete-Type-Permanent:true  ')
    expect(parseBatchAnswer(`Multipart/Mixed; charset=utf-8; boundary="${BOUNDARY}"`, text, 2)).toMatchObject([
      { status: 202, permanent: 'true' },
      { status: 202, permanent: 'true' },
    ])
  })

  const parts = fc.array(part, { minLength: 1, maxLength: 6 }).map((some) => some.map((one, id) => ({ ...one, id: String(id) })))
  const accepted = (text: string, sent: Part[]) =>
    parseBatchAnswer(TYPE, text, sent.length).flatMap((one, id) => (one?.status === 202 ? [id] : []))

  it('that is cut off anywhere never calls deleted what did not come whole as 202', () => {
    fc.assert(
      fc.property(parts, fc.nat(), (sent, length) => {
        const whole = bodyText(sent)
        const text = whole.slice(0, length % (whole.length + 1))
        for (const id of accepted(text, sent)) {
          expect(sent[id]?.status).toBe(202)
          expect(text.length).toBeGreaterThan(bodyText(sent.slice(0, id + 1)).length - '--'.length - 1)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('that is damaged never calls deleted what does not stand there as 202 under its own id', () => {
    const put = fc.oneof(fc.constant(''), fc.string({ maxLength: 20 }), fc.constant(`\r\n--${BOUNDARY}`))
    fc.assert(
      fc.property(parts, fc.nat(), fc.nat(40), put, (sent, place, cut, inserted) => {
        const whole = bodyText(sent)
        const at = place % (whole.length + 1)
        const text = whole.slice(0, at) + inserted + whole.slice(at + cut)
        for (const id of accepted(text, sent))
          expect(text).toMatch(new RegExp(`Content-ID: 0*${id}\\b[^]*?HTTP/1.[01] 202 [^]*\\n--${BOUNDARY}`))
      }),
      { numRuns: 300 },
    )
  })

  it('that is no answer at all says nothing', () => {
    const text = fc.string({ maxLength: 100 })
    fc.assert(
      fc.property(text, text, fc.nat(5), (contentType, body, sent) => {
        expect(parseBatchAnswer(contentType, body, sent)).toEqual(new Array(sent).fill(null))
        expect(parseBatchAnswer(TYPE, body, sent)).toEqual(new Array(sent).fill(null))
      }),
      { numRuns: 50 },
    )
  })
})
