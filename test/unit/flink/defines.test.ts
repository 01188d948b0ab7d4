import fc from 'fast-check'
import { expect, it } from 'vitest'
import { define } from '../../../src/lib/flink/defines.js'

/** `${NAME}` as a script writes it. */
const variable = (name: string) => `\${${name}}`

it.each<[string, string, Record<string, string>, string, string[]]>([
  ['a variable', `'host' = '${variable('HOST')}'`, { HOST: 'db1' }, "'host' = 'db1'", ['HOST']],
  ['each time it stands there', `${variable('A')}${variable('A')}`, { A: 'x' }, 'xx', ['A']],
  ['an undefined one stays', `${variable('A')} ${variable('B')}`, { A: 'x' }, `x ${variable('B')}`, ['A', 'B']],
  ['a value is not looked into again', variable('A'), { A: variable('B') }, variable('B'), ['A']],
  ['a value with dollar signs', variable('A'), { A: "$& $1 $'" }, "$& $1 $'", ['A']],
  ['names with dots and dashes', variable('db.host-name'), { 'db.host-name': 'h' }, 'h', ['db.host-name']],
  ['what is inherited is not defined', variable('toString'), {}, variable('toString'), ['toString']],
  ['other dollar signs', '$A {A} $ {A} $', { A: 'x' }, '$A {A} $ {A} $', []],
])('%s', (_, script, values, text, names) => {
  expect(define(script, new Map(Object.entries(values)))).toEqual({ text, names: new Set(names) })
})

it('without values a script is left alone', () => {
  fc.assert(fc.property(fc.string(), (script) => define(script, new Map()).text === script))
})
