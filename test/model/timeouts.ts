import { giveUp } from './checkpoint.js'
import type { World } from './world.js'

/** Time goes by with nothing else happening; what was under way too long is given up. */
export function idle(world: World, ms: number): void {
  world.nowMs += ms
  world.trace(() => `${Math.round(ms / 360_000) / 10} h pass`)
  for (const job of world.livingJobs()) {
    for (const pending of [...job.pending]) {
      if (world.nowMs - pending.startedAtMs > job.settings.timeoutMs) giveUp(world, job, pending)
    }
  }
}
