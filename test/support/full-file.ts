import { execFile } from 'node:child_process'
import { symlink } from 'node:fs/promises'
import { promisify } from 'node:util'

/** Only root can make a device. */
export const CAN_MAKE_DEVICES = process.getuid?.() === 0

/**
 * Puts a file of one's own there that answers every write with ENOSPC, the device `/dev/full`; who is not root gets a link to it, which
 * cannot be written to either. Answers why a write fails.
 */
export async function makeFullFile(path: string): Promise<string> {
  if (CAN_MAKE_DEVICES) {
    await promisify(execFile)('mknod', ['-m', '600', path, 'c', '1', '7'])
    return 'the disk is full'
  }
  await symlink('/dev/full', path)
  return 'it is a symbolic link, which is not followed'
}
