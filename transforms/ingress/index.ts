// ingress: HTTP Services on node ports or load balancers of their own move behind an Ingress.

import {
  asArray,
  asObject,
  at,
  type Change,
  change,
  create,
  type Decline,
  describe,
  type Edit,
  fileOfItsOwn,
  labelSelectorSelects,
  member,
  type Precondition,
  type Proposal,
  type Resource,
  type Settings,
  sameNamespace,
  set,
  type Transform,
  type Workspace,
} from '../../src/sdk.ts'
import { clusterOnly } from './cluster-only.ts'
import { choosePort, isNamed, nameOf, optIn, placeRows, portRows, refuse, route } from './eligibility.ts'
import { backendAnnotation, ingressFor, type Publication } from './manifest.ts'
import { INGRESS } from './options.ts'
import type { ServicePort } from './protocol.ts'
import { REFUSALS } from './refusals.ts'
import { ingressAt, leadsTo, names, needsNodePort, routeTo } from './routes.ts'
import { type PublishedService, publication, publishedService, switchWarnings, unpublish } from './service.ts'

const ingress: Transform = {
  id: 'ingress',
  title: 'Publish HTTP Services through an Ingress instead of node ports',
  rationale:
    'A node port is open on every node, past TLS, host names and the rules of the ingress controller, and each ' +
    'load balancer costs an address; an Ingress gives one door with all of these.',
  category: 'exposure',
  since: '0.1.0',
  kinds: ['Service'],
  risks: ['access'],
  aliases: ['kube-linter:exposed-services', 'kube-score:service-type'],
  references: [
    'https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport',
    'https://kubernetes.io/docs/concepts/services-networking/ingress/',
  ],
  refusals: REFUSALS,
  sections: [INGRESS],
  plan,
}

export default ingress

function* plan(workspace: Workspace, settings: Settings): Iterable<Proposal> {
  const services = workspace
    .ofKind('Service')
    .flatMap(resource => publishedService(workspace, settings, resource) ?? [])
  const movable = services.flatMap(service => {
    const verdict = judge(service)
    return 'type' in verdict ? [] : [{ service, publication: verdict }]
  })
  for (const service of services) {
    if (!service.resource.selected) continue
    const verdict = judge(service)
    yield 'type' in verdict ? verdict : hosted(service, verdict, movable)
  }
}

/** Everything but the question whether the host is free: what to say at once, or what to publish. */
function judge(service: PublishedService): Proposal | Publication {
  for (const row of placeRows) {
    const refusal = row(service)
    if (refusal !== undefined) return refusal
  }
  const existing = routeTo(service.workspace, service.resource)
  if (existing !== undefined) return routed(service, existing)
  if (service.workloads.length === 0 && service.choice === undefined) return unknownWorkload(service)
  if (speaksNoHttp(service)) return clusterOnly(service)
  const port = choosePort(service)
  if ('type' in port) return port
  return portRows(service, port) ?? route(service, port)
}

/** A port that only its name calls TCP is published when the configuration names it. */
function speaksNoHttp({ ports, choice }: PublishedService): boolean {
  const wanted = choice?.port
  const isTcp = (port: ServicePort) => port.protocol === 'tcp' && (port.evidence === 'system' || !isNamed(port, wanted))
  return ports.every(isTcp)
}

function unknownWorkload(service: PublishedService): Decline {
  const selector = asObject(at(service.resource.value, ['spec', 'selector']))
  return refuse(service, {
    code: 'no-workload',
    why:
      selector === undefined || Object.keys(selector).length === 0
        ? 'and has no selector: what answers behind it is not known'
        : 'and selects no workload in these files: what answers behind it is not known',
    next: 'give the workload to the run as well, or publish the Service by configuration if it speaks HTTP',
    ...(service.ports.every(({ protocol }) => protocol === 'http') ? { config: optIn(service) } : {}),
  })
}

