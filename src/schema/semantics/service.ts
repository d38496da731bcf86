// Services: fields that only some types take, and ports.

import type { Path } from '../../yaml/path.ts'
import { asArray, asObject, asString, isObject, type Json, type JsonObject } from '../../yaml/value.ts'
import { isDnsLabel, isPortName } from './names.ts'
import { judgePortNumber } from './pod.ts'
import { type Finding, has, isUnknown, judgeUnique, maps } from './rule.ts'

/** Fields that the API server takes for a LoadBalancer alone. */
const LOAD_BALANCER_FIELDS = [
  'allocateLoadBalancerNodePorts',
  'loadBalancerClass',
  'loadBalancerSourceRanges',
  'healthCheckNodePort',
] as const

export function judgeService(service: JsonObject, report: Finding): void {
  if (has(service, 'spec') && !isObject(service.spec)) return
  const spec = asObject(service.spec) ?? {}
  const type = asString(spec.type) || 'ClusterIP'
  judgeType(spec, type, report)
  judgePorts(spec, type, report)
}

function judgeType(spec: JsonObject, type: string, report: Finding): void {
  const only = (field: string, types: string) =>
    report(
      ['spec', field],
      'service-type',
      `${field} may only stand in a Service of type ${types}: this one is ${type}`,
    )
  if (type !== 'LoadBalancer') {
    for (const field of LOAD_BALANCER_FIELDS) {
      const value = spec[field]
      if (has(spec, field) && value !== 0 && !isEmpty(value)) only(field, 'LoadBalancer')
    }
  }
  const isExternal = type === 'LoadBalancer' || type === 'NodePort' || asArray(spec.externalIPs).length > 0
  if (!isExternal && has(spec, 'externalTrafficPolicy') && spec.externalTrafficPolicy !== '') {
    only('externalTrafficPolicy', 'NodePort or LoadBalancer')
  }
  if (type === 'ExternalName') {
    if (!has(spec, 'externalName'))
      report(['spec', 'externalName'], 'service-type', 'a Service of type ExternalName needs externalName')
    if (has(spec, 'clusterIP') && spec.clusterIP !== '' && spec.clusterIP !== 'None')
      only('clusterIP', 'ClusterIP, NodePort or LoadBalancer')
    return
  }
  if (type !== 'ClusterIP' && spec.clusterIP === 'None') {
    report(['spec', 'clusterIP'], 'service-type', `a headless Service is of type ClusterIP: this one is ${type}`)
  }
}

function isEmpty(value: Json | undefined): boolean {
  return Array.isArray(value) && value.length === 0
}

function judgePorts(spec: JsonObject, type: string, report: Finding): void {
  const path: Path = ['spec', 'ports']
  const ports = maps(spec.ports)
  if ((!has(spec, 'ports') || isEmpty(spec.ports)) && type !== 'ExternalName' && spec.clusterIP !== 'None') {
    report(path, 'service-ports', 'a Service needs ports unless it is headless or of type ExternalName')
  }
  for (const [index, port] of ports) {
    const place = [...path, index]
    const name = asString(port.name) ?? ''
    const target = asString(port.targetPort)
    if (name === '' && ports.length > 1)
      report([...place, 'name'], 'port-unnamed', 'a Service with several ports names each of them')
    if (name !== '' && !isDnsLabel(name) && !isUnknown(name)) {
      report(
        [...place, 'name'],
        'port-name',
        `"${name}" is no legal port name: at most 63 lower case letters, digits and "-"`,
      )
    }
    if (target !== undefined && target !== '' && !isPortName(target) && !isUnknown(target)) {
      report(
        [...place, 'targetPort'],
        'target-port',
        `"${target}" is no port name: give the number without quotes, or a name of at most 15 characters`,
      )
    }
    judgePortNumber(port.port, [...place, 'port'], report)
    // 0 stands for the port itself
    if (port.targetPort !== 0) judgePortNumber(port.targetPort, [...place, 'targetPort'], report)
    if (has(port, 'nodePort') && port.nodePort !== 0 && type !== 'NodePort' && type !== 'LoadBalancer') {
      report(
        [...place, 'nodePort'],
        'service-type',
        `nodePort may only stand in a Service of type NodePort or LoadBalancer: this one is ${type}`,
      )
    }
  }
  const protocolOf = (port: JsonObject) => asString(port.protocol) || 'TCP'
  judgeUnique(
    ports,
    path,
    port => asString(port.name) || undefined,
    (place, key) => report(place, 'duplicate-port-name', `a second port is named "${key}"`),
  )
  judgeUnique(
    ports,
    path,
    port => `${String(port.port)}/${protocolOf(port)}`,
    (place, key) => report(place, 'duplicate-port', `port ${key} stands there twice`),
  )
  const nodePorts = ports.filter(([, port]) => has(port, 'nodePort') && port.nodePort !== 0)
  judgeUnique(
    nodePorts,
    path,
    port => `${String(port.nodePort)}/${protocolOf(port)}`,
    (place, key) => report(place, 'duplicate-node-port', `node port ${key} stands there twice`),
  )
}
