// The pods that manifests of Kafka and ZooKeeper ask for: names, variables, properties and mounted files.

import { spawnSync } from 'node:child_process'
import type { Resource } from '../../../src/kube/resource.ts'
import { detectSystem } from '../../../src/kube/systems.ts'
import type { Container, Workload } from '../../../src/kube/workload.ts'
import type { Workspace } from '../../../src/kube/workspace.ts'
import { at } from '../../../src/yaml/path.ts'
import { asArray, asString, type Json, member } from '../../../src/yaml/value.ts'
import type { Files } from '../../support/fixtures.ts'
import { expanded, type Properties, propertiesOf, workspaceOf } from '../../support/kafka-model.ts'
import { confluentZooKeeper, officialZooKeeper } from './zookeeper-model.ts'

export interface Pod {
  /** `kafka-0`; the one pod of a Deployment has the name that the first of a StatefulSet has */
  readonly name: string
  readonly family: 'kafka' | 'zookeeper'
  readonly ordinal: number
  readonly namespace: string
  /** every name by which it is dialled: its own behind its headless Service, and those of Services that select it */
  readonly hosts: readonly string[]
  readonly variables: Properties
  readonly properties: Properties
  readonly mounts: readonly Mount[]
  /** TCP port that is open once the pod is ready */
  readonly readyPort: number
}

export interface Mount {
  readonly path: string
  /** absent where the folder is the pod's own or a claim's */
  readonly secret?: {
    readonly name: string
    readonly items: readonly { readonly key: string; readonly path: string }[]
  }
}

/** What the images' start scripts are called; in their place the environment is printed. */
const START_SCRIPT = /\/etc\/(?:confluent|kafka)\/docker\/run|\/docker-entrypoint\.sh zkServer\.sh start-foreground/g

const CLUSTER_DOMAIN = 'cluster.local'

const ZOOKEEPER_MODELS = new Map([
  ['zk/cp', confluentZooKeeper],
  ['zk/official', officialZooKeeper],
])

/** The pods of every Kafka and ZooKeeper in the files, in the order of their workloads. */
export function podsOf(files: Files): Pod[] {
  const workspace = workspaceOf(files)
  return workspace.workloads().flatMap(workload => {
    const system = detectSystem(workload)
    if (system?.family !== 'kafka' && system?.family !== 'zookeeper') return []
    const { family, container, distro = '' } = system
    const { resource } = workload
    const count = Number(at(resource.value, ['spec', 'replicas']) ?? 1)
    const namespace = resource.namespace ?? 'default'
    return Array.from({ length: count }, (_, ordinal): Pod => {
      const name = `${resource.name}-${ordinal}`
      const variables = environment(container, expanded(workspace, container, name, namespace))
      const properties = (ZOOKEEPER_MODELS.get(distro) ?? (values => propertiesOf(distro, values)))(variables)
      if (properties.size === 0) throw new Error(`${distro} of ${name} is not modelled`)
      const mounts = mountsOf(workload, container)
      const hosts = hostsOf(workspace, workload, name, namespace)
      return { name, family, ordinal, namespace, hosts, variables, properties, mounts, readyPort: readyPort(container) }
    })
  })
}

/** Variables as the server's start script sees them, because a shell runs the container's command up to it. */
function environment(container: Container, variables: Properties): Properties {
  const words = [...asArray(container.value.command), ...asArray(container.value.args)].map(String)
  const [program, ...rest] = words.map(word => word.replaceAll(START_SCRIPT, 'env'))
  if (program === undefined) return variables
  const env = { ...Object.fromEntries(variables), PATH: process.env.PATH ?? '' }
  const { status, stdout, stderr } = spawnSync(program, rest, { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`the command of ${container.name} ends with ${status}: ${stderr}`)
  return new Map(
    stdout
      .trimEnd()
      .split('\n')
      .map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
}

function mountsOf({ spec }: Workload, container: Container): Mount[] {
  return asArray(container.value.volumeMounts).map(mount => {
    const volume = asArray(spec.volumes).find(entry => member(entry, 'name') === member(mount, 'name'))
    const name = asString(at(volume, ['secret', 'secretName']))
    const path = String(member(mount, 'mountPath'))
    if (name === undefined) return { path }
    const items = asArray(at(volume, ['secret', 'items'])).map(item => ({
      key: String(member(item, 'key')),
      path: String(member(item, 'path')),
    }))
    return { path, secret: { name, items } }
  })
}

function hostsOf(workspace: Workspace, workload: Workload, pod: string, namespace: string): string[] {
  const services = workspace.servicesOf(workload).map(service => service.name)
  const headless = asString(at(workload.resource.value, ['spec', 'serviceName']))
  const names = headless === undefined ? services : [...services, `${pod}.${headless}`]
  const suffixes = ['', `.${namespace}`, `.${namespace}.svc`, `.${namespace}.svc.${CLUSTER_DOMAIN}`]
  return names.flatMap(name => suffixes.map(suffix => `${name}${suffix}`))
}

/** The port of the readiness probe; without one, the first that the container names. */
function readyPort(container: Container): number {
  const ports = asArray(container.value.ports)
  const port = at(container.value.readinessProbe, ['tcpSocket', 'port'])
  const named = ports.find(entry => member(entry, 'name') === port)
  return Number(member(named, 'containerPort') ?? port ?? member(ports[0], 'containerPort'))
}

/** Objects of a kind, such as the Certificates that the pods' Secrets are made from. */
export function objectsOf(files: Files, kind: string): readonly Resource[] {
  return workspaceOf(files).ofKind(kind)
}

export function strings(value: Json | undefined): string[] {
  return asArray(value).map(String)
}
