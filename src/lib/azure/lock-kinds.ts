import { type LockOwner, ownerWords } from './lock-owner.js'

/** Which of flinkops' locks on a container. */
export type LockKind = 'cleanup' | 'maintenance'

interface LockWords {
  blob: string
  /** What holds it, with who and since when. */
  held: (where: string, owner: LockOwner | null) => string
  lost: (where: string) => string
  afterLost: string
}

export const LOCKS: Record<LockKind, LockWords> = {
  cleanup: {
    blob: '_flinkops/cleanup.lock',
    held: (where, owner) => `Another clean-up holds the lock on ${where}: ${ownerWords(owner, 'run ')}.`,
    lost: (where) => `The lock on ${where} was lost; nothing more is deleted.`,
    afterLost: 'Look for another clean-up of this container, then run again: what is deleted already is left out.',
  },
  maintenance: {
    blob: '_flinkops/maintenance.lock',
    held: (where, owner) =>
      `Another flinkops is stopping or bringing back jobs whose savepoints lie in ${where}: ${ownerWords(owner, '')}.`,
    lost: (where) => `The lock on the maintenance window in ${where} was lost; nothing more is stopped or started.`,
    afterLost: 'Look whether another flinkops is at it, then run the same command again: it goes on where this one ended.',
  },
}
