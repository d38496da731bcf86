// What the manifests say about the brokers of one workload.

import {
  type Container,
  commandLine,
  compareVersions,
  declaredReplicas,
  detectSystem,
  effectiveImage,
  envNames,
  forEachWorkload,
  type ImageReference,
  isFloating,
  isServed,
  type Settings,
  type Target,
  type Workload,
  type Workspace,
} from '../../src/sdk.ts'
import { type DataPlace, dataPlaces, isPersistent } from '../stateful/data.ts'
import { originalWorkload } from '../stateful/servers.ts'
import { STATEFUL } from '../stateful/settings.ts'
import { type Configuration, configurationOf, readKey } from './config.ts'
import { type Dialect, dialectOf, guessDialect } from './dialects/index.ts'
import { type Listener, type Protocol, parseListeners, parseProtocols } from './listeners.ts'

/** Where the metadata is kept: in ZooKeeper, or in the brokers themselves (`combined`) or controllers of their own. */
export type Mode = 'zookeeper' | 'combined' | 'separate'

export interface Broker {
  readonly workload: Workload
  readonly container: Container
  readonly distro: string
  readonly title: string
  /** undefined where nothing new can be set: raw properties, and images that nobody knows */
  readonly dialect: Dialect | undefined
  readonly configuration: Configuration
  /** path of the topics tool in the container; undefined where neither image nor command tells it */
  readonly topicsTool: string | undefined
  readonly image: ImageReference | undefined
  /** Kafka's version, of the tag; undefined when the tag does not say it */
  readonly version: string | undefined
  /** undefined when the files do not say it */
  readonly mode: Mode | undefined
  /** brokers that the workload runs */
  readonly count: number
  readonly places: readonly BrokerData[]
}

export interface BrokerData extends DataPlace {
  /** the volume is there, and the broker writes elsewhere */
  readonly isIdle?: boolean
}

const LIVING: readonly string[] = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'ReplicationController',
  'Pod',
  'Rollout',
]

/** Workloads of the set that run brokers and may be changed; patches and removed API versions are left out. */
export function* brokersOf(workspace: Workspace): Iterable<Broker> {
  for (const workload of forEachWorkload(workspace, LIVING)) {
    if (workload.resource.partial || !isServed(workload.resource)) continue
    const broker = brokerOf(workspace, workload)
    if (broker !== undefined && broker.count > 0) yield broker
  }
}

function brokerOf(workspace: Workspace, workload: Workload): Broker | undefined {
  const system = detectSystem(workload)
  if (system?.family !== 'kafka' || system.distro === undefined) return undefined
  const { container, distro, title } = system
  const known = dialectOf(distro)
  const dialect = known ?? (distro === 'kafka/unknown' ? guessDialect(envNames(container)) : undefined)
  const configuration = configurationOf(workspace, container, distro, dialect)
  const image = effectiveImage(workspace, container)
  const version = image?.tag === undefined || known === undefined ? undefined : known.version(image.tag)
  const mode = modeOf(workspace, configuration, distro)
  const folder = dataFolder(workspace, configuration)
  const places = folder === undefined ? [] : volumesFor(workspace, container, dialect, folder)
  return {
    ...{ workload, container, distro, title, dialect: known, configuration, image, version, mode, places },
    topicsTool: image?.components.at(-1) === 'kafka-native' ? undefined : (known?.topicsTool ?? toolBeside(container)),
    count: declaredReplicas(workload.resource) ?? 1,
  }
}

/** The tools stand beside the script that starts a broker. */
function toolBeside(container: Container): string | undefined {
  const found = /(?:^|\s)((?:[\w./-]*\/)?)kafka-server-start(\.sh)?(?=\s|$)/.exec(commandLine(container))
  return found === null ? undefined : `${found[1]}kafka-topics${found[2] ?? ''}`
}

