/**
 * `loss`: something that is needed goes; `last-way`: a snapshot goes that was a last way back, and nobody gave it up; `scope`: something goes
 * that was not asked for; `undo`: what came back does harm; `unrest`: a second run still finds work; `waste`: what clearly may go is kept.
 */
export type ViolationKind = 'loss' | 'last-way' | 'scope' | 'undo' | 'unrest' | 'waste'

/** An invariant that does not hold. */
export class Violation extends Error {
  readonly kind: ViolationKind

  constructor(kind: ViolationKind, message: string) {
    super(message)
    this.kind = kind
  }
}
