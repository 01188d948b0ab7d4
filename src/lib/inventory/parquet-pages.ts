import type { ColumnMetaData, FileMetaData, PageHeader } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'
import { decompressPage } from 'hyparquet/src/datapage.js'
import { getMaxDefinitionLevel, getMaxRepetitionLevel, getSchemaPath } from 'hyparquet/src/schema.js'
import { compressors } from 'hyparquet-compressors'
import { GROUP_BYTES, GROUP_ROWS } from '../bounds.js'
import { checkRuns } from './parquet-runs.js'
import { checkThrift } from './thrift-shape.js'

/** A nested column has several values a row. */
const MOST_VALUES = 4 * GROUP_ROWS

interface Column {
  meta: ColumnMetaData
  /** Bits of its levels; 0 = it has none. */
  repetition: number
  definition: number
}

/**
 * Looks at all pages of a column before one is decoded: a page of some bytes may unpack to gigabytes, and name a value as often as it
 * likes. Answers the bytes of the column, unpacked.
 */
export function checkPages(bytes: ArrayBuffer, meta: ColumnMetaData, { schema }: FileMetaData): number {
  const path = getSchemaPath(schema, meta.path_in_schema)
  const column = { meta, repetition: bitsOf(getMaxRepetitionLevel(path)), definition: bitsOf(getMaxDefinitionLevel(path)) }
  const reader = { view: new DataView(bytes), offset: 0 }
  let unpacked = 0
  let values = 0
  while (reader.offset < bytes.byteLength - 1) {
    checkThrift(reader.view, reader.offset)
    const header = parquetHeader(reader)
    values += valuesOf(header)
    unpacked += header.uncompressed_page_size
    if (values > MOST_VALUES || unpacked > GROUP_BYTES) throw tooMuch()
    const end = reader.offset + header.compressed_page_size
    if (end > bytes.byteLength) throw new Error('a page reaches beyond its column')
    checkPage(new Uint8Array(bytes, reader.offset, header.compressed_page_size), header, column)
    reader.offset = end
  }
  return unpacked
}

function valuesOf({ compressed_page_size, uncompressed_page_size, ...of }: PageHeader): number {
  if (!isCount(compressed_page_size) || !isCount(uncompressed_page_size)) throw new Error('a page has no size')
  const values = (of.dictionary_page_header ?? of.data_page_header ?? of.data_page_header_v2)?.num_values
  if (!isCount(values) || values > GROUP_ROWS) throw new Error(`a page has more than ${GROUP_ROWS.toLocaleString('en-US')} values`)
  return values
}

function checkPage(bytes: Uint8Array, header: PageHeader, column: Column): void {
  if (header.type === 'DATA_PAGE') checkFirst(bytes, header, column)
  else if (header.type === 'DATA_PAGE_V2') checkSecond(bytes, header, column)
}

function checkFirst(bytes: Uint8Array, { uncompressed_page_size: size, data_page_header: page }: PageHeader, column: Column): void {
  if (page === undefined) return
  const { codec, type } = column.meta
  const view = viewOf(decompressPage(bytes, size, codec, compressors))
  let from = 0
  for (const width of [column.repetition, column.definition]) if (width > 0) from = checkLevels(view, from, width, page.num_values)
  checkValues(view, from, page, { isBit: type === 'BOOLEAN', skipsEmpty: true })
}

function checkSecond(bytes: Uint8Array, { uncompressed_page_size: size, data_page_header_v2: page }: PageHeader, column: Column): void {
  if (page === undefined) return
  const { num_values: values, num_nulls: nulls, num_rows: rows } = page
  const [repetition, definition] = [page.repetition_levels_byte_length, page.definition_levels_byte_length]
  if (![nulls, rows, repetition, definition].every(isCount) || nulls > values || rows > values) throw new Error('a page has odd sizes')
  const view = viewOf(bytes)
  if (column.repetition > 0) checkRuns(view, { from: 0, width: column.repetition, values })
  if (column.definition > 0) checkRuns(view, { from: repetition, width: column.definition, values })
  const packed = bytes.subarray(repetition + definition)
  const isPlain = page.is_compressed === false
  const whole = isPlain ? packed : decompressPage(packed, size - repetition - definition, column.meta.codec, compressors)
  checkValues(viewOf(whole), 0, page, { isBit: page.encoding === 'RLE', skipsEmpty: false })
}

/** Behind their length in four bytes. Answers where they end. */
function checkLevels(view: DataView, from: number, width: number, values: number): number {
  checkRuns(view, { from: from + 4, width, values })
  return from + 4 + view.getUint32(from, true)
}

const HYBRID = new Set(['RLE', 'PLAIN_DICTIONARY', 'RLE_DICTIONARY'])

interface Reading {
  /** Values of one bit, behind the length of their runs; of all others the width comes first. */
  isBit: boolean
  /** Where a value has no bits, nothing is read. */
  skipsEmpty: boolean
}

/** Only these repeat what they have; of the others, a value takes its bits. */
function checkValues(view: DataView, from: number, { encoding, num_values: values }: Coded, { isBit, skipsEmpty }: Reading): void {
  if (!HYBRID.has(encoding)) return
  const width = isBit ? 1 : view.getUint8(from)
  if (width > 32) throw new Error(`a page has values of ${width} bits`)
  if (width > 0 || !skipsEmpty) checkRuns(view, { from: from + (isBit ? 4 : 1), width, values })
}

interface Coded {
  encoding: string
  num_values: number
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function bitsOf(level: number): number {
  return 32 - Math.clz32(level)
}

export function tooMuch(): Error {
  return new Error(`a row group has more than ${GROUP_BYTES / 2 ** 20} MiB`)
}

export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
