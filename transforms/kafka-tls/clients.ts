// Moves known clients to the TLS port: their addresses, their variables, and the file of the authority.

import {
  append,
  asArray,
  create,
  type Edit,
  type Json,
  member,
  type Resource,
  set,
  type Workspace,
} from '../../src/sdk.ts'
import type { Client, Dial } from '../kafka/clients.ts'
import { authority, clientCertificate, clientSecret, hasCertificate } from '../stateful/certificates.ts'
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
  const system = plan.broker.workload.resource.name
  const secret = clientSecret(resource.name, system)
  const variables = kind.profile.variables.map(([name, value]) =>
    addVariable(client, { name, value: value.replaceAll('{ca}', `${FOLDER}/ca.crt`) }),
  )
  const needsFile = kind.profile.variables.some(([, value]) => value.includes('{ca}'))
  if (!needsFile) return variables
  const volume: Json = {
    name: `${system}-ca`,
    secret: { secretName: secret, items: [{ key: 'ca.crt', path: 'ca.crt' }] },
  }
  const mount: Json = { name: `${system}-ca`, mountPath: FOLDER, readOnly: true }
  const hasVolume = asArray(workload.spec.volumes).some(entry => member(entry, 'name') === `${system}-ca`)
  const isFirst =
    clients.find(other => other.kind.type === 'profile' && other.container.workload === workload) === client
  return [
    ...variables,
    append(resource, [...container.path, 'volumeMounts'], mount),
    ...(hasVolume || !isFirst ? [] : [append(resource, [...workload.specPath, 'volumes'], volume)]),
    ...(isFirst ? certificateOf(plan, resource, secret) : []),
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