/** Something routes to the Service already: only its own way in is left to close. */
function routed(service: PublishedService, existing: Resource): Change | Decline {
  const { resource, options } = service
  const where = `${describe(existing)} (${existing.origin.file})`
  if (needsNodePort(existing, resource)) {
    return refuse(service, {
      code: 'controller-needs-node-port',
      why: `and ${where} leads to it through that port`,
      next: 'let the controller use pod addresses first (target-type ip, network endpoint groups)',
    })
  }
  const other = service.ports.find(port => port.protocol === 'tcp' && !leadsTo(existing, port))
  if (other !== undefined) {
    return refuse(service, {
      code: 'mixed-ports',
      why: `and ${where} leads to it, but not to its port ${nameOf(other)}, which does not speak HTTP`,
      next: 'split the Service by protocol',
    })
  }
  const target = { resource, path: ['spec', 'type'] }
  if (options.keepNodePort) return kept(service, `${where} leads to it`, [], [])
  return change({
    target,
    code: 'has-route',
    why: `${publication(service)} although ${where} leads to it already. It becomes ClusterIP`,
    risks: 'access',
    edits: unpublish(service),
    warnings: switchWarnings(service),
  })
}

interface Movable {
  readonly service: PublishedService
  readonly publication: Publication
}

/** The last rows: nobody else may answer for the host and path, nor have the name. */
function hosted(service: PublishedService, wanted: Publication, movable: readonly Movable[]): Change | Decline {
  const { workspace, resource } = service
  const { host, path, port } = wanted
  const rivals = movable.filter(
    other => isAnother(other.service.resource, resource) && sameRoute(other.publication, wanted),
  )
  const [rival = ingressAt(workspace, resource, host, path)] = workspace.nearest(
    resource,
    rivals.map(other => other.service.resource),
  )
  if (rival !== undefined && host === undefined) {
    return refuse(service, {
      code: 'no-domain',
      why: `and no domain is configured: without a host its Ingress would collide with ${collision(rival)}${more(rivals)}`,
      next: 'set the domain under which Services get their hosts',
      config: 'ingress.domain: DOMAIN',
      port,
    })
  }
  if (rival !== undefined) {
    return refuse(service, {
      code: 'host-taken',
      why: `and its Ingress for ${host}${path === '/' ? '' : path} would collide with ${collision(rival)}`,
      next: 'give the Service a host or path of its own',
      config: optIn(service, '{ host: HOST }', true),
      port,
    })
  }
  const namesake = workspace.named(resource, 'Ingress', resource.name)
  // one that names the Service is the route of a variant in another folder
  if (namesake !== undefined && !names(namesake, resource.name)) {
    return refuse(service, {
      code: 'name-taken',
      why: `and ${describe(namesake)} in ${namesake.origin.file} has the name of its Ingress but leads elsewhere`,
      next: 'add the Service to the existing Ingress, then run again',
      port,
    })
  }
  return publish(service, wanted)
}

/** Variants of one Service (environments in several folders) are no rivals. */
function isAnother(a: Resource, b: Resource): boolean {
  return a.name !== b.name || !sameNamespace(a.namespace, b.namespace)
}

function sameRoute(a: Publication, b: Publication): boolean {
  return a.host === b.host && a.path === b.path
}

function collision(rival: Resource): string {
  return rival.kind === 'Ingress' ? `${describe(rival)} in ${rival.origin.file}` : `that of ${describe(rival)}`
}

function more(rivals: readonly Movable[]): string {
  const names = new Set(rivals.map(({ service }) => describe(service.resource)))
  return names.size > 1 ? ` and ${names.size - 1} more` : ''
}

function publish(service: PublishedService, wanted: Publication): Change {
  const { resource, options } = service
  const { host, path, port } = wanted
  const created = create(
    resource,
    ingressFor(resource, options, wanted),
    fileOfItsOwn(service.workspace, resource, 'ingress'),
  )
  const edits: Edit[] = [created, ...serviceAnnotation(service, wanted)]
  const sends = `the new Ingress ${resource.name} sends ${requests(host, path)} to its port ${nameOf(port)}`
  const warnings = [...publicationWarnings(service, wanted)]
  if (options.keepNodePort) return kept(service, sends, edits, warnings)
  const isPlain = port.protocol !== 'grpc' && port.protocol !== 'https'
  return change({
    target: { resource, path: ['spec', 'type'] },
    code: host === undefined ? 'published-without-host' : 'published',
    why: `${publication(service)}. It becomes ClusterIP, and ${sends}`,
    risks: 'access',
    edits: [...unpublish(service), ...edits],
    leaves: isPlain
      ? []
      : [
          {
            text: `call ${host ?? resource.name} through the controller: it has to speak ${port.protocol === 'grpc' ? 'HTTP/2' : 'TLS'} to the backend`,
          },
        ],
    preconditions: preconditions(service, wanted),
    warnings: [...warnings, ...switchWarnings(service), ...lossWarnings(service, wanted)],
  })
}

