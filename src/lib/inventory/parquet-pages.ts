import { parquetHeader } from 'hyparquet/src/column.js'
import { GROUP_BYTES, GROUP_ROWS } from '../bounds.js'
import { checkThrift } from './thrift-shape.js'

/** A nested column has several values a row. */
const MOST_VALUES = 4 * GROUP_ROWS

/**
 * Looks at the headers of all pages of a column before one is decoded: a page of some bytes may unpack to gigabytes, and name a value as
 * often as it likes. Answers the bytes of the column, unpacked.
 */
export function checkPages(column: ArrayBuffer): number {
  const reader = { view: new DataView(column), offset: 0 }
  let unpacked = 0
  let values = 0
  while (reader.offset < column.byteLength - 1) {
    checkThrift(reader.view, reader.offset)
    const header = parquetHeader(reader)
    const { compressed_page_size: packedSize, uncompressed_page_size: size, dictionary_page_header: dictionary } = header
    if (!isCount(packedSize) || !isCount(size)) throw new Error('a page has no size')
    const count = dictionary?.num_values ?? header.data_page_header?.num_values ?? header.data_page_header_v2?.num_values
    if (!isCount(count) || count > GROUP_ROWS) throw new Error(`a page has more than ${GROUP_ROWS.toLocaleString('en-US')} values`)
    values += count
    unpacked += size
    reader.offset += packedSize
    if (values > MOST_VALUES || unpacked > GROUP_BYTES) throw tooMuch()
  }
  return unpacked
}

export function tooMuch(): Error {
  return new Error(`a row group has more than ${GROUP_BYTES / 2 ** 20} MiB`)
}

export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
