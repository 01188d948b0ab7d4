import { type ChildProcess, fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { holdFile } from '../../../src/lib/journal/hold.js'
import { stateFile } from '../../../src/lib/journal/trust.js'

/** `RACE_ROUNDS=200` for the whole; a sample otherwise. */
const ROUNDS = Number(process.env['RACE_ROUNDS'] ?? 20)

const deadPid = () => String(spawnSync(process.execPath, ['--version']).pid)

let root = ''
const write = (name: string, text: string) => writeFile(join(root, name), text, { mode: 0o600 })

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'flinkops-hold-'))
})

afterEach(() => rm(root, { recursive: true, force: true }))

describe('a lock file', () => {
  it.each([
    ['a dead process', () => ({ 'place.lock': deadPid() })],
    ['nobody', () => ({ 'place.lock': '' })],
    ['no number', () => ({ 'place.lock': 'x' })],
    ['a dead process, and another died while it took over', () => ({ 'place.lock': deadPid(), 'place.lock.takeover': deadPid() })],
    [
      'a dead process, and two more died while they took over',
      () => ({ 'place.lock': deadPid(), 'place.lock.takeover': deadPid(), 'place.lock.takeover.takeover': deadPid() }),
    ],
  ])('that names %s is taken over, told once, and leaves nothing behind', async (_, filesOf) => {
    for (const [name, text] of Object.entries(filesOf())) await write(name, text)
    const told: string[] = []
    const release = await holdFile(stateFile(root, 'place.lock'), (problem) => told.push(problem.message))
    expect(await readFile(join(root, 'place.lock'), 'utf8')).toBe(String(process.pid))
    expect(told).toEqual([expect.stringContaining('is taken over')])
    await expect(holdFile(stateFile(root, 'place.lock'))).rejects.toMatchObject({ code: 'LOCKED' })
    await release()
    expect(await readdir(root)).toEqual([])
  })

  it('is not waited for without end when whoever takes it over never gets through', async () => {
    await write('place.lock', deadPid())
    await write('place.lock.takeover', String(process.pid))
    await expect(holdFile(stateFile(root, 'place.lock'))).rejects.toMatchObject({
      code: 'LOCKED',
      message: expect.stringContaining('place.lock.takeover'),
    })
  })

  it('of a dead process lets in one at a time of four that race for it, and nobody waits for ever', async () => {
    const racers = Array.from({ length: 4 }, () => fork('test/support/racer.ts', { execArgv: ['--import', 'tsx'] }))
    try {
      await Promise.all(racers.map((racer) => once(racer, 'message')))
      const dead = deadPid()
      for (let round = 0; round < ROUNDS; round++) {
        await write('place.lock', dead)
        if (round % 2 === 1) await write('place.lock.takeover', dead)
        const outcomes = await Promise.all(racers.map((racer) => outcomeOf(racer)))
        expect(outcomes.filter((one) => one !== 'held' && one !== 'turned away')).toEqual([])
        expect(outcomes).toContain('held')
        expect(await readdir(root)).toEqual([])
      }
    } finally {
      for (const racer of racers) racer.kill()
    }
  })
})

async function outcomeOf(racer: ChildProcess): Promise<unknown> {
  const answered = once(racer, 'message', { signal: AbortSignal.timeout(20_000) })
  racer.send(root)
  const [outcome] = await answered
  return outcome
}
