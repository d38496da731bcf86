// Pod specs: containers, ports, environment, volumes, resources and the user they run as.

import { compareQuantities } from '../../kube/quantity.ts'
import type { Path } from '../../yaml/path.ts'
import { asObject, asString, type Json, type JsonObject, member } from '../../yaml/value.ts'
import { isDnsLabel, isPortName } from './names.ts'
import { type Finding, has, isUnknown, judgeUnique, maps } from './rule.ts'

const CONTAINER_FIELDS = ['initContainers', 'containers', 'ephemeralContainers'] as const
const VARIABLE_SOURCES = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'] as const
const MAP_SOURCES = ['configMapRef', 'secretRef'] as const
const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc'] as const

/** `claims` are the names of the volumeClaimTemplates that the pod may mount beside its own volumes. */
export function judgePod(spec: Json | undefined, path: Path, claims: readonly string[], report: Finding): void {
  const pod = asObject(spec)
  if (pod === undefined) return
  const volumes = maps(pod.volumes)
  const names = new Set(claims)
  for (const [index, volume] of volumes) {
    const name = asString(volume.name)
    if (name !== undefined) names.add(name)
    judgeVolume(volume, [...path, 'volumes', index], report)
  }
  judgeUnique(volumes, [...path, 'volumes'], nameOf, (place, key) =>
    report(place, 'duplicate-volume', `a second volume is named "${key}"`),
  )
  judgeSpread(pod, path, report)
  judgeResources(pod, path, report)
  if (maps(pod.ephemeralContainers).length > 0) {
    const message = 'ephemeral containers are added to running pods and may not stand in a manifest'
    report([...path, 'ephemeralContainers'], 'ephemeral-containers', message)
  }
  const seen = new Set<string>()
  for (const field of CONTAINER_FIELDS) {
    for (const [index, container] of maps(pod[field])) {
      const place = [...path, field, index]
      const name = nameOf(container)
      if (name !== undefined && seen.has(name))
        report(place, 'duplicate-container', `a second container is named "${name}"`)
      if (name !== undefined) seen.add(name)
      judgeContainer(container, place, names, report)
      judgeUser(pod, container, place, report)
    }
  }
}

function nameOf(entry: JsonObject): string | undefined {
  return asString(entry.name)
}

function judgeVolume(volume: JsonObject, path: Path, report: Finding): void {
  const name = nameOf(volume)
  if (name !== undefined && !isDnsLabel(name) && !isUnknown(name)) {
    report(
      [...path, 'name'],
      'volume-name',
      `"${name}" is no legal volume name: at most 63 lower case letters, digits and "-"`,
    )
  }
  const sources = Object.keys(volume).filter(key => key !== 'name' && has(volume, key))
  if (sources.length > 1)
    report(path, 'volume-source', `a volume has one source, this one has ${sources.join(' and ')}`)
}

function judgeSpread(pod: JsonObject, path: Path, report: Finding): void {
  const place = [...path, 'topologySpreadConstraints']
  const keyOf = (entry: JsonObject) => `${String(entry.topologyKey)} ${String(entry.whenUnsatisfiable)}`
  const constraints = maps(pod.topologySpreadConstraints)
  judgeUnique(constraints, place, keyOf, (at, key) =>
    report(at, 'duplicate-spread', `a second constraint spreads over ${key.replace(' ', ' with ')}`),
  )
  for (const [index, constraint] of constraints) {
    for (const field of ['maxSkew', 'minDomains']) {
      const value = constraint[field]
      if (typeof value === 'number' && value < 1)
        report([...place, index, field], 'spread-bounds', `${field} is at least 1: this one is ${value}`)
    }
    if (has(constraint, 'minDomains') && constraint.whenUnsatisfiable === 'ScheduleAnyway') {
      report([...place, index, 'minDomains'], 'spread-bounds', 'minDomains may only stand beside DoNotSchedule')
    }
  }
}

