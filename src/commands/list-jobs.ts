import { BaseCommand } from '../lib/cli/base-command.js'
import { listJobs } from '../lib/operations/list-jobs.js'
import { jobsJson, jobsTable } from '../lib/views/jobs.js'

export default class ListJobs extends BaseCommand {
  static override description = 'List the jobs of the cluster, running ones first, with their last checkpoint.'
  static override examples = [
    '<%= config.bin %> list-jobs',
    '<%= config.bin %> list-jobs -o id',
    '<%= config.bin %> list-jobs --jobmanager http://flink-jm:8081 --json',
  ]

  async run(): Promise<object> {
    const { flags } = await this.parse(ListJobs)
    const { jobManager, journal, now } = await this.connect(flags)
    const jobs = await listJobs({ jobManager: await jobManager(), journal, signal: this.signal })
    this.renderTable(jobsTable(jobs, now()))
    return jobsJson(jobs)
  }
}
