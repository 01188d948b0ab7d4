import { stat } from 'node:fs/promises'

/** Whether a text names a file on this machine (and no URI). */
export async function isLocalFile(text: string): Promise<boolean> {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) return false
  try {
    return (await stat(text)).isFile()
  } catch {
    return false
  }
}
