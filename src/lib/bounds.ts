/**
 * How much of somebody else's is taken into memory. Each is far above what Flink or flinkops writes, and what is larger is not read at
 * all: it counts as unreadable, which keeps blobs, and never as not there.
 */

const MIB = 2 ** 20

/** An answer of a JobManager or SQL Gateway: a list of ten thousand jobs has 4 MB. */
export const ANSWER_BYTES = 64 * MIB

/** A manifest, a lock's owner, an archive of the history server: those of the largest jobs have some 10 MB. */
export const DOCUMENT_BYTES = 64 * MIB

/** State below `state.storage.fs.memory-threshold` (20 KB) lies in `_metadata`: of a thousand subtasks of ten operators 200 MB. */
export const METADATA_BYTES = 1024 * MIB

/** What is read side by side with others of its kind; what is larger is read alone, so that many at once hold no more than one. */
export const BESIDE_BYTES = 8 * MIB

/** A configuration file: the largest real ones have some 10 kB, and a parser of YAML is slow. */
export const CONFIG_CHARS = MIB

/** What a message of an exception has at most, before any pattern is looked for in it. */
export const MESSAGE_CHARS = 8192

/** What is kept of a Java stack: half from its start, half from its end, where the innermost cause is. */
export const STACK_CHARS = 8 * MESSAGE_CHARS

/** Rows of a row group of Parquet that are decoded: it is decoded as a whole. The service writes some ten thousand. */
export const GROUP_ROWS = 250_000

/** Bytes that the columns of a row group have at most, unpacked. */
export const GROUP_BYTES = 256 * MIB

/** Why something is not read, as a clause. */
export function tooLarge(sizeBytes: number, most: number): string {
  return `it has ${Math.ceil(sizeBytes / MIB).toLocaleString('en-US')} MiB, and more than ${most / MIB} MiB are not read`
}
