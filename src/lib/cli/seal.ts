import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import type { Sealed } from '../ports-started.js'

const SCHEME = 'scrypt'

/**
 * What is written down in place of a value: enough to tell whether the same is given again. scrypt with a salt of its own, since a plain
 * digest of a weak password is found by trying; a key file beside the journal would lie in the same backup.
 */
export async function seal(name: string, value: string): Promise<Sealed> {
  const salt = randomBytes(16)
  return { name, hash: [SCHEME, salt.toString('hex'), (await digest(value, salt)).toString('hex')].join(':') }
}

/** Whether it was made of this value; a hash that cannot be read was made of none. */
export async function isMadeOf({ hash }: Sealed, value: string): Promise<boolean> {
  const [scheme, salt = '', expected = ''] = hash.split(':')
  if (scheme !== SCHEME || salt === '') return false
  const [found, wanted] = [await digest(value, Buffer.from(salt, 'hex')), Buffer.from(expected, 'hex')]
  return found.length === wanted.length && timingSafeEqual(found, wanted)
}

/** A list of arguments under one name, which tells how many and which options: `4 arguments (--env, --db-pass)`. */
export function sealArguments(args: string[]): Promise<Sealed> {
  return seal(argumentWords(args), JSON.stringify(args))
}

export function isMadeOfArguments(sealed: Sealed, args: string[]): Promise<boolean> {
  return isMadeOf(sealed, JSON.stringify(args))
}

/** Only what is an option by its two dashes is named; anything else may be a value. */
export function argumentWords(args: string[]): string {
  const options = args.flatMap((one) => /^--[A-Za-z][\w.-]{0,39}(?==|$)/.exec(one)?.[0] ?? [])
  const count = args.length === 1 ? '1 argument' : `${args.length} arguments`
  return options.length === 0 ? count : `${count} (${options.join(', ')})`
}

function digest(value: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(value, salt, 32, (error, key) => (error === null ? resolve(key) : reject(error)))
  })
}
