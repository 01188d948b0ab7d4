import type { Random } from '../model/random.js'

/** What breaks parsers: controls, quotes, deep nests, numbers beyond all, prototypes. */
const TEXTS = [
  '',
  ' ',
  '\n',
  '\r',
  '\0',
  '\u001b[2J',
  '\u009b',
  '\u202e',
  '\u2028',
  '"',
  "'",
  '\\',
  ',',
  ';',
  '=',
  ':',
  '&',
  '*a',
  '/',
  '../..',
  '%',
  '%zz',
  '\ud800',
  '🙂',
  '<',
  '>',
  ']]>',
  '&#x110000;',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'NaN',
  '-1',
  '1e999',
  '9'.repeat(40),
  'a='.repeat(50),
  `a=${' '.repeat(400)},`,
  'org.a.B: '.repeat(300),
  '['.repeat(300),
  '{"a":'.repeat(200),
  '- '.repeat(100),
  '\nCaused by: '.repeat(60),
  '&a [*a,*a]',
  'x'.repeat(5000),
  ' '.repeat(3000),
  '/'.repeat(3000),
]

const VALUES: unknown[] = [null, true, false, 0, -1, 1.5, 1e308, 9.3e15, 2 ** 53, '', 'x', [], {}, [[]], [null], ...TEXTS]

type Cut = { before: Buffer; part: Buffer; after: Buffer }

const NUMBERS = ['ffffffff', '7fffffff', '00000000', '80808080', 'ffffffff0f']

const CHANGES: ((cut: Cut, random: Random) => Buffer[])[] = [
  ({ before, after }, random) => [before, Buffer.from([random.int(0, 255)]), after.subarray(1)],
  ({ before, part, after }, random) => [before, Buffer.from(random.pick(TEXTS)), part, after],
  ({ before, after }) => [before, after],
  ({ before, part, after }) => [before, part, part, part, after],
  ({ before }) => [before],
  ({ before, after }, random) => [before, Buffer.from(random.pick(NUMBERS), 'hex'), after],
  ({ before, part, after }) => [before, Buffer.from(part.toReversed()), after],
  ({ before, part, after }, random) => [before, Buffer.from(part.map((byte) => byte ^ (1 << random.int(0, 7)))), after],
]

/** Bytes with some of them changed, put in, taken out, doubled or cut off. */
export function mutateBytes(seed: Uint8Array, random: Random): Buffer {
  let bytes = Buffer.from(seed)
  for (let rounds = random.int(1, 4); rounds > 0; rounds--) {
    const at = random.int(0, bytes.length)
    const to = at + random.int(0, random.chance(0.1) ? 4000 : 12)
    const cut = { before: bytes.subarray(0, at), part: bytes.subarray(at, to), after: bytes.subarray(to) }
    bytes = Buffer.concat(random.pick(CHANGES)(cut, random))
  }
  return bytes
}

/** JSON with some of its values exchanged for others, of any type and size; at times its bytes are changed as well. */
export function mutateJson(seed: Uint8Array, random: Random): Buffer {
  if (random.chance(0.3)) return mutateBytes(seed, random)
  let value: unknown = JSON.parse(Buffer.from(seed).toString('utf8'))
  for (let rounds = random.int(1, 3); rounds > 0; rounds--) value = exchanged(value, random)
  const bytes = Buffer.from(JSON.stringify(value) ?? 'null')
  return random.chance(0.05) ? mutateBytes(bytes, random) : bytes
}

function exchanged(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null || random.chance(0.15)) return other(value, random)
  if (Array.isArray(value)) {
    if (value.length === 0 || random.chance(0.1)) return Array.from({ length: random.int(0, 300) }, () => value[0] ?? random.pick(VALUES))
    const at = random.int(0, value.length - 1)
    return value.map((item, index) => (index === at ? exchanged(item, random) : item))
  }
  const entries = Object.entries(value)
  if (entries.length === 0) return random.pick(VALUES)
  const at = random.int(0, entries.length - 1)
  return Object.fromEntries(entries.flatMap(([key, item], index) => (index === at ? changedEntry(key, item, random) : [[key, item]])))
}

function changedEntry(key: string, item: unknown, random: Random): [string, unknown][] {
  if (random.chance(0.1)) return []
  return [[random.chance(0.1) ? random.pick(TEXTS) : key, exchanged(item, random)]]
}

function other(value: unknown, random: Random): unknown {
  if (typeof value !== 'string' || random.chance(0.4)) return random.pick(VALUES)
  const at = random.int(0, value.length)
  return value.slice(0, at) + random.pick(TEXTS) + value.slice(at)
}
