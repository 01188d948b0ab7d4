import type { Cursor } from './cursor.js'

/** What of a Java object stream can be shown without knowing its classes. */
export interface JavaStream {
  /** Names of the classes of the objects in it. */
  classes: Set<string>
  /** Constants of the enums in it, by the name of the enum's class. */
  constants: Map<string, string>
}

interface JavaClass {
  name: string
  flags: number
  /** Type codes of its own fields, in the order of their values. */
  fields: string[]
  parent: JavaClass | null
}

const FIRST_HANDLE = 0x7e0000
const MAX_DEPTH = 64
const HAS_WRITE_METHOD = 1
const IS_SERIALIZABLE = 2
const PRIMITIVE_BYTES: Record<string, number | undefined> = { B: 1, C: 2, D: 8, F: 4, I: 4, J: 8, S: 2, Z: 1 }

/**
 * Walks over one object of `java.io.ObjectOutputStream` (Java Object Serialization Specification, chapter 6) without making it: only
 * so is it known where the object ends, hence whether the file was cut short inside.
 */
export function readJavaStream(cursor: Cursor): JavaStream {
  const walk = new JavaWalk(cursor)
  walk.readContent(0)
  return walk.found
}

class JavaWalk {
  readonly found: JavaStream = { classes: new Set(), constants: new Map() }
  readonly #cursor: Cursor
  /** What later parts of the stream refer to by number; `null` for that whose content does not matter. */
  readonly #handles: (JavaClass | string | null)[] = []

  constructor(cursor: Cursor) {
    this.#cursor = cursor
  }

  readContent(depth: number): JavaClass | string | null {
    if (depth > MAX_DEPTH) this.#cursor.fail(`Java objects nested deeper than ${MAX_DEPTH}`)
    const code = this.#cursor.u8()
    switch (code) {
      case 0x70:
        return null
      case 0x71:
        return this.#readBackReference()
      case 0x72:
        return this.#readClassDescription(depth)
      case 0x73:
        return this.#readObject(depth)
      case 0x74:
        return this.#readString()
      case 0x75:
        return this.#readArray(depth)
      case 0x7e:
        return this.#readEnum(depth)
      default:
        return this.#cursor.fail(`unknown Java type code ${code} in the checkpoint properties`, this.#cursor.offset - 1)
    }
  }

  #readBackReference(): JavaClass | string | null {
    const target = this.#handles[this.#cursor.i32() - FIRST_HANDLE]
    return target === undefined ? this.#cursor.fail('reference to no Java object', this.#cursor.offset - 4) : target
  }

  #readString(): string {
    const text = this.#cursor.utf()
    this.#handles.push(text)
    return text
  }

  #readClassDescription(depth: number): JavaClass {
    const described: JavaClass = { name: this.#cursor.utf(), flags: 0, fields: [], parent: null }
    this.#cursor.skip(8) // serialVersionUID
    this.#handles.push(described)
    described.flags = this.#cursor.u8()
    const fields = this.#cursor.u16()
    for (let field = 0; field < fields; field++) {
      const type = String.fromCharCode(this.#cursor.u8())
      this.#cursor.skipUtf() // field name
      if (type === 'L' || type === '[') this.readContent(depth + 1) // class name
      described.fields.push(type)
    }
    this.#readAnnotation(depth)
    described.parent = this.#readClass(depth + 1)
    return described
  }

  #readClass(depth: number): JavaClass | null {
    const at = this.#cursor.offset
    const described = this.readContent(depth)
    return typeof described === 'string' ? this.#cursor.fail('no Java class where one must be', at) : described
  }

  #readObject(depth: number): null {
    const described = this.#readClass(depth + 1)
    this.#handles.push(null)
    if (described) this.found.classes.add(described.name)
    this.#readValues(described, depth + 1)
    return null
  }

  #readValues(described: JavaClass | null, depth: number): void {
    if (described === null) return
    if (depth > MAX_DEPTH) this.#cursor.fail(`Java classes nested deeper than ${MAX_DEPTH}`)
    this.#readValues(described.parent, depth + 1)
    if ((described.flags & IS_SERIALIZABLE) === 0)
      this.#cursor.fail(`Java class ${JSON.stringify(described.name.slice(0, 80))}, which writes in its own way,`)
    for (const type of described.fields) this.#readValue(type, depth)
    if ((described.flags & HAS_WRITE_METHOD) !== 0) this.#readAnnotation(depth)
  }

  #readValue(type: string, depth: number): void {
    const primitiveBytes = PRIMITIVE_BYTES[type]
    if (primitiveBytes === undefined) this.readContent(depth + 1)
    else this.#cursor.skip(primitiveBytes)
  }

  #readArray(depth: number): null {
    const type = this.#readClass(depth + 1)?.name[1] ?? 'L'
    this.#handles.push(null)
    const length = this.#cursor.count('length of a Java array')
    for (let element = 0; element < length; element++) this.#readValue(type, depth)
    return null
  }

  #readEnum(depth: number): null {
    const described = this.#readClass(depth + 1)
    this.#handles.push(null)
    const constant = this.readContent(depth + 1)
    if (described && typeof constant === 'string') this.found.constants.set(described.name, constant)
    return null
  }

  /** What a class writes besides its fields, up to TC_ENDBLOCKDATA. */
  #readAnnotation(depth: number): void {
    for (;;) {
      const code = this.#cursor.u8()
      if (code === 0x78) return
      if (code === 0x77) this.#cursor.skip(this.#cursor.u8())
      else if (code === 0x7a) this.#cursor.skip(this.#cursor.count('length of a Java block'))
      else {
        this.#cursor.offset--
        this.readContent(depth + 1)
      }
    }
  }
}