function judgeContainer(container: JsonObject, path: Path, volumes: ReadonlySet<string>, report: Finding): void {
  const name = nameOf(container)
  if (name !== undefined && !isDnsLabel(name) && !isUnknown(name)) {
    report(
      [...path, 'name'],
      'container-name',
      `"${name}" is no legal container name: at most 63 lower case letters, digits and "-"`,
    )
  }
  if (!has(container, 'image')) report([...path, 'image'], 'image-missing', 'a container needs an image')
  judgePorts(container, path, report)
  judgeEnvironment(container, path, report)
  judgeMounts(container, path, volumes, report)
  judgeResources(container, path, report)
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) judgeProbe(container, probe, path, report)
}

function judgePorts(container: JsonObject, path: Path, report: Finding): void {
  const ports = maps(container.ports)
  const place = [...path, 'ports']
  for (const [index, port] of ports) {
    const name = nameOf(port)
    if (name !== undefined && name !== '' && !isPortName(name) && !isUnknown(name)) {
      report(
        [...place, index, 'name'],
        'port-name',
        `"${name}" is no legal port name: at most 15 lower case letters, digits and "-"`,
      )
    }
    judgePortNumber(port.containerPort, [...place, index, 'containerPort'], report)
  }
  const portName = (port: JsonObject) => nameOf(port) || undefined
  judgeUnique(ports, place, portName, (at, key) => report(at, 'duplicate-port-name', `a second port is named "${key}"`))
  const numberOf = (port: JsonObject) =>
    `${String(port.containerPort)}/${asString(port.protocol) ?? 'TCP'}/${String(port.hostPort ?? '')}/${String(port.hostIP ?? '')}`
  judgeUnique(ports, place, numberOf, (at, key) =>
    report(at, 'duplicate-container-port', `port ${key.split('/').slice(0, 2).join('/')} stands there twice`),
  )
}

/** Ports are 1 to 65535. */
export function judgePortNumber(port: Json | undefined, path: Path, report: Finding): void {
  if (typeof port === 'number' && (port < 1 || port > 65535))
    report(path, 'port-range', `${port} is no port: use 1 to 65535`)
}

function judgeEnvironment(container: JsonObject, path: Path, report: Finding): void {
  const entries = maps(container.env)
  const place = [...path, 'env']
  judgeUnique(entries, place, nameOf, (at, key) => report(at, 'duplicate-env', `a second variable is named ${key}`))
  const later = new Map<string, number>()
  for (const [index, entry] of entries) {
    const name = nameOf(entry)
    if (name !== undefined && !later.has(name)) later.set(name, index)
  }
  judgeSources(container, path, report)
  const hasEnvFrom = maps(container.envFrom).length > 0
  for (const [index, entry] of entries) {
    if (has(entry, 'valueFrom') && has(entry, 'value') && entry.value !== '') {
      report([...place, index], 'env-value', `${nameOf(entry) ?? 'the variable'} has both value and valueFrom`)
    }
    if (hasEnvFrom) continue
    for (const name of references(asString(entry.value) ?? '')) {
      if ((later.get(name) ?? -1) <= index) continue
      report([...place, index, 'value'], 'env-order', `$(${name}) is used before it is defined: move ${name} up`)
    }
  }
}

/** A variable from elsewhere comes from one place. */
function judgeSources(container: JsonObject, path: Path, report: Finding): void {
  const judge = (value: Json | undefined, place: Path, choices: readonly string[]) => {
    const source = asObject(value)
    if (source === undefined) return
    const found = choices.filter(choice => has(source, choice))
    if (found.length === 1) return
    report(place, 'env-source', `one of ${choices.join(', ')} is needed: ${found.join(' and ') || 'none'} stands there`)
  }
  for (const [index, entry] of maps(container.env)) {
    judge(entry.valueFrom, [...path, 'env', index, 'valueFrom'], VARIABLE_SOURCES)
  }
  for (const [index, entry] of maps(container.envFrom)) judge(entry, [...path, 'envFrom', index], MAP_SOURCES)
}

