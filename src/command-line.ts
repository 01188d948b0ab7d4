import { setFlagsFromString } from 'node:v8'
import { execute } from '@oclif/core'

// undici reads answers with llhttp, which is WebAssembly. At the very first one V8 would set about optimising it, and a process cannot end
// before that is done: 0.2 s for what is over by then. Its quick code is good for the few answers of a JobManager.
setFlagsFromString('--wasm-tiering-budget=1000000000')

await execute({ dir: import.meta.url })
