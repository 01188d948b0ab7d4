import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { notFoundError, usageError } from '../errors.js'
import { keepOut } from '../given.js'

/** A value for `${NAME}`; where it comes from decides whether it may be written down. */
export interface DefineValue {
  value: string
  from: 'flag' | 'file' | 'pipe' | 'journal'
}

export interface Defines {
  values: Map<string, DefineValue>
  /** Absolute path of a file that can be read again; `null` = none was named, or it is a pipe. */
  file: string | null
}

export interface DefineSources {
  /** `NAME=value`, as `--define` takes it. */
  flags: string[]
  /** A file of values. */
  file: string | null
  /** Written down at an earlier start. */
  kept: Record<string, string>
}

/** The values for a script: a flag outweighs a file, and a file what was written down. None of them is repeated by what Flink answers. */
export async function readDefines({ flags, file, kept }: DefineSources): Promise<Defines> {
  const read = file === null ? null : await readDefineFile(file)
  const values = new Map<string, DefineValue>()
  for (const [name, value] of Object.entries(kept)) values.set(name, { value, from: 'journal' })
  for (const [name, value] of read?.values ?? []) values.set(name, { value, from: read?.isPipe === true ? 'pipe' : 'file' })
  for (const text of flags) {
    const { name, value } = parsePair(text) ?? {}
    if (name === undefined || value === undefined) throw usageError('A --define is not of the form NAME=value.', NAMES)
    values.set(name, { value, from: 'flag' })
  }
  keepOut([...values.values()].map(({ value }) => value))
  return { values, file: file === null || read?.isPipe === true ? null : resolve(file) }
}

const NAMES = 'Write --define NAME=value; a name has letters, digits, _, . and -, and begins with a letter or _.'
const NAME = /^[A-Za-z_][\w.-]*$/
const LONGEST_FILE = 1024 * 1024

function parsePair(text: string): { name: string; value: string } | null {
  const at = text.indexOf('=')
  const name = text.slice(0, at).trim()
  return at < 0 || !NAME.test(name) ? null : { name, value: text.slice(at + 1) }
}

interface ReadFile {
  values: Map<string, string>
  isPipe: boolean
}

/** A pipe gives what it has once, and several jobs may ask. */
const pipes = new Map<string, ReadFile>()

/** `NAME=value` by line, or one JSON map. What is wrong with it is said by line or name: never with a value. */
async function readDefineFile(path: string): Promise<ReadFile> {
  const known = pipes.get(path)
  if (known !== undefined) return known
  const { text, isPipe } = await contentOf(path)
  const read = { values: text.trimStart().startsWith('{') ? parseMap(text, path) : parseLines(text, path), isPipe }
  if (isPipe) pipes.set(path, read)
  return read
}

async function contentOf(path: string): Promise<{ text: string; isPipe: boolean }> {
  try {
    const found = await stat(path)
    if (found.size > LONGEST_FILE) throw usageError(`--define-file ${path}: it is longer than 1 MiB, which no file of values is.`)
    return { text: (await readFile(path, 'utf8')).replace(/^\uFEFF/, ''), isPipe: !found.isFile() }
  } catch (error) {
    if (error instanceof Error && 'exitCode' in error) throw error
    throw notFoundError('DEFINE_FILE_NOT_FOUND', `The file of values ${path} cannot be read.`, 'Check the path.')
  }
}

function parseMap(text: string, path: string): Map<string, string> {
  const map = parseJson(text)
  if (typeof map !== 'object' || map === null) throw usageError(`--define-file ${path}: it begins as JSON, and is none that can be read.`)
  return new Map(
    Object.entries(map).map(([name, value]) => {
      if (!NAME.test(name)) throw usageError(`--define-file ${path}: one of its names cannot be the name of a variable.`, NAMES)
      if (!['string', 'number', 'boolean'].includes(typeof value))
        throw usageError(`--define-file ${path}: the value of ${name} is neither text, number nor true or false.`)
      return [name, String(value)]
    }),
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function parseLines(text: string, path: string): Map<string, string> {
  const values = new Map<string, string>()
  for (const [at, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue
    const pair = parsePair(line)
    if (pair === null) throw usageError(`--define-file ${path}: line ${at + 1} is not of the form NAME=value.`, NAMES)
    if (values.has(pair.name)) throw usageError(`--define-file ${path}: line ${at + 1} gives ${pair.name} a second value.`)
    values.set(pair.name, pair.value.trim())
  }
  return values
}
