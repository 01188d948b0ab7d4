import { Args, Flags, Parser } from '@oclif/core'
import { describe, expect, it } from 'vitest'
import { typedPaths } from '../../../src/lib/cli/typed-paths.js'

const OWN = 'wasbs://c@own.blob.core.windows.net/x'

async function typed(...argv: string[]): Promise<string[]> {
  const names = ['from', 'target', 'root', 'manifest', 'savepoint-path', 'inventory', 'define', 'arg', 'jobmanager']
  const flags = Object.fromEntries(names.map((name) => [name, Flags.string({ multiple: true })]))
  const { raw } = await Parser.parse(argv, { strict: false, args: { one: Args.string() }, flags })
  return typedPaths(raw)
}

describe('paths that were typed', () => {
  it.each([
    ['an argument', [OWN]],
    ['the second of several arguments', ['chk-1', OWN]],
    ['--from', ['--from', OWN]],
    ['--from with =', [`--from=${OWN}`]],
    ['--from of one of several jobs', ['--from', `orders=${OWN}`]],
    ['--from of a job whose name has a = in it', ['--from', `a=b=${OWN}`]],
    ['--target', ['--target', OWN]],
    ['--savepoint-path', ['--savepoint-path', OWN]],
    ['--root', ['--root', OWN]],
    ['--manifest', ['--manifest', OWN]],
    ['--inventory', ['--inventory', OWN]],
  ])('are taken from %s', async (_, argv) => {
    expect(await typed(...argv)).toEqual([OWN])
  })

  it.each([
    ['a value of a script', ['--define', `DIR=${OWN}`]],
    ['an argument of a jar', ['--arg', `--path=${OWN}`]],
    ['the JobManager', ['--jobmanager', 'https://flink.corp/cluster']],
    ['words', ['latest', '--from', 'before=2h', '--from', 'sales=latest']],
  ])('are none in %s', async (_, argv) => {
    expect(await typed(...argv)).toEqual([])
  })
})
