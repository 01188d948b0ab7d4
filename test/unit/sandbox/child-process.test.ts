import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { startChild } from '../../../sandbox/child-process.js'
import { waitUntil } from '../../../sandbox/wait.js'

const SANDBOX = resolve(import.meta.dirname, '../../../sandbox')
const FOREVER = ['-e', 'console.log(process.pid); setInterval(() => {}, 1000)']

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('a child is stopped, and says how it ended', async () => {
  const child = await startChild({ name: 'Sleeper', command: process.execPath, args: FOREVER })
  expect(child.exitCode()).toBeNull()
  await child.stop()
  expect(child.exitCode()).toBe(137)
  expect(isAlive(child.pid)).toBe(false)
})

test('output is kept, and the exit code with it', async () => {
  const child = await startChild({ name: 'Speaker', command: process.execPath, args: ['-e', 'console.log("hello"); process.exitCode = 3'] })
  expect(await child.ended).toBe(3)
  await waitUntil({ until: 'the output is there', probe: async () => (child.output() === 'hello\n' ? true : null), timeoutMs: 5_000 })
})

test('a command that is not there is an error', async () => {
  await expect(startChild({ name: 'Nobody', command: 'no-such-command', args: [] })).rejects.toThrow('ENOENT')
})

test('children die with their parent, even when it is killed outright', async () => {
  const module = pathToFileURL(join(SANDBOX, 'child-process.ts')).href
  const script = `import(${JSON.stringify(module)}).then(async ({ startChild }) => {
    const child = await startChild({ name: 'Sleeper', command: process.execPath, args: ${JSON.stringify(FOREVER)} })
    console.log(child.pid)
  })`
  const parent = spawn(process.execPath, ['--import', 'tsx', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const grandchild = await new Promise<number>((tell) => parent.stdout.once('data', (line: Buffer) => tell(Number(line.toString()))))
  expect(isAlive(grandchild)).toBe(true)
  parent.kill('SIGKILL')
  await waitUntil({
    until: 'the grandchild is gone',
    probe: async () => (isAlive(grandchild) ? null : true),
    timeoutMs: 10_000,
    everyMs: 50,
  })
})

test('waiting ends with the process that is waited for', async () => {
  const child = await startChild({ name: 'Quitter', command: process.execPath, args: ['-e', 'process.exit(4)'] })
  const waiting = waitUntil({ until: 'it answers', probe: async () => null, child, everyMs: 20, logFile: '/logs/quitter.log' })
  await expect(waiting).rejects.toThrow('Quitter ended with code 4 before it answers (log: /logs/quitter.log)')
})

test('waiting in vain tells the last reason', async () => {
  const probe = () => Promise.reject(new Error('connection refused'))
  await expect(waitUntil({ until: 'it answers', probe, timeoutMs: 60, everyMs: 20 })).rejects.toThrow(
    'until it answers: connection refused',
  )
})