/** The same brokers in the input of the run. */
export function originalOf(workspace: Workspace, broker: Broker): Broker {
  const workload = originalWorkload(workspace, broker.workload)
  return (workload === undefined ? undefined : brokerOf(workspace.original, workload)) ?? broker
}

function modeOf(workspace: Workspace, configuration: Configuration, distro: string): Mode | undefined {
  const roles = readKey(workspace, configuration, 'process.roles')
  if (roles.kind === 'text') {
    const names = roles.text.split(',').map(role => role.trim())
    return names.includes('controller') && names.includes('broker') ? 'combined' : 'separate'
  }
  const ensemble = readKey(workspace, configuration, 'zookeeper.connect')
  if (ensemble.kind === 'text') return 'zookeeper'
  // without any setting the image runs the file that it brings, a node of both roles
  if (distro === 'kafka/apache' && roles.kind === 'absent') return 'combined'
  return undefined
}

/** First folder of `log.dirs`, else the image's own; undefined when it is not known. */
function dataFolder(workspace: Workspace, configuration: Configuration): string | undefined {
  const { dialect } = configuration
  for (const key of ['log.dirs', 'log.dir']) {
    const found = readKey(workspace, configuration, key)
    if (found.kind === 'unknown') return undefined
    if (found.kind === 'text' && dialect?.setsLogDirs !== false) return found.text.split(',')[0]?.trim()
  }
  return dialect?.dataFolder
}

/** The volume that holds the folder; where none does, the place that the image has for one. */
function volumesFor(
  workspace: Workspace,
  container: Container,
  dialect: Dialect | undefined,
  folder: string,
): BrokerData[] {
  const name = 'data'
  const found = dataPlaces(workspace, container, [{ path: folder, name }])
  const elsewhere = dialect?.volumeFolder
  if (found[0]?.kind !== 'image' || elsewhere === undefined) return found
  return dataPlaces(workspace, container, [{ path: elsewhere, name }]).map(place => ({
    ...place,
    isIdle: place.kind !== 'image',
  }))
}

/** Whether the brokers of the input start with no topics: one whose data goes with its pod, or data that is given up. */
export function isFresh(broker: Broker, settings: Settings): boolean {
  const { kind } = broker.workload.resource
  const given = kind === 'Deployment' && settings.get(STATEFUL, broker.workload.resource).data === 'fresh'
  return given || (!isPersistent(broker.places.filter(place => place.isIdle !== true)) && broker.places.length > 0)
}

/** Whether several brokers may be running, so that a change reaches them one after the other. */
export function isLiveCluster(broker: Broker): boolean {
  return broker.workload.resource.kind === 'StatefulSet' && broker.count > 1
}

/** Whether the version is known and at least the wanted one. */
export function isAtLeast(broker: Broker, wanted: string): boolean {
  const version = broker.version ?? broker.dialect?.since
  return version !== undefined && compareVersions(version, wanted) >= 0
}

/** An image without a fixed version that has no ZooKeeper mode any more: it runs from an old cached layer alone. */
export function runsFromCache(broker: Broker): boolean {
  return (
    broker.mode === 'zookeeper' &&
    broker.image !== undefined &&
    isFloating(broker.image) &&
    broker.distro !== 'kafka/wurstmeister'
  )
}

export interface Listeners {
  readonly opened: readonly Listener[]
  /** without those of controllers */
  readonly advertised: readonly Listener[]
  readonly controllers: readonly string[]
  readonly protocols: ReadonlyMap<string, Protocol>
  /** name of the listener between brokers */
  readonly between: string
  /** whether the settings say what is opened or advertised, rather than the image */
  readonly isTold: boolean
  /** whether the protocol map stands in the settings */
  readonly mapped: boolean
}

