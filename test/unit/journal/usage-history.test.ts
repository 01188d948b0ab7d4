import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createUsageHistory } from '../../../src/lib/journal/usage-history.js'

let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flinkops-usage-'))
})
afterEach(() => rm(directory, { recursive: true }))

const look = (atMs: number) => ({ atMs, scope: 'acct/flink', bytes: 10, blobs: 2, lineages: { sales: 10 } })

describe('the history of usage', () => {
  it('is empty at first, then holds every look in order', async () => {
    const history = createUsageHistory({ directory })
    expect(await history.looks()).toEqual([])
    await history.remember(look(1))
    await history.remember(look(2))
    expect(await createUsageHistory({ directory }).looks()).toEqual([look(1), look(2)])
  })

  it('passes over what is no look: a torn line, another shape', async () => {
    const history = createUsageHistory({ directory })
    await history.remember(look(1))
    await appendFile(join(directory, 'usage.jsonl'), '{"atMs":2,"scope":"acct/flink"}\nnull\n7\n{"atMs":3,"sco')
    await history.remember({ ...look(4), lineages: {} })
    expect((await history.looks()).map((one) => one.atMs)).toEqual([1, 4])
  })

  it('keeps what was exclusive, shared and orphaned; a line that has not all of it is a look of old', async () => {
    const history = createUsageHistory({ directory })
    const classes = { exclusive: 5, shared: 3, orphaned: 2 }
    await history.remember({ ...look(1), classes })
    await appendFile(join(directory, 'usage.jsonl'), `${JSON.stringify({ ...look(2), classes: { exclusive: 5 } })}\n`)
    expect(await history.looks()).toEqual([{ ...look(1), classes }, look(2)])
  })
})
