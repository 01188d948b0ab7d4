/**
 * Put by esbuild in place of wsl-utils: oclif asks it at every start whether this is Linux on Windows, and it looks into /proc and into
 * containers for that and loads what starts PowerShell. By path: here the package itself would be this file.
 */
const { release } = require('node:os')

module.exports = {
  isWsl: process.platform === 'linux' && /microsoft/i.test(release()),
  powerShellPath: async () => (await import('../../node_modules/wsl-utils/index.js')).powerShellPath(),
}
