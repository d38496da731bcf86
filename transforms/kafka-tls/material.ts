// Where the key files come from: the certificate, its Secret, and the mount in the broker's container.

import { append, asArray, at, create, type Edit, mountsOf, type Settings, type Workspace } from '../../src/sdk.ts'
import type { Broker, Listeners } from '../kafka/broker.ts'
import { authority, dnsNames, hasCertificate, serverCertificate, serverSecret } from '../stateful/certificates.ts'
import { isHeadless, serviceNameOf } from '../stateful/headless.ts'
import { settledNamespace } from '../stateful/members.ts'
import { CLUSTER_DOMAIN, TLS } from '../stateful/settings.ts'

/** 0440 and 0444: the group of the volumes reads the key; without such a group only everybody can. */
const GROUP_MODE = 288
const OPEN_MODE = 292

export function secretOf({ workload }: Broker): string {
  return serverSecret(workload.resource.name)
}

/** Another folder than the image's own where something is mounted there already; Bitnami's is fixed. */
export function keyFolder({ container, dialect, distro }: Broker): string {
  const own = dialect?.keyFiles.folder ?? ''
  const isTaken = mountsOf(container).some(mount => mount.path.replace(/\/$/, '') === own)
  return isTaken && distro !== 'kafka/bitnami' ? '/etc/kafka/tls' : own
}

/** The Secret as read-only files in the folder where the settings look for them. */
export function mountEdits(broker: Broker): Edit[] {
  const { workload, container, dialect } = broker
  const { resource, spec, specPath } = workload
  const name = secretOf(broker)
  if (dialect === undefined || asArray(spec.volumes).some(volume => at(volume, ['name']) === name)) return []
  const { items } = dialect.keyFiles
  const folder = keyFolder(broker)
  const hasGroup = at(spec, ['securityContext', 'fsGroup']) !== undefined
  const secret = {
    secretName: name,
    defaultMode: hasGroup ? GROUP_MODE : OPEN_MODE,
    items: items.map(([key, path]) => ({ key, path })),
  }
  return [
    append(resource, [...specPath, 'volumes'], { name, secret }),
    append(resource, [...container.path, 'volumeMounts'], { name, mountPath: folder, readOnly: true }),
  ]
}

/** A file of its own beside the brokers', unless a kustomization lists the files: then behind the brokers. */
export function certificateFile(workspace: Workspace, { workload }: Broker): string | undefined {
  const { resource } = workload
  if (workspace.kustomizationsOf(resource).length > 0) return undefined
  const { file } = resource.origin
  return `${file.slice(0, file.lastIndexOf('/') + 1)}${resource.name}-tls.yaml`
}

export function certificateEdits(
  workspace: Workspace,
  settings: Settings,
  broker: Broker,
  listeners: Listeners,
): Edit[] {
  const { resource } = broker.workload
  const secret = secretOf(broker)
  if (settings.get(TLS, resource).provider !== 'cert-manager') return []
  if (hasCertificate(workspace, resource, secret)) return []
  const file = certificateFile(workspace, broker)
  const { issuer, edits } = authority(workspace, resource, file)
  const certificate = serverCertificate(
    resource,
    resource.name,
    namesOf(workspace, settings, broker, listeners),
    issuer,
  )
  return [...edits, create(resource, certificate, file)]
}

/** Every name by which clients and brokers dial. */
function namesOf(
  workspace: Workspace,
  settings: Settings,
  { workload, count }: Broker,
  { advertised }: Listeners,
): string[] {
  const { resource } = workload
  const services = workspace.servicesOf(workload).filter(service => !service.partial)
  const headless = services.filter(isHeadless).map(service => service.name)
  const clients = services.filter(service => !isHeadless(service)).map(service => service.name)
  const namespace = settledNamespace(workspace, resource)
  const clusterDomain = settings.get(CLUSTER_DOMAIN, resource)
  const name = resource.name
  const bound = serviceNameOf(resource)
  const members = resource.kind === 'StatefulSet' ? count : 0
  // the Service may be in no file: its name stands in what the pods tell
  const told = advertised.flatMap(({ host }) => /^\$\([^)]+\)\.([a-z0-9-]+)/.exec(host)?.[1] ?? [])
  const main = told[0] ?? bound ?? headless[0]
  if (main === undefined) {
    return dnsNames({ services: clients, headless: '', name, members: 0, namespace, clusterDomain }).filter(
      entry => !entry.startsWith('*.'),
    )
  }
  const others = headless.filter(service => service !== main)
  return dnsNames({ services: [...clients, ...others], headless: main, name, members, namespace, clusterDomain })
}
