import { expect, it } from 'vitest'
import { parseMetadata } from '../../../../src/lib/state/metadata/parse.js'
import { encodeMetadata } from './encoder.js'
import type { Channel, Keyed, OperatorHandle, Stream, SubtaskState } from './handles.js'
import * as sample from './samples.js'

/** A handle of any context, put where only some belong: the encoder writes what it is given. */
type Any = Stream | Keyed | OperatorHandle | Channel

const TAGS = [...Array(19).keys(), 127, 128, 255]
const STREAMS = new Map<number, Any>([{ tag: 0 } as const, ...sample.STREAMS].map((stream) => [stream.tag, stream]))
const KEYED = new Map<number, Any>(sample.KEYED.map((keyed) => [keyed.tag, keyed]))
const OPERATOR = new Map<number, Any>(
  [{ tag: 0 } as const, sample.partitioned(sample.FILE), sample.fileMerged(sample.SEGMENT)].map((handle) => [handle.tag, handle]),
)

interface Context {
  place: string
  state: (handle: never) => Partial<SubtaskState>
  handles: Map<number, Any>
  allowed: number[]
}

const STATE = [1, 2, 3, 6, 15, 16]
const KEYED_TAGS = [0, 3, 5, 7, 8, 9, 10, 11, 12, 13, 14]

const CONTEXTS: Context[] = [
  { place: 'key groups', handles: STREAMS, allowed: STATE, state: (stream) => ({ managedKeyed: sample.keyGroups(12, stream) }) },
  {
    place: 'a stream within key groups',
    handles: STREAMS,
    allowed: STATE,
    state: (inner) => ({ managedKeyed: sample.keyGroups(3, { tag: 3, first: 0, offsets: [], inner }) }),
  },
  {
    place: 'incremental meta state',
    handles: STREAMS,
    allowed: [0, ...STATE],
    state: (meta) => ({ rawKeyed: sample.incremental(5, { meta }) }),
  },
  { place: 'a shared file', handles: STREAMS, allowed: STATE, state: (shared) => ({ managedKeyed: sample.incremental(11, { shared }) }) },
  {
    place: 'a private file',
    handles: STREAMS,
    allowed: STATE,
    state: (own) => ({ managedKeyed: sample.incremental(11, { private: own }) }),
  },
  {
    place: 'a changelog file',
    handles: STREAMS,
    allowed: [0, ...STATE],
    state: (stream) => ({ managedKeyed: sample.changelogFiles(13, stream) }),
  },
  { place: 'partitioned operator state', handles: STREAMS, allowed: STATE, state: (stream) => ({ raw: sample.partitioned(stream) }) },
  { place: 'file-merged operator state', handles: STREAMS, allowed: [15, 16], state: (stream) => ({ managed: sample.fileMerged(stream) }) },
  { place: 'an input channel', handles: STREAMS, allowed: STATE, state: (stream) => ({ input: [sample.channel(1, stream)] }) },
  {
    place: 'a merged output channel',
    handles: STREAMS,
    allowed: [0, ...STATE],
    state: (stream) => ({ output: [sample.channel(4, stream)] }),
  },
  { place: 'managed keyed state', handles: KEYED, allowed: KEYED_TAGS, state: (managedKeyed) => ({ managedKeyed }) },
  { place: 'raw keyed state', handles: KEYED, allowed: KEYED_TAGS, state: (rawKeyed) => ({ rawKeyed }) },
  {
    place: 'a materialized changelog',
    handles: KEYED,
    allowed: KEYED_TAGS,
    state: (keyed) => ({ managedKeyed: sample.changelog(14, { materialized: [keyed] }) }),
  },
  {
    place: 'a changelog increment',
    handles: KEYED,
    allowed: [9, 10, 13],
    state: (keyed) => ({ managedKeyed: sample.changelog(14, { increments: [keyed] }) }),
  },
  { place: 'managed operator state', handles: OPERATOR, allowed: [0, 4, 17], state: (managed) => ({ managed }) },
  { place: 'raw operator state', handles: OPERATOR, allowed: [0, 4, 17], state: (raw) => ({ raw }) },
]

/** The handle of that tag as its own context writes it, if any has it, else the bare tag. */
function handleOf(context: Context, tag: number): Any {
  return context.handles.get(tag) ?? STREAMS.get(tag) ?? KEYED.get(tag) ?? OPERATOR.get(tag) ?? { tag: tag as 0 }
}

it.each(CONTEXTS)('takes the tags $allowed as $place and refuses the others', (context) => {
  for (const tag of TAGS) {
    const bytes = encodeMetadata(sample.withState(context.state(handleOf(context, tag) as never)))
    const result = parseMetadata(bytes)
    expect([tag, result.ok]).toEqual([tag, context.allowed.includes(tag)])
    if (result.ok) continue
    expect(result.problem).toMatchObject({ kind: 'corrupt', message: expect.stringMatching(tag === 0 ? /null|tag 0 / : `tag ${tag} `) })
    expect(bytes[result.problem.offset]).toBe(tag)
  }
})

it.each([
  ['input', [1, 3]],
  ['output', [2, 4]],
] as const)('takes the version 6 %s channel tags %j and refuses the others', (direction, allowed) => {
  for (const tag of [0, 1, 2, 3, 4, 5, 255]) {
    const bytes = encodeMetadata(sample.withState({ [direction]: [sample.channel(tag)] }))
    const result = parseMetadata(bytes)
    expect([tag, result.ok]).toEqual([tag, allowed.some((one) => one === tag)])
    if (result.ok) continue
    expect(result.problem.message).toContain(`unknown ${direction} channel state handle tag ${tag} `)
    expect(bytes[result.problem.offset]).toBe(tag)
  }
})

it.each([...Array(19).keys()])('takes coordinator state of tag %i only if it is inline or absent', (tag) => {
  const coordinator = handleOf({ ...CONTEXTS[0]!, handles: STREAMS }, tag) as Stream
  const bytes = encodeMetadata(sample.snapshot({ operators: [sample.operator({ coordinator })] }))
  const result = parseMetadata(bytes)
  expect(result.ok).toBe(tag === 0 || tag === 1)
  if (!result.ok)
    expect([result.problem.message, bytes[result.problem.offset]]).toEqual([expect.stringContaining(`handle tag ${tag} at`), tag])
})