/** The listeners as they count; undefined when the files do not say them, or not in a form that can be read. */
export function listenersOf(workspace: Workspace, broker: Broker): Listeners | undefined {
  const { configuration, distro } = broker
  const text = (key: string): string | undefined | null => {
    const found = readKey(workspace, configuration, key)
    return found.kind === 'unknown' ? null : found.kind === 'text' ? found.text : undefined
  }
  const [openedText, advertisedText, mapText] = [
    'listeners',
    'advertised.listeners',
    'listener.security.protocol.map',
  ].map(text)
  const names = ['inter.broker.listener.name', 'security.inter.broker.protocol', 'controller.listener.names'].map(text)
  if ([openedText, advertisedText, mapText, ...names].includes(null)) return undefined
  const [between, protocol, controllerText] = names
  const controllers = (controllerText ?? '').split(',').flatMap(name => (name.trim() === '' ? [] : [name.trim()]))
  const advertised = advertisedText == null ? undefined : parseListeners(advertisedText)
  const opened = openedText == null ? defaultListeners(broker, advertised) : parseListeners(openedText)
  const known = mapText == null && broker.mode === 'combined' ? withControllers(controllers, distro) : undefined
  const protocols = known ?? parseProtocols(mapText ?? undefined)
  if (opened === undefined || protocols === undefined || (advertisedText != null && advertised === undefined))
    return undefined
  const told =
    advertised ??
    legacyAdvertised(workspace, broker, opened) ??
    opened.filter(({ name }) => !controllers.includes(name) && name !== 'CONTROLLER')
  if ([...opened, ...told].some(({ name }) => !protocols.has(name))) return undefined
  const main = between ?? protocol ?? 'PLAINTEXT'
  return {
    ...{
      opened,
      controllers,
      protocols,
      between: main,
      mapped: mapText != null,
      isTold: openedText != null || advertisedText != null,
    },
    advertised: told.filter(({ name }) => !controllers.includes(name)),
  }
}

/** `advertised.host.name` and `advertised.port`, which Kafka 3.0 no longer has. */
function legacyAdvertised(
  workspace: Workspace,
  { configuration }: Broker,
  opened: readonly Listener[],
): Listener[] | undefined {
  const host = readKey(workspace, configuration, 'advertised.host.name')
  const port = readKey(workspace, configuration, 'advertised.port')
  const [first] = opened
  if (first === undefined || host.kind !== 'text' || port.kind === 'unknown') return undefined
  return [{ ...first, host: host.text, port: port.kind === 'text' ? Number(port.text) : first.port }]
}

/** What the image opens when nothing says it: the advertised ports on all addresses, or what its own file says. */
function defaultListeners(
  broker: Broker,
  advertised: readonly Listener[] | undefined,
): readonly Listener[] | undefined {
  if (broker.mode === 'zookeeper') {
    return (
      advertised?.map(listener => ({ ...listener, host: '0.0.0.0' })) ?? [{ name: 'PLAINTEXT', host: '', port: 9092 }]
    )
  }
  return [
    { name: 'PLAINTEXT', host: '', port: 9092 },
    { name: 'CONTROLLER', host: '', port: 9093 },
  ]
}

/** Kafka takes controllers for plaintext as long as the map is absent and no listener is encrypted. */
function withControllers(controllers: readonly string[], distro: string): ReadonlyMap<string, Protocol> {
  const names = controllers.length === 0 && distro === 'kafka/apache' ? ['CONTROLLER'] : controllers
  return new Map([
    ...names.map(name => [name, 'PLAINTEXT'] as const),
    ...(['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] as const).map(name => [name, name] as const),
  ])
}

/** Whether the command already gives each pod an id of its own. */
export function hasOwnIds(container: Container): boolean {
  return /(?:BROKER_ID|NODE_ID|broker\.id|node\.id)=\S*(?:HOSTNAME|POD_NAME|hostname)/.test(commandLine(container))
}

export function unitOf(broker: Broker): string {
  const { namespace, name } = broker.workload.resource
  return `kafka ${namespace === undefined ? name : `${namespace}/${name}`}`
}

/** What a finding about the broker's settings is about. */
export function settingsTarget(broker: Broker): Target {
  const { workload, container } = broker
  return { resource: workload.resource, container, path: [...container.path, 'env'] }
}
