// The Bitnami image of MongoDB: its variables, and the part that each member plays by its number.
// Source: bitnami/containers, rootfs/opt/bitnami/scripts/libmongodb.sh (mongodb_validate, mongodb_configure_replica_set).

import {
  append,
  asArray,
  type Container,
  type Edit,
  isBelow,
  mountsOf,
  remove,
  set,
  type Workspace,
} from '../../src/sdk.ts'
import { type DataPlace, dataPlaces } from '../stateful/data.ts'
import { envEdits, envEntry, hasPlainEnv, POD_NAME, type Setting, settingOf } from '../stateful/env.ts'

export const BITNAMI = 'mongo/bitnami'

/** User of the image. */
export const BITNAMI_UID = 1001

const ENTRYPOINT = ['/opt/bitnami/scripts/mongodb/entrypoint.sh', '/opt/bitnami/scripts/mongodb/run.sh']

export interface BitnamiServer {
  readonly container: Container
  readonly port: number | undefined
  readonly places: readonly DataPlace[]
  /** `unknown` when a source that is not in the set may hold the password */
  readonly access: 'on' | 'off' | 'unknown'
  /** name of the replica set that it is a member of already, empty when that comes from elsewhere */
  readonly replicaSet: string | undefined
  /** a variable or mount that the image reads and the members could not share, in words */
  readonly obstacle: string | undefined
}

export function readBitnami(workspace: Workspace, container: Container): BitnamiServer {
  const setting = (name: string): Setting => settingOf(workspace, container, name)
  const isSet = (name: string): boolean => setting(name).kind === 'text' || envEntry(container, name) !== undefined
  const name = setting('MONGODB_REPLICA_SET_NAME')
  const number = setting('MONGODB_PORT_NUMBER')
  const port = number.kind === 'text' ? Number(number.text) : number.kind === 'absent' ? 27_017 : Number.NaN
  const password = setting('MONGODB_ROOT_PASSWORD')
  const isEmpty = password.kind === 'text' && password.text === ''
  const isOpen = password.kind === 'unknown' && !isSet('MONGODB_ROOT_PASSWORD')
  return {
    container,
    port: Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined,
    places: dataPlaces(workspace, container, [{ path: '/bitnami/mongodb', name: 'data' }]),
    access: isOpen ? 'unknown' : isSet('MONGODB_ROOT_PASSWORD') && !isEmpty ? 'on' : 'off',
    replicaSet: name.kind === 'text' ? name.text : MEMBER.some(isSet) ? '' : undefined,
    obstacle: obstacleOf(container, isSet),
  }
}

const MEMBER = ['MONGODB_REPLICA_SET_MODE', 'MONGODB_REPLICA_SET_NAME']

/** Folders whose files are read instead of variables, or run at the first start of every member. */
const FOLDERS = [
  '/bitnami/mongodb/conf',
  '/opt/bitnami/mongodb/conf',
  '/opt/bitnami/mongodb/mounted-etc',
  '/docker-entrypoint-initdb.d',
]

function obstacleOf(container: Container, isSet: (name: string) => boolean): string | undefined {
  const mount = mountsOf(container).find(({ path }) => FOLDERS.some(folder => isBelow(path, folder)))
  if (mount !== undefined) return `something is mounted at ${mount.path}`
  const name = ['MONGODB_ROOT_PASSWORD_FILE', 'MONGODB_PASSWORD_FILE', 'MONGODB_EXTRA_FLAGS'].find(isSet)
  return name === undefined ? undefined : `${name} is set`
}

export interface BitnamiPlan {
  readonly hosts: readonly string[]
  readonly port: number
  readonly replicaSet: string
  readonly access: 'on' | 'off'
  /** Secret and its entry with the key; undefined when the key is derived from the root password, or there is none */
  readonly key: { readonly name: string; readonly key: string } | undefined
}

/** Edits that make the container a member. Undefined for a command or variables that nothing can be put into. */
export function bitnamiEdits(workspace: Workspace, container: Container, plan: BitnamiPlan): Edit[] | undefined {
  const { resource } = container.workload
  const { command, args } = container.value
  const given = [...asArray(command), ...asArray(args)].join(' ')
  const isOwn = given === '' || given === ENTRYPOINT.join(' ') || (given === ENTRYPOINT[1] && !command)
  if (!isOwn || !hasPlainEnv(container)) return undefined
  const values: [string, string][] = [['MONGODB_REPLICA_SET_NAME', plan.replicaSet]]
  const hasLeave = settingOf(workspace, container, 'ALLOW_EMPTY_PASSWORD').kind !== 'absent'
  // a primary without a password asks for it, a server of its own does not
  if (plan.access === 'off' && !hasLeave) values.push(['ALLOW_EMPTY_PASSWORD', 'yes'])
  const key = plan.key === undefined ? [] : [{ name: KEY, valueFrom: { secretKeyRef: { ...plan.key } } }]
  return [
    set(resource, [...container.path, 'command'], ['sh', '-c', scriptOf(plan)]),
    ...(args === undefined || args === null ? [] : [remove(resource, [...container.path, 'args'])]),
    ...envEdits(workspace, container, { fields: [POD_NAME], values, removed: [] }),
    ...key.map(entry => append(resource, [...container.path, 'env'], entry)),
  ]
}

const KEY = 'MONGODB_REPLICA_SET_KEY'

/** Users belong to the first member: the image refuses their variables on every other one. */
const USERS = [
  ...['MONGODB_ROOT_PASSWORD', 'MONGODB_USERNAME', 'MONGODB_PASSWORD', 'MONGODB_DATABASE'],
  ...['MONGODB_EXTRA_USERNAMES', 'MONGODB_EXTRA_PASSWORDS', 'MONGODB_EXTRA_DATABASES'],
]

function scriptOf({ hosts, port, access, key }: BitnamiPlan): string {
  const [first = ''] = hosts
  const isOn = access === 'on'
  return [
    `export MONGODB_ADVERTISED_HOSTNAME="$POD_NAME.${first.slice(first.indexOf('.') + 1)}"`,
    ...(isOn && key === undefined
      ? [`export ${KEY}="$(printf '%s' "keyfile $MONGODB_ROOT_PASSWORD" | sha512sum | cut -d ' ' -f 1)"`]
      : []),
    `if [ "\${POD_NAME##*-}" = 0 ]; then`,
    '  export MONGODB_REPLICA_SET_MODE=primary',
    'else',
    '  export MONGODB_REPLICA_SET_MODE=secondary',
    `  export MONGODB_INITIAL_PRIMARY_HOST=${first} MONGODB_INITIAL_PRIMARY_PORT_NUMBER=${port}`,
    ...(isOn
      ? [
          `  export MONGODB_INITIAL_PRIMARY_ROOT_USER="\${MONGODB_ROOT_USER:-root}"`,
          '  export MONGODB_INITIAL_PRIMARY_ROOT_PASSWORD="$MONGODB_ROOT_PASSWORD"',
        ]
      : []),
    `  unset ${USERS.join(' ')}`,
    'fi',
    `exec ${ENTRYPOINT.join(' ')}`,
    '',
  ].join('\n')
}
