import { BaseCommand } from '../lib/cli/base-command.js'
import { provenance } from '../lib/config/provenance.js'
import { configJson, configTable } from '../lib/views/config.js'

export default class Config extends BaseCommand {
  static override description = 'Show every effective setting and where it came from; secrets as ***.'
  static override examples = ['<%= config.bin %> config', '<%= config.bin %> config --context prod --json']

  async run(): Promise<object> {
    const { flags } = await this.parse(Config)
    const context = await this.connect(flags)
    const rows = provenance(await context.withCluster())
    this.renderTable(configTable(rows))
    return configJson(rows)
  }
}
