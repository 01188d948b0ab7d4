import { expect, test } from 'vitest'
import { isAtLeast, pluginVersion, readsConfigYaml, requireVersion } from '../../../sandbox/flink-versions.js'

test.each([
  ['1.18.1', '1.18.0'],
  ['1.20.1', '1.20.0'],
  ['2.0.0', '2.0.0'],
  ['2.2.0', '2.3.0'],
  ['2.3.0', '2.3.0'],
  ['3.1.0', '3.1.0'],
])('Flink %s takes the Azure plugin %s', (flink, plugin) => {
  expect(pluginVersion(flink)).toBe(plugin)
})

test('versions are compared by number', () => {
  expect(isAtLeast('1.9.0', 1, 18)).toBe(false)
  expect(isAtLeast('2.0.0', 1, 18)).toBe(true)
  expect(readsConfigYaml('1.18.1')).toBe(false)
  expect(readsConfigYaml('1.19.0')).toBe(true)
})

test('what is no version is refused', () => {
  expect(() => requireVersion('latest')).toThrow('Not a Flink version: latest')
})
