// Commands that ask the brokers, and steps that start them again.

import { type FollowUp, type Instruction, shellWord, type Workload, type Workspace } from '../../src/sdk.ts'
import { growSteps, kubectlFor, podsCheck } from '../stateful/runbook.ts'
import { type Broker, type Listeners, originalOf } from './broker.ts'

/** Where brokers are asked, from within one of their pods. */
export interface Access {
  /** as `kubectl exec` takes it */
  readonly pod: string
  readonly port: number
  /** the file that signs for a TLS listener, undefined for plaintext */
  readonly authority?: string
}

/** The plaintext listener; where none is open, the first one, which may ask for more than is known here. */
export function plainAccess({ workload }: Broker, listeners: Listeners | undefined): Access {
  const advertised = listeners?.advertised ?? []
  const plain = advertised.find(({ name }) => listeners?.protocols.get(name) === 'PLAINTEXT')
  return { pod: podOf(workload), port: plain?.port ?? advertised[0]?.port ?? 9092 }
}

function podOf({ resource }: Workload): string {
  const { kind, name } = resource
  if (kind === 'StatefulSet') return `${name}-0`
  return kind === 'Pod' ? name : `${kind.toLowerCase()}/${name}`
}

/** Calls one of Kafka's tools in the container of the first broker; `name` is without folder and ending. */
export function toolCommand(broker: Broker, access: Access, name: string, options: string): string {
  const { workload, container, topicsTool = 'kafka-topics.sh' } = broker
  const tool = topicsTool.replace('kafka-topics', name)
  const exec = `${kubectlFor(workload.resource)} exec ${shellWord(access.pod)} -c ${shellWord(container.name)} --`
  if (access.authority === undefined)
    return `${exec} ${tool} --bootstrap-server localhost:${access.port} ${options}`.trim()
  const lines = ['security.protocol=SSL', 'ssl.truststore.type=PEM', `ssl.truststore.location=${access.authority}`]
  const file = '/tmp/client.properties'
  const call = `${tool} --bootstrap-server localhost:${access.port} --command-config ${file} ${options}`.trim()
  return `${exec} sh -c 'printf "%s\\n" ${lines.join(' ')} > ${file} && ${call}'`
}

/** Each broker answers with its id and its name. */
export function brokersCheck(broker: Broker, access: Access, members: number): Instruction {
  return {
    text: `${members} brokers answer, each under its own name`,
    commands: [`${toolCommand(broker, access, 'kafka-broker-api-versions', '')} | grep "id: "`],
  }
}

/** No partition lacks a copy. */
export function copiesCheck(broker: Broker, access: Access): Instruction {
  return {
    text: 'every partition has all of its copies: nothing is listed',
    commands: [toolCommand(broker, access, 'kafka-topics', '--describe --under-replicated-partitions')],
  }
}

/**
 * Starts brokers again that stay as many as they are, the same step for every change of them; nothing where another
 * change of the run makes them anew.
 */
export function rollSteps(workspace: Workspace, broker: Broker): FollowUp[] {
  const { workload, count } = broker
  const original = originalOf(workspace, broker)
  const { resource } = workload
  if (original.workload.resource.kind !== resource.kind || original.count !== count) return []
  const maps = workspace
    .inNamespace(resource, 'ConfigMap')
    .filter(map => workspace.consumersOf(map).some(consumer => consumer.resource === resource))
  const used = [resource, ...maps, ...workspace.servicesOf(workload)].filter(({ selected }) => selected)
  const files = [...new Set(used.map(({ origin }) => origin.file))]
  return growSteps({ workspace, workload, stage: 'brokers', files, check: podsCheck([workload]) })
}
