import { setFlagsFromString } from 'node:v8'

/** The newest Node with whose V8 the flags were tried: V8 would complain on stderr about one that it does not know any more. */
const NEWEST_TRIED = 24

const FLAGS = [
  // undici reads answers with llhttp, which is WebAssembly. At the very first one V8 would set about optimising it, and a process cannot
  // end before that is done: 0.2 s for what is over by then. Its quick code is good for the few answers of a JobManager.
  '--wasm-tiering-budget=1000000000',
  // A listing leaves garbage behind by the gigabyte. V8 would let it pile up beside a machine's memory, not beside what is in use.
  '--heap-growing-percent=50',
  '--semi-space-growth-factor=1',
]

/** Deleting is as long as it is and holds its plan all the time: V8's own measure takes a fifth less time for it. */
const FLAGS_OF_DELETING = ['--heap-growing-percent=0', '--semi-space-growth-factor=2']

/** Tells V8 what kind of program this is: a short one, which goes through much and keeps little. Comes before anything is loaded. */
export function tuneEngine(): void {
  setFlags(FLAGS)
}

/** Tells V8 that what follows is a long run of deletes. */
export function tuneForDeleting(): void {
  setFlags(FLAGS_OF_DELETING)
}

function setFlags(flags: string[]): void {
  if (Number.parseInt(process.versions.node, 10) > NEWEST_TRIED) return
  for (const flag of flags) setFlagsFromString(flag)
}
