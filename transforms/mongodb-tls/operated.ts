// MongoDB that an operator runs: a field of the custom resource says the mode, and the operator rolls it out.

import {
  asString,
  at,
  change,
  compareVersions,
  decline,
  describe,
  type Edit,
  type FollowUp,
  forEachResource,
  type Path,
  type Proposal,
  type Resource,
  type Settings,
  set,
  type Workspace,
} from '../../src/sdk.ts'
import { MONGODB } from '../mongodb/settings.ts'
import { isBefore, nextMode, type TlsMode, tlsModeOf } from '../mongodb/tls-mode.ts'
import { certificateAssumption } from '../stateful/certificate-steps.ts'
import { dnsNames, serverSecret } from '../stateful/certificates.ts'
import { serverCertificateEdits } from '../stateful/key-files.ts'
import { memberCount, settledNamespace } from '../stateful/members.ts'
import { CLUSTER_DOMAIN, TLS } from '../stateful/settings.ts'

const COMMUNITY: Path = ['spec', 'security', 'tls']
const PERCONA: Path = ['spec', 'tls', 'mode']

export function* judgeOperated(workspace: Workspace, settings: Settings): Iterable<Proposal> {
  const isAsked = (resource: Resource) => !resource.partial && settings.get(MONGODB, resource).tls !== 'off'
  for (const resource of forEachResource(workspace, 'MongoDBCommunity')) {
    if (resource.group === 'mongodbcommunity.mongodb.com' && isAsked(resource))
      yield* community(workspace, settings, resource)
  }
  for (const resource of forEachResource(workspace, 'PerconaServerMongoDB')) {
    if (resource.group === 'psmdb.percona.com' && isAsked(resource)) yield* percona(settings, resource)
  }
}

/** `optional` is preferTLS, without it requireTLS; the operator takes the members there itself. */
function* community(workspace: Workspace, settings: Settings, resource: Resource): Iterable<Proposal> {
  const tls = at(resource.value, COMMUNITY)
  const isOn = at(tls, ['enabled']) === true
  if (isOn && at(tls, ['optional']) !== true) return
  const target = { resource, path: COMMUNITY }
  const closes = isOn && mayClose(settings, resource) && settings.get(MONGODB, resource).rolled === 'preferTLS'
  if (!isOn && settings.get(TLS, resource).provider === 'none') {
    yield decline({
      target,
      code: 'no-provider',
      why: `${describe(resource)} takes plain text alone, and tls.provider is none: its members do not start without a certificate`,
      next: 'set tls.provider to cert-manager, or to existing-secret when something else makes the certificates',
    })
    return
  }
  const name = serverSecret(resource.name)
  const edits: Edit[] = isOn
    ? closes
      ? [set(resource, [...COMMUNITY, 'optional'], false)]
      : []
    : [
        ...Object.entries({
          ...{ enabled: true, optional: true, certificateKeySecretRef: { name } },
          caCertificateSecretRef: { name },
        }).map(([key, value]) => set(resource, [...COMMUNITY, key], value)),
        ...serverCertificateEdits(workspace, settings, resource, namesOf(workspace, settings, resource), resource.name),
      ]
  yield change({
    target,
    code: closes ? 'tls-only' : 'tls-beside-plaintext',
    why: closes
      ? `${describe(resource)} takes TLS and plain text; it takes TLS alone then`
      : `${describe(resource)} takes ${isOn ? 'TLS and plain text' : 'plain text alone; it takes TLS beside it then'}`,
    risks: 'access',
    edits,
    steps: edits.length === 0 ? [] : [phaseStep(resource, 'mongodbcommunity')],
    leaves: closes ? [] : [rest(settings, resource, 'preferTLS')],
    preconditions: isOn ? [] : [certificateAssumption(settings, resource, 'every name of the members')],
  })
}

/** The operator names the Service of its members `<name>-svc`, and the pods after the resource. */
function namesOf(workspace: Workspace, settings: Settings, resource: Resource): string[] {
  const members = at(resource.value, ['spec', 'members'])
  return dnsNames({
    ...{ services: [`${resource.name}-svc`], headless: `${resource.name}-svc`, name: resource.name },
    members: memberCount(typeof members === 'number' ? members : 1),
    namespace: settledNamespace(workspace, resource),
    clusterDomain: settings.get(CLUSTER_DOMAIN, resource),
  })
}

/** The operator makes the certificates, and its default is preferTLS. */
function* percona(settings: Settings, resource: Resource): Iterable<Proposal> {
  const target = { resource, path: PERCONA }
  const told = at(resource.value, PERCONA)
  const mode: TlsMode | undefined = told === undefined ? 'preferTLS' : tlsModeOf(asString(told) ?? '')
  const version = asString(at(resource.value, ['spec', 'crVersion']))
  const isOld = version !== undefined && compareVersions(version, '1.16') < 0
  if (mode === 'requireTLS') return
  const isOff = mode === undefined || mode === 'disabled' || at(resource.value, ['spec', 'unsafeFlags', 'tls']) === true
  if (isOld || isOff) {
    yield decline({
      target,
      code: 'operated',
      why: isOld
        ? `${describe(resource)} is of version ${version}, whose operator does not know spec.tls.mode`
        : `${describe(resource)} switches TLS off, and its operator stops the whole cluster to switch it on`,
      next: isOld
        ? 'upgrade the operator and set crVersion to 1.16 or newer first'
        : 'pause the cluster, set spec.tls.mode to preferTLS, take unsafeFlags.tls out, and let it run again, as the documentation of the operator describes it',
    })
    return
  }
  const goal: TlsMode = mayClose(settings, resource) ? 'requireTLS' : 'preferTLS'
  const isRolled = settings.get(MONGODB, resource).rolled === mode
  const next = isRolled && isBefore(mode, goal) ? nextMode(mode) : mode
  const closes = next === 'requireTLS'
  yield change({
    target,
    code: closes ? 'tls-only' : 'tls-beside-plaintext',
    why: closes
      ? `${describe(resource)} takes TLS and plain text (${mode}); it takes TLS alone then`
      : `${describe(resource)} takes plain text beside TLS (${next})`,
    risks: 'access',
    edits: next === mode ? [] : [set(resource, PERCONA, next)],
    steps: next === mode ? [] : [phaseStep(resource, 'psmdb')],
    leaves: closes ? [] : [rest(settings, resource, next)],
  })
}

/** The clients of an operator's Services are not sought: their names depend on the operator. */
function mayClose(settings: Settings, resource: Resource): boolean {
  const { tls, clientsReady } = settings.get(MONGODB, resource)
  return tls === 'full' && clientsReady
}

function rest(settings: Settings, resource: Resource, mode: TlsMode): FollowUp {
  const { tls } = settings.get(MONGODB, resource)
  const asked =
    mode === 'preferTLS' ? `${tls === 'full' ? '' : 'mongodb.tls: full, '}mongodb.clientsReady: true and ` : ''
  const clients = mode === 'preferTLS' ? ' give its clients tls=true and the file of the authority, then' : ''
  return {
    text: `plain text of ${resource.name} stays open: wait until the operator reports ${mode};${clients} set ${asked}mongodb.rolled: ${mode}, and run again`,
  }
}

function phaseStep(resource: Resource, plural: string): FollowUp {
  const namespace = resource.namespace === undefined ? '' : ` -n ${resource.namespace}`
  return {
    stage: 'databases',
    text: `let the operator of ${resource.name} take its members there, one after the other, and wait until it reports the set as ready`,
    commands: [`kubectl get ${plural}/${resource.name}${namespace}`],
  }
}
