// What keeps a MongoDB from becoming a replica set, whatever happens to its data.

import { asString, at } from '../../src/sdk.ts'
import { optionOf } from '../mongodb/command-line.ts'
import { settingOf } from '../mongodb/server.ts'
import { hasPlainEnv } from '../stateful/env.ts'
import { findObstacle } from '../stateful/obstacles.ts'
import type { Refused } from '../stateful/refused.ts'
import type { KnownSituation, ServerSituation } from './situation.ts'
import { servicesOf } from './situation.ts'

/** The first problem, or undefined. */
export function findProblem(situation: KnownSituation): Refused | undefined {
  const { workspace, workload, server } = situation
  return (
    findObstacle(workspace, workload, server.container) ??
    fileProblem(situation) ??
    featureProblem(situation) ??
    setProblem(situation) ??
    startProblem(situation) ??
    accessProblem(situation) ??
    exposureProblem(situation)
  )
}

function fileProblem({ server }: KnownSituation): Refused | undefined {
  if (server.config !== undefined) return undefined
  const file = optionOf(server.line, 'config')?.value ?? ''
  return {
    code: 'unreadable-config',
    why: `its configuration file ${file} is not in a ConfigMap of the set, or is not plain YAML: it may turn on access control, TLS or a replica set`,
    next: 'give the file with that ConfigMap as well, with one setting a line',
  }
}

/** What makes it something else than a plain server. */
function featureProblem({ server }: KnownSituation): Refused | undefined {
  const setting = (option: string, name: string) => settingOf(server, option, name)
  const role = setting('configsvr', 'sharding.clusterRole') ?? setting('shardsvr', 'sharding.clusterRole')
  if (role !== undefined) {
    return {
      code: 'sharded',
      why: 'it is a part of a sharded cluster, whose members are known to the other parts by name',
      next: 'turn each shard into a replica set by the procedure of MongoDB for sharded clusters',
    }
  }
  if (setting('storageEngine', 'storage.engine') === 'inMemory') {
    return {
      code: 'in-memory-engine',
      why: 'it keeps its data in memory alone (storage engine inMemory), and a set of such members loses everything when a majority restarts',
      next: 'decide for the engine wiredTiger, or set the replica set up by hand',
    }
  }
  if (['master', 'slave'].some(option => optionOf(server.line, option) !== undefined)) {
    return {
      code: 'master-slave',
      why: 'it runs in the old replication of masters and slaves, which MongoDB 4.0 removed',
      next: 'upgrade to a version with replica sets alone, then run again',
    }
  }
  const tls = setting('tlsMode', 'net.tls.mode') ?? setting('sslMode', 'net.ssl.mode')
  if (tls === 'requireTLS' || tls === 'requireSSL') {
    return {
      code: 'requires-tls',
      why: `it takes encrypted connections alone (${tls}), and its certificate would have to name every member`,
      next: 'issue a certificate for the names of three members, then set the replica set up by hand',
    }
  }
  return undefined
}

/** A set that somebody has set up: its members are in its data, under names that no file tells. */
function setProblem({ server, workload }: KnownSituation): Refused | undefined {
  const set = settingOf(server, 'replSet', 'replication.replSetName')
  if (set === undefined) return undefined
  const { name } = workload.resource
  return {
    code: 'set-of-one',
    why: `it is the replica set ${set} already, with one member: the name by which that member knows itself is in its data, and others can be added only under names that fit it`,
    next: `look the name up with rs.conf(), let each pod have a stable name and a claim of its own, then add the pods one by one with rs.add("${name}-1.<headless Service>:27017")`,
  }
}

/** How it is started, and what it does before. */
function startProblem({ server }: KnownSituation): Refused | undefined {
  const { container, line } = server
  const bind = settingOf(server, 'bind_ip', 'net.bindIp')
  if (!hasPlainEnv(container)) {
    return {
      code: 'custom-command',
      why: `the variables of container ${container.name} have a shape that nothing can be put into`,
      next: 'write them as a list of names and values, then run again',
    }
  }
  if (bind !== undefined && !/(?:^|,)(?:0\.0\.0\.0|\*|::)(?:,|$)/.test(bind)) {
    return {
      code: 'custom-command',
      why: `it listens on ${bind} alone, where the other members do not find it`,
      next: 'let it listen on all addresses (--bind_ip_all), then run again',
    }
  }
  if (at(container.value, ['lifecycle', 'postStart']) !== undefined) {
    return {
      code: 'start-hook',
      why: `container ${container.name} runs a command after each start (postStart), which would run on every member, and fail where it writes: only the primary takes writes`,
      next: 'move what the hook does into a Job that dials the replica set, then run again',
    }
  }
  if (server.hasInitScripts && line.starts === 'entrypoint' && server.access.kind === 'off') {
    return {
      code: 'init-scripts',
      why: 'scripts are mounted in /docker-entrypoint-initdb.d and there is no root user: the image runs them against a server that is started with --replSet and takes no writes, and the container stops',
      next: 'set MONGO_INITDB_ROOT_USERNAME and MONGO_INITDB_ROOT_PASSWORD, with which the image leaves --replSet out for the scripts, or move them into a Job',
    }
  }
  return undefined
}

function accessProblem({ server }: KnownSituation): Refused | undefined {
  const { access } = server
  if (access.kind === 'unknown') {
    return {
      code: 'unknown-value',
      why: 'whether access control is on depends on a ConfigMap or Secret that is not in the set',
      next: 'give its file as well, or name MONGO_INITDB_ROOT_USERNAME and MONGO_INITDB_ROOT_PASSWORD in env with secretKeyRef',
    }
  }
  if (access.kind === 'rootless') {
    return {
      code: 'no-root-user',
      why: 'access control is on, and the files do not say with which user the replica set may be set up',
      next: 'name the user in MONGO_INITDB_ROOT_USERNAME and its password in MONGO_INITDB_ROOT_PASSWORD (secretKeyRef), then run again',
    }
  }
  if (access.kind !== 'on') return undefined
  if (settingOf(server, 'keyFile', 'security.keyFile') !== undefined) {
    return {
      code: 'own-key',
      why: 'it has a key file of its own, whose owner and mode would have to fit every member',
      next: 'take keyFile and its volume out (kubemend mounts a key of a Secret as mongod wants it), then run again',
    }
  }
  if (asString(access.root.password.value) === undefined) return undefined
  return {
    code: 'password-in-clear',
    why: 'the password of its root user stands in the manifest, and the Job that sets the replica set up would need a second copy of it',
    next: 'move it into a Secret and refer to it with secretKeyRef, then run again',
  }
}

/** Members tell clients the names of their pods, which nobody outside the cluster can resolve. */
export function exposureProblem(situation: ServerSituation): Refused | undefined {
  const services = servicesOf(situation)
  const open = services.find(({ value }) => {
    const type = at(value, ['spec', 'type'])
    return type === 'NodePort' || type === 'LoadBalancer' || at(value, ['spec', 'externalIPs', 0]) !== undefined
  })
  if (open === undefined) return undefined
  return {
    code: 'reached-from-outside',
    why: `Service ${open.name} opens it to the outside, and a replica set sends its clients on to the names of its pods, which are known in the cluster alone`,
    next: `let clients run in the cluster and make Service ${open.name} a ClusterIP one, then run again`,
  }
}
