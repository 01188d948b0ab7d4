import { describe, expect, it } from 'vitest'
import { runFlinkops } from '../../support/sandbox.js'

const run = (...args: string[]) => runFlinkops(args)

describe('an unknown command', () => {
  it('is named, with the nearest one, and exits 127', async () => {
    const { code, stdout, stderr } = await run('clenup', '--older-than', '24h')
    expect({ code, stdout }).toEqual({ code: 127, stdout: '' })
    expect(stderr).toBe('Error: clenup is not a command of flinkops.\n  Did you mean: flinkops cleanup\n  All commands: flinkops help\n')
  })

  it.each([['--json'], ['-o', 'json']])('is said in JSON where that was asked for: %s %s', async (...flags) => {
    const { code, stdout, stderr } = await run('frobnicate', 'sales_pipeline', ...flags)
    expect({ code, stderr }).toEqual({ code: 127, stderr: '' })
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'UNKNOWN_COMMAND',
        message: 'frobnicate is not a command of flinkops.',
        suggestions: ['All commands: flinkops help'],
        exitCode: 127,
      },
    })
  })
})
