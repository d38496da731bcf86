// What a broker's container turns its variables into: our own model of the images, for every pod of a workload.

import { stringMap } from '../../src/kube/resource.ts'
import { detectSystem } from '../../src/kube/systems.ts'
import type { Container, Workload } from '../../src/kube/workload.ts'
import { Workspace } from '../../src/kube/workspace.ts'
import { at } from '../../src/yaml/path.ts'
import { readText } from '../../src/yaml/read.ts'
import { asArray, asString } from '../../src/yaml/value.ts'
import type { Files } from './fixtures.ts'

/** The properties of one pod, by key. */
export type Properties = ReadonlyMap<string, string>

export interface ModelBroker {
  readonly workload: Workload
  readonly container: Container
  readonly distro: string
  readonly namespace: string | undefined
  /** by ordinal; a Deployment has one */
  readonly pods: readonly { readonly name: string; readonly properties: Properties; readonly variables: Properties }[]
}

export function workspaceOf(files: Files): Workspace {
  const loaded = [...files].flatMap(([path, text]) => {
    const read = /\.ya?ml$/.test(path) ? readText(text) : undefined
    return read?.ok === true ? [{ path, text, selected: true, documents: read.documents }] : []
  })
  return new Workspace(loaded, { kubernetesVersion: '1.36' })
}

/** Brokers whose image is modelled. */
export function modelBrokers(workspace: Workspace): ModelBroker[] {
  return workspace.workloads().flatMap(workload => {
    const system = detectSystem(workload)
    if (system?.distro === undefined || !MODELS.has(system.distro)) return []
    const { container, distro } = system
    const { resource } = workload
    const count = resource.kind === 'StatefulSet' ? Number(at(resource.value, ['spec', 'replicas']) ?? 1) : 1
    const pods = Array.from({ length: count }, (_, ordinal) => {
      const name = resource.kind === 'StatefulSet' ? `${resource.name}-${ordinal}` : `${resource.name}-7d9f-x2x4q`
      const variables = started(container, expanded(workspace, container, name, resource.namespace ?? 'default'))
      return { name, variables, properties: propertiesOf(distro, variables) }
    })
    return [{ workload, container, distro, namespace: resource.namespace, pods }]
  })
}

/** Variables as the kubelet sets them: maps first, then the list in its order, `$(NAME)` from what stands earlier. */
export function expanded(
  workspace: Workspace,
  container: Container,
  pod: string,
  namespace: string,
): Map<string, string> {
  const variables = new Map<string, string>()
  const { resource } = container.workload
  for (const source of asArray(container.value.envFrom)) {
    const map = asString(at(source, ['configMapRef', 'name']))
    const data = map === undefined ? undefined : workspace.named(resource, 'ConfigMap', map)?.value.data
    for (const [key, value] of Object.entries(stringMap(data))) variables.set(key, value)
  }
  for (const entry of asArray(container.value.env)) {
    const name = asString(at(entry, ['name'])) ?? ''
    const field = asString(at(entry, ['valueFrom', 'fieldRef', 'fieldPath']))
    const fields = new Map([
      ['metadata.name', pod],
      ['metadata.namespace', namespace],
    ])
    const value = field === undefined ? (asString(at(entry, ['value'])) ?? '') : (fields.get(field) ?? '')
    variables.set(
      name,
      value.replace(/\$\(([\w.-]+)\)/g, (reference, key: string) => variables.get(key) ?? reference),
    )
  }
  return variables
}

/** What the command exports before the server starts, and the id that a command in a variable answers. */
function started(container: Container, variables: ReadonlyMap<string, string>): Map<string, string> {
  const all = new Map(variables)
  const script = [...asArray(container.value.command), ...asArray(container.value.args)].join(' ')
  for (const [, name = '', value = ''] of script.matchAll(/export (\w+)=(\$\(\(.*?\)\)|\S+?)(?=;|\s|$)/g)) {
    all.set(name, evaluated(value, all))
  }
  for (const [, name = ''] of script.matchAll(/unset (\w+)/g)) all.delete(name)
  const command = all.get('BROKER_ID_COMMAND')
  if (command !== undefined) all.set('KAFKA_BROKER_ID', evaluated(command.replace(/^echo /, ''), all))
  return all
}

