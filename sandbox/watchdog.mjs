/**
 * Kills what the sandbox started when the sandbox itself is gone, however it went: its end closes our standard input.
 * Lines: `+<pid>` a process group began, `-<pid>` it ended.
 */
import { createInterface } from 'node:readline'

const groups = new Set()

for await (const line of createInterface({ input: process.stdin })) {
  const pid = Number(line.slice(1))
  if (line.startsWith('+')) groups.add(pid)
  else groups.delete(pid)
}

for (const pid of groups) {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Ended on its own in the meantime.
  }
}
