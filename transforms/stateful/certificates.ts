// Certificates as cert-manager objects: a namespace's own authority, and a certificate for each server and client group.

import {
  asString,
  at,
  create,
  type Edit,
  isObject,
  type JsonObject,
  type Resource,
  type Workspace,
} from '../../src/sdk.ts'
import { metadataLike } from './claims.ts'
import { memberHosts } from './members.ts'

const API = 'cert-manager.io/v1'
const AUTHORITY = 'internal-ca'

/** One year, renewed a month before its end: the default of 90 days would ask for a restart every quarter. */
const LIFETIME = { duration: '8760h', renewBefore: '720h' }

/** cert-manager writes PKCS#1 for RSA unless told otherwise, which the PEM readers of Kafka and ZooKeeper refuse. */
const PRIVATE_KEY = { algorithm: 'RSA', size: 2048, encoding: 'PKCS8', rotationPolicy: 'Always' }

export interface Names {
  /** Services by which clients reach the system */
  readonly services: readonly string[]
  readonly headless: string
  /** name of the StatefulSet */
  readonly name: string
  readonly members: number
  /** undefined where the files leave it open: then there are no forms with it */
  readonly namespace: string | undefined
  readonly clusterDomain: string
}

/**
 * Every name that a client or a member dials, each pod of its own. No `*.<headless>`: Java takes it, while Node.js,
 * OpenSSL and Python refuse a wildcard with one label behind it.
 */
export function dnsNames({ services, headless, name, members, namespace, clusterDomain }: Names): string[] {
  const ends =
    namespace === undefined ? [] : [`.${namespace}`, `.${namespace}.svc`, `.${namespace}.svc.${clusterDomain}`]
  const forms = ['', ...ends]
  const pods = memberHosts(name, headless, '', members)
  return [
    ...services.flatMap(service => forms.map(end => `${service}${end}`)),
    'localhost',
    ...pods.flatMap(pod => forms.map(end => `${pod}${end}`)),
    ...ends.map(end => `*.${headless}${end}`),
  ]
}

/** Name of the Secret with `tls.crt`, `tls.key`, `ca.crt` and `tls-combined.pem` of a server. */
export function serverSecret(system: string): string {
  return `${system}-tls`
}

/**
 * A server's certificate, for both uses: members are clients of each other, and ZooKeeper's quorum refuses one that is
 * for servers alone.
 */
export function serverCertificate(
  like: Resource,
  system: string,
  names: readonly string[],
  issuer: string,
  commonName?: string,
): JsonObject {
  return certificate(like, serverSecret(system), {
    ...(commonName === undefined ? {} : { commonName }),
    secretName: serverSecret(system),
    ...LIFETIME,
    privateKey: PRIVATE_KEY,
    usages: ['server auth', 'client auth', 'digital signature', 'key encipherment'],
    dnsNames: [...names],
    additionalOutputFormats: [{ type: 'CombinedPEM' }],
    issuerRef: { name: issuer, kind: 'Issuer' },
  })
}

/** Name of the Secret of a group of clients, of which they mount `ca.crt` only. */
export function clientSecret(client: string, system: string): string {
  return `${client}-${system}-client-tls`
}

/** A certificate of the clients' own: the Secret of the server holds its private key and is nothing for them. */
export function clientCertificate(like: Resource, client: string, system: string, issuer: string): JsonObject {
  const name = clientSecret(client, system)
  return certificate(like, name, {
    secretName: name,
    ...LIFETIME,
    privateKey: PRIVATE_KEY,
    usages: ['client auth', 'digital signature', 'key encipherment'],
    dnsNames: [client],
    issuerRef: { name: issuer, kind: 'Issuer' },
  })
}

export interface Authority {
  /** Issuer that signs */
  readonly issuer: string
  readonly edits: readonly Edit[]
}

/** The namespace's issuer with an authority behind it: the one that is there, else a self-signed one, made in `file`. */
export function authority(workspace: Workspace, beside: Resource, file: string | undefined): Authority {
  const present = workspace
    .inNamespace(beside, 'Issuer')
    .find(issuer => issuer.group === 'cert-manager.io' && isObject(at(issuer.value, ['spec', 'ca'])))
  if (present !== undefined) return { issuer: present.name, edits: [] }
  const objects = [
    object(beside, 'Issuer', `${AUTHORITY}-bootstrap`, { selfSigned: {} }),
    certificate(beside, AUTHORITY, {
      isCA: true,
      commonName: AUTHORITY,
      secretName: AUTHORITY,
      duration: '87600h',
      privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Never' },
      issuerRef: { name: `${AUTHORITY}-bootstrap`, kind: 'Issuer' },
    }),
    object(beside, 'Issuer', AUTHORITY, { ca: { secretName: AUTHORITY } }),
  ]
  return { issuer: AUTHORITY, edits: objects.map(value => create(beside, value, file)) }
}

/** Whether the set holds a certificate for that Secret. */
export function hasCertificate(workspace: Workspace, from: Resource, secret: string): boolean {
  return workspace
    .inNamespace(from, 'Certificate')
    .some(entry => asString(at(entry.value, ['spec', 'secretName'])) === secret)
}

function certificate(like: Resource, name: string, spec: JsonObject): JsonObject {
  return object(like, 'Certificate', name, spec)
}

function object(like: Resource, kind: string, name: string, spec: JsonObject): JsonObject {
  const { name: own, namespace } = metadataLike(like, name)
  return {
    apiVersion: API,
    kind,
    metadata: { name: own ?? name, ...(namespace === undefined ? {} : { namespace }) },
    spec,
  }
}
