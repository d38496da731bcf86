// The common key of the members, which access control asks for: copied where the server takes it, or derived.

import {
  append,
  asArray,
  asObject,
  at,
  type Container,
  type Edit,
  insert,
  type JsonObject,
  set,
} from '../../src/sdk.ts'
import { CONTAINER_SECURITY } from './init-job.ts'
import type { RootUser } from './server.ts'
import { KEY_ENTRY, keySecret, type MongodbSettings } from './settings.ts'

const FOLDER = '/etc/mongo-keyfile'
const VOLUME = 'keyfile'
const SOURCE = 'keyfile-source'

export const KEY_PATH = `${FOLDER}/${KEY_ENTRY}`

/**
 * Edits that give the server a key file of its own. A file of a Secret volume will not do: with an fsGroup it can be
 * read by the group, and mongod refuses such a key; so an init container of the same user copies it.
 */
export function keyFileEdits(
  container: Container,
  settings: MongodbSettings,
  root: RootUser,
  uid: number | undefined,
): Edit[] {
  const { resource, spec, specPath } = container.workload
  const isDerived = settings.key.source === 'derived'
  // root reads every file, and steps down to the user of the image
  const owner = declaredUser(container) || uid
  const init = initContainer(container, isDerived ? root : undefined, owner)
  const inits = [...specPath, 'initContainers']
  const volumes: JsonObject[] = [{ name: VOLUME, emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } }]
  if (!isDerived) volumes.push({ name: SOURCE, secret: { secretName: keySecret(resource.name, settings) } })
  return [
    asArray(spec.initContainers).length === 0 ? set(resource, inits, [init]) : insert(resource, inits, 0, init),
    ...identityEdits(container, uid),
    append(resource, [...container.path, 'volumeMounts'], {
      name: VOLUME,
      mountPath: FOLDER,
      readOnly: true,
    }),
    ...volumes.map(volume => append(resource, [...specPath, 'volumes'], volume)),
  ]
}

function initContainer(container: Container, root: RootUser | undefined, uid: number | undefined): JsonObject {
  const policy = container.value.imagePullPolicy
  const fill =
    root === undefined
      ? `cp /${SOURCE}/${KEY_ENTRY} ${KEY_PATH}`
      : `printf '%s' "keyfile $MONGO_PASSWORD" | sha512sum | cut -d ' ' -f 1 > ${KEY_PATH}`
  return {
    name: VOLUME,
    image: container.image ?? '',
    ...(policy === undefined ? {} : { imagePullPolicy: policy }),
    command: ['sh', '-ec', `rm -f ${KEY_PATH}\n${fill}\nchmod 0400 ${KEY_PATH}\n`],
    ...(root === undefined ? {} : { env: [{ name: 'MONGO_PASSWORD', ...root.password }] }),
    resources: { requests: { cpu: '20m', memory: '32Mi' }, limits: { cpu: '200m', memory: '128Mi' } },
    volumeMounts: [
      { name: VOLUME, mountPath: FOLDER },
      ...(root === undefined ? [{ name: SOURCE, mountPath: `/${SOURCE}`, readOnly: true }] : []),
    ],
    securityContext: { ...identity(uid), ...CONTAINER_SECURITY },
  }
}

/** The server has to be the user that owns its key; an image that starts as root would step down to the same one. */
function identityEdits(container: Container, uid: number | undefined): Edit[] {
  const { resource } = container.workload
  if (uid === undefined || declaredUser(container) !== undefined) return []
  const path = [...container.path, 'securityContext']
  return Object.entries(identity(uid)).map(([field, value]) => set(resource, [...path, field], value))
}

function identity(uid: number | undefined): JsonObject {
  return uid === undefined ? { runAsNonRoot: true } : { runAsNonRoot: true, runAsUser: uid, runAsGroup: uid }
}

/** The user that the manifests give to the container. */
export function declaredUser(container: Container): number | undefined {
  const { spec } = container.workload
  const own = at(container.value, ['securityContext', 'runAsUser'])
  const user = own ?? asObject(spec.securityContext)?.runAsUser
  return typeof user === 'number' ? user : undefined
}
