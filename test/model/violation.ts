/** `loss`: something that is needed goes; `unrest`: a second run still finds work; `waste`: what clearly may go is kept. */
export type ViolationKind = 'loss' | 'unrest' | 'waste'

/** An invariant that does not hold. */
export class Violation extends Error {
  readonly kind: ViolationKind

  constructor(kind: ViolationKind, message: string) {
    super(message)
    this.kind = kind
  }
}
