// Edits that make a ZooKeeper container a member of an ensemble.

import { type Edit, toYaml, type Workspace } from '../../src/sdk.ts'
import { ordinalPlus, wrapperEdits } from '../stateful/command.ts'
import { type EnvPlan, envEdits, hasPlainEnv, POD_NAME } from '../stateful/env.ts'
import type { ServicePort } from '../stateful/headless.ts'
import { portEdits, portReference, portReferenceOrAdded, quorumProbeEdits, readinessEdits } from '../stateful/probes.ts'
import { ELECTION_PORT, PEER_PORT } from './dialects.ts'
import type { Server } from './server.ts'

/** Commands that answer only when there is a quorum; `ruok` answers always. */
const ASKS_FOR_QUORUM =
  /\b(?:srvr|mntr|stat|isro|cons)\b|zkServer\.sh\s+status|zkCli|zookeeper-shell|zookeeper-ready|zkOk/

/**
 * Edits in the server's container: who it is, who the others are, the ports between them, and probes that the first
 * member passes alone. Undefined when its command or its variables have a shape that nothing may be put into.
 */
export function memberEdits(
  workspace: Workspace,
  server: Server,
  hosts: readonly string[],
  clientPort: number,
): Edit[] | undefined {
  const { container, dialect } = server
  if (!hasPlainEnv(container)) return undefined
  // members count from 1: a place in a list of servers for some images, and never 0 for any
  const exports = [[dialect.idVariable, ordinalPlus(1)]] as const
  const wrapper = wrapperEdits(container, { exports, entrypoint: dialect.entrypoint })
  if (wrapper === undefined) return undefined
  const port = portReference(container, clientPort)
  return [
    ...wrapper,
    ...portEdits(container, memberPorts(server, clientPort)),
    ...envEdits(workspace, container, envPlan(server, hosts, clientPort)),
    ...quorumProbeEdits(container, ASKS_FOR_QUORUM, port),
    ...readinessEdits(container, port),
  ]
}

function envPlan(server: Server, hosts: readonly string[], clientPort: number): EnvPlan {
  const { dialect, lookup, isAbsent } = server
  const values: [string, string][] = [[dialect.listVariable, dialect.list(hosts, clientPort)]]
  for (const [name, value] of dialect.defaults) if (isAbsent(name)) values.push([name, value])
  const { joined } = dialect
  if (joined !== undefined) {
    const present = lookup(joined.variable)
    const pair = `${joined.key}=${joined.value}`
    if (isAbsent(joined.variable)) values.push([joined.variable, pair])
    else if (present !== undefined && !present.includes(`${joined.key}=`))
      values.push([joined.variable, `${present.trimEnd()} ${pair}`])
  }
  return { fields: [POD_NAME], values, removed: [dialect.idVariable] }
}

/** Ports of a member, as its container and its headless Service name them. */
export function memberPorts(server: Server, clientPort: number): ServicePort[] {
  const ports = [
    { name: 'client', port: clientPort },
    { name: 'peer', port: PEER_PORT },
    { name: 'election', port: ELECTION_PORT },
  ]
  return ports.map(({ name, port }) => ({
    name,
    port,
    targetPort: portReferenceOrAdded(server.container, port, name),
  }))
}

/** What a person writes into the server's container to make it a member. */
export function memberSnippet(server: Server, hosts: readonly string[], clientPort: number): string {
  const { dialect } = server
  const { values } = envPlan(server, hosts, clientPort)
  const script = `export ${dialect.idVariable}=${ordinalPlus(1)}; exec ${dialect.entrypoint.join(' ')}`
  const podName = { name: POD_NAME.name, valueFrom: { fieldRef: { fieldPath: POD_NAME.fieldPath } } }
  return toYaml({ command: ['sh', '-c', script], env: [podName, ...values.map(([name, value]) => ({ name, value }))] })
}
