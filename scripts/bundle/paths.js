/** Put by esbuild in place of the two names that CommonJS packages use and an ES module does not have. */
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

export const __filename = fileURLToPath(import.meta.url)
export const __dirname = dirname(__filename)
