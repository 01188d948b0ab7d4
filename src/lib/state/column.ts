type Numbers = Float64Array | Uint32Array | Uint8Array

const PIECE_BITS = 16
const PIECE = 1 << PIECE_BITS

/** Numbers by index, 0 where none was set. It grows by pieces: nothing is copied, and no more than a piece lies idle. */
export class Column {
  readonly #pieces: Numbers[] = []
  readonly #makePiece: (length: number) => Numbers

  /** `makePiece` decides what numbers fit: `(length) => new Uint32Array(length)`. */
  constructor(makePiece: (length: number) => Numbers) {
    this.#makePiece = makePiece
  }

  get(index: number): number {
    return this.#pieces[index >>> PIECE_BITS]?.[index & (PIECE - 1)] ?? 0
  }

  set(index: number, value: number): void {
    const at = index >>> PIECE_BITS
    while (this.#pieces.length <= at) this.#pieces.push(this.#makePiece(PIECE))
    const piece = this.#pieces[at]
    if (piece !== undefined) piece[index & (PIECE - 1)] = value
  }
}