function requests(host: string | undefined, path: string): string {
  if (host !== undefined) return `requests for ${host}${path === '/' ? '' : path}`
  return path === '/' ? 'every request' : `every request under ${path}`
}

/** The Ingress stands and the Service stays published: partial until a person closes it. */
function kept(service: PublishedService, how: string, edits: readonly Edit[], warnings: readonly string[]): Change {
  const { resource } = service
  return change({
    target: { resource, path: ['spec', 'type'] },
    code: 'node-port-kept',
    why: `${publication(service)}; ${how}, and ingress.keepNodePort leaves the Service as it is`,
    risks: 'access',
    edits,
    leaves: [{ text: `move callers to the Ingress, then set ingress.keepNodePort to false and run again` }],
    warnings,
  })
}

function serviceAnnotation({ resource, options }: PublishedService, { port }: Publication): Edit[] {
  if (port.protocol !== 'grpc' && port.protocol !== 'https') return []
  const annotation = backendAnnotation(options.className, port.protocol)
  if (annotation?.on !== 'Service') return []
  return [set(resource, ['metadata', 'annotations', annotation.key], annotation.value)]
}

function preconditions({ workspace, resource, options }: PublishedService, { host }: Publication): Precondition[] {
  const { className, tls } = options
  const assumed = (text: string): Precondition => ({ text, state: 'assumed' })
  const list = [
    className === undefined
      ? assumed('the cluster has a default ingress class (community ingress-nginx is not maintained since March 2026)')
      : assumed(`an ingress controller serves the class ${className}`),
    assumed('the ingress controller reaches Services without a node port'),
  ]
  if (host !== undefined) list.push(assumed(`${host} resolves to the ingress controller`))
  if (tls?.clusterIssuer !== undefined) list.push(assumed(`cert-manager has the ClusterIssuer ${tls.clusterIssuer}`))
  else if (tls?.issuer !== undefined) list.push(assumed(`cert-manager has the Issuer ${tls.issuer}`))
  else if (tls?.secretName !== undefined) {
    const isHere = workspace.named(resource, 'Secret', tls.secretName) !== undefined
    list.push({ text: `the Secret ${tls.secretName} exists`, state: isHere ? 'met' : 'assumed' })
  }
  return list
}

function* publicationWarnings(service: PublishedService, { host, port }: Publication): Iterable<string> {
  const { workspace, resource, options, workloads } = service
  if (port.evidence === 'number') yield `port ${nameOf(port)} is taken for HTTP because of its number alone`
  if (host === undefined) yield 'the Ingress has no host and answers for every name; ingress.domain gives it one'
  if (options.tls === undefined) yield 'the Ingress has no TLS; ingress.tls names an issuer or a Secret for it'
  else if (host === undefined && options.tls.secretName === undefined)
    yield 'no certificate can be issued without a host'
  for (const policy of workspace.inNamespace(resource, 'NetworkPolicy')) {
    const selector = asObject(at(policy.value, ['spec', 'podSelector']))
    const types = asArray(at(policy.value, ['spec', 'policyTypes']))
    if (types.length > 0 && !types.includes('Ingress')) continue
    if (!workloads.some(workload => labelSelectorSelects(selector, workload.labels))) continue
    yield `${describe(policy)} limits who reaches the pods: it has to let the ingress controller in`
  }
}

/** What the Service had beside the one HTTP port, and loses or no longer has an effect. */
function* lossWarnings({ resource, ports }: PublishedService, { port }: Publication): Iterable<string> {
  const spec = asObject(resource.value.spec)
  for (const other of ports) {
    if (other.index !== port.index) yield `port ${nameOf(other)} is no longer reached from outside the cluster`
  }
  if (member(spec, 'sessionAffinity') === 'ClientIP') {
    yield 'sessionAffinity has no effect behind a controller that sends requests to pods directly'
  }
  if (member(spec, 'loadBalancerSourceRanges') !== undefined) {
    yield 'loadBalancerSourceRanges is removed: the ingress controller has to restrict the addresses'
  }
}
