// What a member is told at a stage, and the files and ports that go with it.

import type { Edit } from '../../src/sdk.ts'
import { serverSecret } from '../stateful/certificates.ts'
import { isHeadless, serviceNameOf } from '../stateful/headless.ts'
import { keyMountEdits, serverCertificateEdits } from '../stateful/key-files.ts'
import { memberCount, settledNamespace } from '../stateful/members.ts'
import { openPortEdits } from '../stateful/open-port.ts'
import { portPolicyEdits } from '../stateful/policy.ts'
import { serverNames } from '../stateful/server-names.ts'
import { CLUSTER_DOMAIN } from '../stateful/settings.ts'
import { type KeyChange, keyEdits } from '../zookeeper/keys.ts'
import type { Stage } from '../zookeeper/stage.ts'
import { FOLDER, isEnsemble, keyOf, SECURE_PORT, type Situation } from './situation.ts'

const KEYS = `${FOLDER}/tls-combined.pem`
const AUTHORITY = `${FOLDER}/ca.pem`

/** Files by their endings: without `.pem` ZooKeeper takes them for a Java key store and does not start. */
const ITEMS = [
  ['tls-combined.pem', 'tls-combined.pem'],
  ['ca.crt', 'ca.pem'],
] as const

/** The port for clients needs Netty, and asks everybody for a certificate unless told otherwise. */
const FOR_CLIENTS: readonly KeyChange[] = [
  ['serverCnxnFactory', 'org.apache.zookeeper.server.NettyServerCnxnFactory'],
  ['secureClientPort', String(SECURE_PORT)],
  ['ssl.keyStore.location', KEYS],
  ['ssl.trustStore.location', AUTHORITY],
  ['ssl.clientAuth', 'none'],
]

const FOR_MEMBERS: readonly KeyChange[] = [
  ['ssl.quorum.keyStore.location', KEYS],
  ['ssl.quorum.trustStore.location', AUTHORITY],
]

/** Places of key files, for those who look whether somebody else's are named. */
export const LOCATIONS: readonly KeyChange[] = [...FOR_CLIENTS, ...FOR_MEMBERS].filter(([key]) =>
  key.endsWith('.location'),
)

/** Keys and values of a stage; what is the default is said only where something else was said before. */
function keysAt(situation: Situation, stage: Stage): KeyChange[] {
  if (!isEnsemble(situation)) return [...FOR_CLIENTS]
  const isTls = stage === 'Q2' || stage === 'Q3'
  const takesBoth = stage === 'Q1' || stage === 'Q2'
  const isSaid = (key: string): boolean => keyOf(situation, key).kind === 'text'
  return [
    ...(isTls || isSaid('sslQuorum') ? [['sslQuorum', String(isTls)] as const] : []),
    ...(takesBoth || isSaid('portUnification') ? [['portUnification', String(takesBoth)] as const] : []),
    ...FOR_MEMBERS,
    ...FOR_CLIENTS,
  ]
}

/** Edits of the members: what they are told, and the files of which they are told. */
export interface MemberEdits {
  readonly settings: readonly Edit[]
  readonly files: readonly Edit[]
}

export function memberEdits(situation: Situation, stage: Stage): MemberEdits {
  const { workspace, workload, server, dialect, clientPort } = situation
  const { resource } = workload
  const { container } = server
  return {
    settings: [
      ...keyEdits(workspace, container, dialect.distro, keysAt(situation, stage)),
      ...openPortEdits(workspace, container, { name: 'secure-client', port: SECURE_PORT, first: 'client' }),
      ...portPolicyEdits(workspace, container, clientPort, SECURE_PORT),
    ],
    files: [
      ...keyMountEdits(container, { secret: serverSecret(resource.name), folder: FOLDER, items: ITEMS }),
      ...serverCertificateEdits(workspace, situation.settings, resource, namesOf(situation)),
    ],
  }
}

/**
 * Every name that is dialled, and those by which a member looks up who dials it: the address of a pod leads back to
 * names behind each Service that selects it, and the one of the clients makes them of the address.
 */
function namesOf({ workspace, settings, workload, count }: Situation): string[] {
  const { resource } = workload
  const headless = serviceNameOf(resource) ?? `${resource.name}-headless`
  const names = serverNames(workspace, settings, workload, { members: memberCount(count), headless, isDialled: true })
  const namespace = settledNamespace(workspace, resource)
  if (namespace === undefined) return names
  const services = workspace.servicesOf(workload).filter(service => !service.partial && !isHeadless(service))
  const domain = settings.get(CLUSTER_DOMAIN, resource)
  return [...names, ...services.map(service => `*.${service.name}.${namespace}.svc.${domain}`)]
}
