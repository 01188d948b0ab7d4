import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const ANSWERS: Record<string, unknown> = {
  '/v1/overview': { 'flink-version': '2.3.0', taskmanagers: 0, 'jobs-running': 0 },
  '/v1/jobs/overview': { jobs: [] },
  '/v1/jobmanager/config': [],
}

/** Answers as a JobManager does that was just started and knows no job. */
export async function startIdleJobManager(port: number): Promise<{ url: string; stop: () => void }> {
  const server = createServer((request, response) => {
    const answer = ANSWERS[request.url ?? '']
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer ?? { errors: ['Not found.'] }))
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  const stop = () => {
    server.close()
    server.closeAllConnections()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop }
}
