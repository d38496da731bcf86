// Where the key files come from: the certificate, its Secret, and the mount in the broker's container.

import { type Edit, mountsOf, type Resource, type Settings, type Workspace } from '../../src/sdk.ts'
import type { Broker, Listeners } from '../kafka/broker.ts'
import { hasCertificate, serverSecret } from '../stateful/certificates.ts'
import { keyMountEdits, serverCertificateEdits } from '../stateful/key-files.ts'
import { serverNames } from '../stateful/server-names.ts'

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
  const { container, dialect } = broker
  if (dialect === undefined) return []
  const { items } = dialect.keyFiles
  return keyMountEdits(container, { secret: secretOf(broker), folder: keyFolder(broker), items })
}

export function certificateEdits(
  workspace: Workspace,
  settings: Settings,
  broker: Broker,
  listeners: Listeners,
): Edit[] {
  const { resource } = broker.workload
  // the names of one that is there are its owner's: it may be for addresses that no file tells
  if (hasCertificate(workspace, resource, secretOf(broker))) return []
  return serverCertificateEdits(workspace, settings, resource, namesOf(workspace, settings, broker, listeners))
}

function hasService(workspace: Workspace, from: Resource, name: string | undefined): boolean {
  return workspace.inNamespace(from, 'Service').some(service => service.name === name)
}

/** Every name by which clients and brokers dial. */
function namesOf(
  workspace: Workspace,
  settings: Settings,
  { workload, count }: Broker,
  { advertised }: Listeners,
): string[] {
  const { resource } = workload
  // the Service may be in no file: its name stands in what the pods tell
  const [told] = advertised.flatMap(({ host }) => /^\$\([^)]+\)\.([a-z0-9-]+)/.exec(host)?.[1] ?? [])
  const members = resource.kind === 'StatefulSet' ? count : 0
  // clients begin at it as well, unless it is made in this run, so that none can know it
  const isNew = hasService(workspace, resource, told) && !hasService(workspace.original, resource, told)
  return serverNames(workspace, settings, workload, { members, headless: told, isDialled: !isNew })
}
