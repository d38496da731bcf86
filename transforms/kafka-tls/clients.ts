// Moves known clients to the TLS port: their addresses, their variables, and the file of the authority.

import {
  append,
  asArray,
  asString,
  create,
  type Edit,
  type JsonObject,
  member,
  type Resource,
  set,
  type Workspace,
} from '../../src/sdk.ts'
import type { Client, Dial } from '../kafka/clients.ts'
import type { PropertiesFile } from '../kafka/profiles.ts'
import { authority, clientCertificate, clientSecret, hasCertificate } from '../stateful/certificates.ts'
import { metadataLike } from '../stateful/claims.ts'
import { ownFile } from '../stateful/files.ts'
import { certificateFile } from '../stateful/key-files.ts'
import { TLS } from '../stateful/settings.ts'
import type { TlsPlan } from './target.ts'

/** Folder of the authority's certificate in a client. */
const FOLDER = '/etc/kafka-ca'

export function clientEdits(plan: TlsPlan, clients: readonly Client[]): Edit[] {
  const movable = clients.filter(({ kind }) => kind.type !== 'unknown')
  return [...addressEdits(plan, movable), ...movable.flatMap(client => settingEdits(plan, movable, client))]
}

/** Each text once, with every address in it; a ConfigMap that others read as well keeps its value. */
function addressEdits(plan: TlsPlan, clients: readonly Client[]): Edit[] {
  const edits = new Map<string, Edit>()
  for (const client of clients) {
    for (const dial of client.dials) {
      const text = moved(plan, dial, client)
      if (isOwnText(plan.workspace, clients, client, dial)) {
        const { file, document, path } = dial.resource.origin
        edits.set(JSON.stringify([file, document, path, dial.path]), set(dial.resource, dial.path, text))
      } else if (dial.variable !== undefined) {
        const value = { name: dial.variable, value: text }
        edits.set(
          JSON.stringify([client.container.path, dial.variable, client.container.workload.resource.origin]),
          addVariable(client, value),
        )
      }
    }
  }
  return [...edits.values()]
}

function addVariable({ container }: Client, value: { readonly name: string; readonly value: string }): Edit {
  const index = asArray(container.value.env).findLastIndex(entry => member(entry, 'name') === value.name)
  const path = [...container.path, 'env']
  const { resource } = container.workload
  return index < 0 ? append(resource, path, { ...value }) : set(resource, [...path, index], { ...value })
}

/** Whether the text may be edited where it stands: in the workload itself, or in a map that only moved clients read. */
function isOwnText(workspace: Workspace, clients: readonly Client[], client: Client, dial: Dial): boolean {
  const { resource } = dial
  if (resource === client.container.workload.resource) return true
  if (!resource.selected || resource.partial) return false
  const moving = new Set(clients.map(({ container }) => container.workload.resource))
  return workspace.consumersOf(resource).every(consumer => moving.has(consumer.resource))
}

function moved({ listeners, port }: TlsPlan, { text }: Dial, { kind }: Client): string {
  const plain = listeners.opened
    .filter(({ name }) => listeners.protocols.get(name) === 'PLAINTEXT')
    .map(listener => listener.port)
  const ports = plain.join('|')
  const next = text.replace(new RegExp(`((?:[\\w-]+)(?:\\.[\\w.-]+)?[: ]+)(?:${ports})\\b`, 'g'), `$1${port}`)
  const hasScheme = kind.type === 'profile' && kind.profile.scheme === true
  return hasScheme ? next.replaceAll('PLAINTEXT://', 'SSL://') : next
}

/** Variables of the profile, and the file of the authority from a certificate of the client's own. */
function settingEdits(plan: TlsPlan, clients: readonly Client[], client: Client): Edit[] {
  const { kind, container } = client
  if (kind.type !== 'profile') return []
  const { workload } = container
  const { resource } = workload
  const { file, variables } = kind.profile
  const system = plan.broker.workload.resource.name
  const secret = clientSecret(resource.name, system)
  const edits = variables.map(([name, value]) => addVariable(client, { name, value: filled(value) }))
  const needsFile = [...variables, ...(file?.properties ?? [])].some(([, value]) => value.includes('{ca}'))
  if (!needsFile) return edits
  const volume: JsonObject = {
    name: `${system}-ca`,
    secret: { secretName: secret, items: [{ key: 'ca.crt', path: 'ca.crt' }] },
  }
  const isFirst =
    clients.find(other => other.kind.type === 'profile' && other.container.workload === workload) === client
  return [
    ...edits,
    ...mountEdits(client, volume, FOLDER, isFirst),
    ...(file === undefined ? [] : propertiesEdits(plan, client, file)),
    ...(isFirst ? certificateOf(plan, resource, secret) : []),
  ]
}

function filled(value: string): string {
  return value.replaceAll('{ca}', `${FOLDER}/ca.crt`)
}

/** The volume, where the pod has none of its name and this client is the one to bring it, and its mount. */
function mountEdits({ container }: Client, volume: JsonObject, folder: string, isFirst: boolean): Edit[] {
  const { resource, spec, specPath } = container.workload
  const name = asString(volume.name) ?? ''
  const hasVolume = asArray(spec.volumes).some(entry => member(entry, 'name') === name)
  return [
    append(resource, [...container.path, 'volumeMounts'], { name, mountPath: folder, readOnly: true }),
    ...(hasVolume || !isFirst ? [] : [append(resource, [...specPath, 'volumes'], volume)]),
  ]
}

/** Folder of a file of properties in a client. */
const PROPERTIES_FOLDER = '/etc/kafka-client'
const PROPERTIES_KEY = 'kafka.properties'

/** A ConfigMap with the properties, for clients that take them from a file; nothing in it is secret. */
function propertiesEdits({ workspace }: TlsPlan, client: Client, file: PropertiesFile): Edit[] {
  const { resource } = client.container.workload
  const name = `${resource.name}-kafka-client`
  const text = file.properties.map(([key, value]) => `${key}=${filled(value)}\n`).join('')
  const map = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadataLike(resource, name),
    data: { [PROPERTIES_KEY]: text },
  }
  return [
    addVariable(client, { name: file.variable, value: `${PROPERTIES_FOLDER}/${PROPERTIES_KEY}` }),
    ...mountEdits(client, { name: 'kafka-client', configMap: { name } }, PROPERTIES_FOLDER, true),
    create(resource, map, ownFile(workspace, resource, name)),
  ]
}

/** Signed by the issuer of the brokers' own certificate; where that is made elsewhere, so is this one. */
function certificateOf({ workspace, settings, broker, isOwn }: TlsPlan, client: Resource, secret: string): Edit[] {
  const { resource } = broker.workload
  if (!isOwn || settings.get(TLS, resource).provider !== 'cert-manager' || hasCertificate(workspace, resource, secret))
    return []
  const file = certificateFile(workspace, resource)
  const { issuer } = authority(workspace, resource, file)
  return [create(resource, clientCertificate(client, client.name, resource.name, issuer), file)]
}
