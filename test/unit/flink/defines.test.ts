import fc from 'fast-check'
import { expect, it } from 'vitest'
import { define } from '../../../src/lib/flink/defines.js'

/** `${NAME}` as a script writes it. */
const variable = (name: string) => `\${${name}}`

it.each([
  ['a variable', `'host' = '${variable('HOST')}'`, { HOST: 'db1' }, "'host' = 'db1'", []],
  ['each time it stands there', `${variable('A')}${variable('A')}`, { A: 'x' }, 'xx', []],
  ['an undefined one stays', `${variable('A')} ${variable('B')}`, { A: 'x' }, `x ${variable('B')}`, []],
  ['a value is not looked into again', variable('A'), { A: variable('A') }, variable('A'), []],
  ['a value with dollar signs', variable('A'), { A: "$& $1 $'" }, "$& $1 $'", []],
  ['names with dots and dashes', variable('db.host-name'), { 'db.host-name': 'h' }, 'h', []],
  ['what is inherited is not defined', variable('toString'), {}, variable('toString'), []],
  ['other dollar signs', '$A {A} $ {A} $', { A: 'x' }, '$A {A} $ {A} $', ['A']],
])('%s', (_, script, values, text, unused) => {
  expect(define(script, values)).toEqual({ text, unused })
})

it('without values a script is left alone', () => {
  fc.assert(fc.property(fc.string(), (script) => define(script, {}).text === script))
})