/** The two forms of a member's number; any other text stays, and fails the rules that want a number. */
function evaluated(text: string, variables: ReadonlyMap<string, string>): string {
  const ordinal = /-(\d+)$/.exec(variables.get('POD_NAME') ?? '')?.[1]
  const sum = /^\$\(\(\$\{POD_NAME##\*-\} \+ (\d+)\)\)$/.exec(text)?.[1]
  if (ordinal === undefined) return text
  if (/^\$\{POD_NAME##\*-\}$/.test(text)) return ordinal
  return sum === undefined ? text : String(Number(ordinal) + Number(sum))
}

type Model = (variables: ReadonlyMap<string, string>) => Map<string, string>

/** Variables that are for the start scripts and the virtual machine. */
const NO_PROPERTY =
  /^KAFKA_(?:HEAP_OPTS|OPTS|JVM_PERFORMANCE_OPTS|LOG4J\w*|GC_LOG\w*|JMX\w*|CREATE_TOPICS|PORT\w*|SERVICE\w*)$/

/** `___` is a dash, `__` an underscore, `_` a dot. */
const escaped: Model = variables =>
  new Map(
    [...variables]
      .filter(([name]) => name.startsWith('KAFKA_') && !NO_PROPERTY.test(name))
      .map(([name, value]) => [
        name
          .slice(6)
          .toLowerCase()
          .replace(/___|__|_/g, mark => ({ ___: '-', __: '_', _: '.' })[mark] ?? mark),
        value,
      ]),
  )

function unescaped(prefix: string): Model {
  return variables =>
    new Map(
      [...variables]
        .filter(([name]) => name.startsWith(prefix) && !NO_PROPERTY.test(name))
        .map(([name, value]) => [name.slice(prefix.length).toLowerCase().replaceAll('_', '.'), value]),
    )
}

const bitnami: Model = variables => {
  const properties = unescaped('KAFKA_CFG_')(variables)
  const isEncrypted = (properties.get('listener.security.protocol.map') ?? '').includes('SSL')
  if (!isEncrypted) return properties
  const folder = '/opt/bitnami/kafka/config/certs'
  const type = variables.get('KAFKA_TLS_TYPE') ?? 'JKS'
  properties.set('ssl.keystore.type', type)
  properties.set('ssl.keystore.location', `${folder}/kafka.keystore.pem`)
  properties.set('ssl.truststore.location', `${folder}/kafka.truststore.pem`)
  // the image's own default cuts off clients without a certificate
  properties.set('ssl.client.auth', variables.get('KAFKA_TLS_CLIENT_AUTH') ?? 'required')
  return properties
}

const MODELS: ReadonlyMap<string, Model> = new Map([
  ['kafka/cp', confluent],
  ['kafka/apache', escaped],
  ['kafka/bitnami', bitnami],
  ['kafka/wurstmeister', unescaped('KAFKA_')],
])

/** Without `listeners` the image opens what is advertised, on all addresses; it has a folder for the logs of its own. */
function confluent(variables: ReadonlyMap<string, string>): Map<string, string> {
  const properties = new Map([['log.dirs', '/var/lib/kafka/data'], ...escaped(variables)])
  const advertised = properties.get('advertised.listeners')
  if (!properties.has('listeners') && advertised !== undefined) {
    properties.set('listeners', advertised.replace(/:\/\/[^:]*:/g, '://0.0.0.0:'))
  }
  return properties
}

export function propertiesOf(distro: string, variables: ReadonlyMap<string, string>): Properties {
  return MODELS.get(distro)?.(variables) ?? new Map()
}
