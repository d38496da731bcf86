// The files of a certificate in a server's container, and the objects that make the certificate.

import {
  append,
  asArray,
  asString,
  at,
  type Container,
  create,
  type Edit,
  type Resource,
  type Settings,
  type Workspace,
} from '../../src/sdk.ts'
import { authority, serverCertificate, serverSecret } from './certificates.ts'
import { TLS } from './settings.ts'

/** 0440 and 0444: the group of the volumes reads the key; without such a group only everybody can. */
const GROUP_MODE = 288
const OPEN_MODE = 292

/** A Secret as files of a folder. */
export interface KeyFolder {
  readonly secret: string
  readonly folder: string
  /** key of the Secret and name of the file */
  readonly items: readonly (readonly [key: string, path: string])[]
}

/** The Secret as read-only files in the folder; nothing where the pod has a volume of that name already. */
export function keyMountEdits(container: Container, { secret: name, folder, items }: KeyFolder): Edit[] {
  const { resource, spec, specPath } = container.workload
  if (asArray(spec.volumes).some(volume => at(volume, ['name']) === name)) return []
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

/** A file of its own beside the server's, unless a kustomization lists the files: then behind the server. */
export function certificateFile(workspace: Workspace, resource: Resource): string | undefined {
  if (workspace.kustomizationsOf(resource).length > 0) return undefined
  const { file } = resource.origin
  return `${file.slice(0, file.lastIndexOf('/') + 1)}${resource.name}-tls.yaml`
}

/**
 * The certificate of the server with those names, and an issuer where the namespace has none; one that is there gets
 * the names that it lacks. Nothing where somebody else makes certificates (`tls.provider`). `commonName` is for servers
 * that want a subject.
 */
export function serverCertificateEdits(
  workspace: Workspace,
  settings: Settings,
  resource: Resource,
  names: readonly string[],
  commonName?: string,
): Edit[] {
  if (settings.get(TLS, resource).provider !== 'cert-manager') return []
  const present = certificateOf(workspace, resource)
  if (present !== undefined) return present.selected ? missingNames(present, names) : []
  const file = certificateFile(workspace, resource)
  const { issuer, edits } = authority(workspace, resource, file)
  return [...edits, create(resource, serverCertificate(resource, resource.name, names, issuer, commonName), file)]
}

function certificateOf(workspace: Workspace, resource: Resource): Resource | undefined {
  const secret = serverSecret(resource.name)
  return workspace
    .inNamespace(resource, 'Certificate')
    .find(entry => asString(at(entry.value, ['spec', 'secretName'])) === secret)
}

/** A member whose own name is missing starts, and nobody can talk to it. */
function missingNames(certificate: Resource, names: readonly string[]): Edit[] {
  const path = ['spec', 'dnsNames']
  const present = asArray(at(certificate.value, path))
  return names.filter(name => !present.includes(name)).map(name => append(certificate, path, name))
}
