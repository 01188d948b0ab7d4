import { execute } from '@oclif/core'
import { tuneEngine } from './lib/cli/engine.js'

tuneEngine()

await execute({ dir: import.meta.url })
