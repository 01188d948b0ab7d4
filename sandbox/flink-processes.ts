/** How the three processes of a session cluster are started without Flink's shell scripts. */
import { join } from 'node:path'
import { type Child, startChild } from './child-process.js'
import type { FlinkHome } from './flink-home.js'

export interface FlinkDirs {
  conf: string
  log: string
  tmp: string
}

export type FlinkRole = 'jobmanager' | 'taskmanager' | 'sql-gateway'

interface RoleStart {
  name: string
  heap: string
  mainClass: string
  args: readonly string[]
}

/** Packages that Flink reaches into; its own shell scripts open them the same way. */
const OPENED = [
  'java.lang',
  'java.net',
  'java.io',
  'java.nio',
  'java.lang.reflect',
  'java.text',
  'java.time',
  'java.util',
  'java.util.concurrent',
  'java.util.concurrent.atomic',
  'java.util.concurrent.locks',
]

/** The scripts compute these from one total; a TaskManager started by hand has to be told each. */
const TASK_MEMORY: Record<string, string> = {
  'taskmanager.cpu.cores': '2',
  'taskmanager.memory.task.heap.size': '200m',
  'taskmanager.memory.task.off-heap.size': '0',
  'taskmanager.memory.managed.size': '256m',
  'taskmanager.memory.network.min': '64m',
  'taskmanager.memory.network.max': '64m',
  'taskmanager.memory.framework.heap.size': '128m',
  'taskmanager.memory.framework.off-heap.size': '64m',
  'taskmanager.memory.jvm-metaspace.size': '192m',
  'taskmanager.memory.jvm-overhead.min': '64m',
  'taskmanager.memory.jvm-overhead.max': '64m',
}

export const LOG_CONFIG = `rootLogger.level = INFO
rootLogger.appenderRef.console.ref = console
appender.console.name = console
appender.console.type = CONSOLE
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{HH:mm:ss,SSS} %-5p %c{1} %m%n
logger.hadoop.name = org.apache.hadoop
logger.hadoop.level = ERROR
`

export interface FlinkProcess {
  role: FlinkRole
  home: FlinkHome
  dirs: FlinkDirs
  gatewayPort: number
  extraArgs: readonly string[]
}

/** Starts one process of a cluster; its output goes to `<role>.log`. */
export function startFlinkProcess({ role, home, dirs, gatewayPort, extraArgs }: FlinkProcess): Promise<Child> {
  const { name, heap, mainClass, args } = roleStart(role, dirs, gatewayPort)
  const java = [...opens(), `-Xmx${heap}`, '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', `-Djava.io.tmpdir=${dirs.tmp}`]
  const logging = `-Dlog4j.configurationFile=${join(dirs.conf, 'log4j.properties')}`
  return startChild({
    name,
    command: 'java',
    args: [...java, logging, '-cp', home.classpath, mainClass, ...args, ...extraArgs],
    env: { ...process.env, FLINK_CONF_DIR: dirs.conf, FLINK_LIB_DIR: home.libDir, FLINK_PLUGINS_DIR: home.pluginsDir },
    cwd: dirs.tmp,
    logFile: logFile(role, dirs),
  })
}

export function logFile(role: FlinkRole, dirs: FlinkDirs): string {
  return join(dirs.log, `${role}.log`)
}

function roleStart(role: FlinkRole, dirs: FlinkDirs, gatewayPort: number): RoleStart {
  const configDir = ['--configDir', dirs.conf]
  switch (role) {
    case 'jobmanager':
      return {
        name: 'JobManager',
        heap: '400m',
        mainClass: 'org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint',
        args: configDir,
      }
    case 'taskmanager': {
      const memory = Object.entries(TASK_MEMORY).map(([key, value]) => `-D${key}=${value}`)
      const mainClass = 'org.apache.flink.runtime.taskexecutor.TaskManagerRunner'
      return { name: 'TaskManager', heap: '500m', mainClass, args: [...configDir, ...memory] }
    }
    case 'sql-gateway': {
      const at = ['-Dsql-gateway.endpoint.rest.address=127.0.0.1', `-Dsql-gateway.endpoint.rest.port=${gatewayPort}`]
      return { name: 'SQL Gateway', heap: '300m', mainClass: 'org.apache.flink.table.gateway.SqlGateway', args: at }
    }
  }
}

function opens(): string[] {
  const packages = [...OPENED.map((name) => `java.base/${name}`), 'java.base/sun.nio.ch']
  return [...packages.map((name) => `--add-opens=${name}=ALL-UNNAMED`), '--add-exports=java.base/sun.net.util=ALL-UNNAMED']
}