/** Names in `$(NAME)`; `$$(NAME)` is the text itself. */
function references(text: string): string[] {
  return Array.from(text.matchAll(/\$\$|\$\(([-._A-Za-z0-9]+)\)/g), match => match[1]).filter(
    name => name !== undefined,
  )
}

function judgeMounts(container: JsonObject, path: Path, volumes: ReadonlySet<string>, report: Finding): void {
  for (const [field, key] of [
    ['volumeMounts', 'mountPath'],
    ['volumeDevices', 'devicePath'],
  ] as const) {
    const mounts = maps(container[field])
    const place = [...path, field]
    for (const [index, mount] of mounts) {
      const name = nameOf(mount)
      if (name === undefined || volumes.has(name) || isUnknown(name)) continue
      report([...place, index, 'name'], 'volume-missing', `no volume is named "${name}"`)
    }
    judgeUnique(
      mounts,
      place,
      mount => asString(mount[key]),
      (at, target) => report(at, 'duplicate-mount', `a second volume is mounted at ${target}`),
    )
  }
}

/** Resources of a container, or those of the whole pod. */
function judgeResources(owner: JsonObject, path: Path, report: Finding): void {
  const resources = owner.resources
  const limits = asObject(member(resources, 'limits')) ?? {}
  for (const field of ['limits', 'requests']) {
    for (const [name, amount] of Object.entries(asObject(member(resources, field)) ?? {})) {
      judgeAmount(name, amount, [...path, 'resources', field, name], report)
    }
  }
  for (const [name, request] of Object.entries(asObject(member(resources, 'requests')) ?? {})) {
    const limit = Object.hasOwn(limits, name) ? limits[name] : undefined
    if (!isQuantityValue(request) || !isQuantityValue(limit)) continue
    if ((compareQuantities(request, limit) ?? 0) > 0) {
      report(
        [...path, 'resources', 'requests', name],
        'request-above-limit',
        `the request ${request} is above the limit ${limit}`,
      )
    }
  }
}

/** Resources with a domain are extensions: anything may be their name. */
function judgeAmount(name: string, amount: Json | undefined, path: Path, report: Finding): void {
  if (!/^(cpu|memory|ephemeral-storage|hugepages-.+)$/.test(name) && !name.includes('/') && !isUnknown(name)) {
    report(path, 'resource-name', `no resource is named "${name}"`)
  }
  if (isQuantityValue(amount) && (compareQuantities(amount, 0) ?? 0) < 0) {
    report(path, 'resource-amount', `${amount} is negative`)
  }
}

function isQuantityValue(value: Json | undefined): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}

function judgeProbe(container: JsonObject, field: string, path: Path, report: Finding): void {
  const probe = asObject(container[field])
  if (probe === undefined) return
  const handlers = HANDLERS.filter(handler => has(probe, handler))
  if (handlers.length !== 1) {
    const found = handlers.length === 0 ? 'this one has none' : `this one has ${handlers.join(' and ')}`
    report([...path, field], 'probe-handler', `a probe has one of ${HANDLERS.join(', ')}: ${found}`)
  }
  const threshold = probe.successThreshold
  if (field !== 'readinessProbe' && typeof threshold === 'number' && threshold > 1) {
    report([...path, field, 'successThreshold'], 'probe-threshold', `successThreshold of a ${field} is 1`)
  }
}

function judgeUser(pod: JsonObject, container: JsonObject, path: Path, report: Finding): void {
  const own = container.securityContext
  const shared = pod.securityContext
  const user = has(own, 'runAsUser') ? member(own, 'runAsUser') : member(shared, 'runAsUser')
  const nonRoot = has(own, 'runAsNonRoot') ? member(own, 'runAsNonRoot') : member(shared, 'runAsNonRoot')
  if (nonRoot === true && user === 0) {
    report(
      [...path, 'securityContext'],
      'root-user',
      'runAsNonRoot is true and runAsUser is 0: the container cannot start',
    )
  }
}
