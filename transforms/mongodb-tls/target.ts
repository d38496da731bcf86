// What mongod is told in a mode, and the files that go with it.

import type { Edit } from '../../src/sdk.ts'
import { optionEdits, optionOf, optionValueEdits } from '../mongodb/command-line.ts'
import type { TlsMode } from '../mongodb/tls-mode.ts'
import { servicesOf } from '../mongodb-topology/situation.ts'
import { serverSecret } from '../stateful/certificates.ts'
import { serviceNameOf } from '../stateful/headless.ts'
import { keyMountEdits, serverCertificateEdits } from '../stateful/key-files.ts'
import { memberCount } from '../stateful/members.ts'
import { portReference, quorumProbeEdits } from '../stateful/probes.ts'
import { serverNames } from '../stateful/server-names.ts'
import type { Situation } from './situation.ts'

/** Folder of the certificate's files in a member. */
const FOLDER = '/etc/mongo-tls'

/** Options with the files: key and certificate in one, and the authority of whoever dials. */
export const FILES: readonly (readonly [option: string, setting: string, file: string])[] = [
  ['tlsCertificateKeyFile', 'net.tls.certificateKeyFile', `${FOLDER}/tls-combined.pem`],
  ['tlsCAFile', 'net.tls.CAFile', `${FOLDER}/ca.crt`],
]

const ITEMS = [
  ['tls-combined.pem', 'tls-combined.pem'],
  ['ca.crt', 'ca.crt'],
] as const

/** With an authority, mongod asks everybody for a certificate unless it is told otherwise. */
const NO_CLIENT_CERTIFICATES = 'tlsAllowConnectionsWithoutCertificates'

/** A question of a shell to the server beside it that does not ask for TLS. */
export const PLAIN_SHELL = /(?:^|[\s/])mongo(?:sh)?\s(?!.*(?:--(?:tls|ssl)\b|[?&](?:tls|ssl)=true))/s

export interface ServerEdits {
  readonly settings: readonly Edit[]
  readonly files: readonly Edit[]
}

export function serverEdits(situation: Situation, mode: TlsMode): ServerEdits {
  const { workspace, settings, workload, server, port } = situation
  const { resource } = workload
  const { container } = server
  const secret = serverSecret(resource.name)
  // a subject that is empty is a question that nobody has to ask
  const commonName = resource.name.length <= 64 ? resource.name : undefined
  return {
    settings: [
      ...optionsAt(situation, mode),
      ...(mode === 'requireTLS' ? quorumProbeEdits(container, PLAIN_SHELL, portReference(container, port)) : []),
    ],
    files: [
      ...keyMountEdits(container, { secret, folder: FOLDER, items: ITEMS }),
      ...serverCertificateEdits(workspace, settings, resource, namesOf(situation), commonName),
    ],
  }
}

function optionsAt({ server }: Situation, mode: TlsMode): Edit[] {
  const { container, line } = server
  const isTold = optionOf(line, 'tlsMode') !== undefined
  const words = [
    ...(isTold ? [] : ['--tlsMode', mode]),
    ...FILES.flatMap(([option, , file]) => (optionOf(line, option) === undefined ? [`--${option}`, file] : [])),
    ...(optionOf(line, NO_CLIENT_CERTIFICATES) === undefined ? [`--${NO_CLIENT_CERTIFICATES}`] : []),
  ]
  const isSame = optionOf(line, 'tlsMode')?.value === mode
  return [
    ...(words.length === 0 ? [] : optionEdits(container, line, words)),
    ...(isTold && !isSame ? optionValueEdits(container, line, 'tlsMode', mode) : []),
  ]
}

/** Members dial each other by the names in the set, clients by Services, and tools in the pod by `localhost`. */
function namesOf(situation: Situation): string[] {
  const { workspace, settings, workload, count } = situation
  const { resource } = workload
  const headless = serviceNameOf(resource) ?? `${resource.name}-headless`
  // one that becomes a set later has the names of its members already
  return serverNames(workspace, settings, workload, {
    ...{ members: memberCount(count), headless, isDialled: true },
    others: servicesOf(situation),
  })
}
