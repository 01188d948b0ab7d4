import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { FlinkopsError } from '../../src/lib/errors.js'
import { holdFile } from '../../src/lib/journal/hold.js'
import { stateFile } from '../../src/lib/journal/trust.js'

/** A process of its own that takes a lock each time it is told to, and answers what came of it. */
async function race(root: string): Promise<string> {
  const inside = join(root, 'inside')
  try {
    const release = await holdFile(stateFile(root, 'place.lock'))
    try {
      await (await open(inside, 'wx')).close()
    } catch {
      return 'two at once'
    }
    await setTimeout(5)
    await rm(inside)
    await release()
    return 'held'
  } catch (error) {
    return error instanceof FlinkopsError && error.code === 'LOCKED' ? 'turned away' : String(error)
  }
}

process.on('message', async (root) => process.send?.(await race(String(root))))
process.send?.('ready')
