// Why MongoDB stays as it is, as far as its own files are the reason.

import { commandLine, effectiveImage } from '../../src/sdk.ts'
import { optionOf } from '../mongodb/command-line.ts'
import { settingOf } from '../mongodb/server.ts'
import type { Refused } from '../stateful/refused.ts'
import { TLS } from '../stateful/settings.ts'
import { presentMode, type Situation } from './situation.ts'
import { FILES } from './target.ts'

export const UNKNOWN: Refused = {
  code: 'unknown-value',
  why: 'its number of pods or its port is not in the files',
  next: 'write the values out, or give the files that they come from as well',
}

/** Whether it is a router, which has no data and no members. */
export function isRouter({ container }: Situation['system']): boolean {
  return /(?:^|[\s/])mongos(?:\s|$)/.test(commandLine(container))
}

export const SHARDED: Refused = {
  code: 'sharded',
  why: 'it is a part of a sharded cluster, whose routers, shards and configuration servers have to go through each mode together',
  next: 'follow the procedure of MongoDB for clusters, mode by mode over all parts',
}

/** The first problem, or undefined. */
export function findProblem(situation: Situation): Refused | undefined {
  return (
    shapeProblem(situation) ??
    fileProblem(situation) ??
    versionProblem(situation) ??
    ownProblem(situation) ??
    providerProblem(situation)
  )
}

function shapeProblem({ server, count, workload }: Situation): Refused | undefined {
  const setting = (option: string, name: string) => settingOf(server, option, name)
  const role = setting('configsvr', 'sharding.clusterRole') ?? setting('shardsvr', 'sharding.clusterRole')
  if (role !== undefined) return SHARDED
  const isSet = setting('replSet', 'replication.replSetName') !== undefined && workload.resource.kind === 'StatefulSet'
  if (count < 2 || isSet || server.config === undefined) return undefined
  return {
    code: 'separate-members',
    why: `its ${count} pods are no replica set, as far as the files tell: each is a server of its own`,
    next: 'make a replica set of them first (mongodb-topology says how), then run again',
  }
}

function fileProblem({ server }: Situation): Refused | undefined {
  if (server.config !== undefined) return undefined
  return {
    code: 'unreadable-config',
    why: `its configuration file ${optionOf(server.line, 'config')?.value ?? ''} is not in a ConfigMap of the set, or is not plain YAML: it may switch TLS on already`,
    next: 'give the file with that ConfigMap as well, with one setting a line',
  }
}

/** 4.2 gave the options their names; before, they were called ssl (release notes of 4.2). */
function versionProblem({ workspace, system }: Situation): Refused | undefined {
  const { container } = system
  const tag = effectiveImage(workspace, container)?.tag ?? ''
  if (!/^v?(?:[0-3](?:\.|$)|4\.[01](?:\D|$))/.test(tag)) return undefined
  return {
    code: 'old-version',
    why: `${container.image} is older than 4.2, whose options for TLS have other names, and has had no fixes for years`,
    next: 'upgrade MongoDB first, then run again',
  }
}

function ownProblem(situation: Situation): Refused | undefined {
  const { server } = situation
  const mode = presentMode(situation)
  const foreign = FILES.find(([option, name, file]) => {
    const told = settingOf(server, option, name)
    return told === undefined ? mode !== 'disabled' : told !== file
  })
  const isOldName = settingOf(server, 'sslMode', 'net.ssl.mode') !== undefined
  if (foreign === undefined && !isOldName && mode !== undefined) return undefined
  return {
    code: 'own-files',
    why: 'it has settings of TLS of its own, and no file tells which names its certificate holds',
    next: 'go on by hand, or take the settings of TLS out, so that a certificate can be made for every name',
  }
}

function providerProblem({ settings, workload }: Situation): Refused | undefined {
  if (settings.get(TLS, workload.resource).provider !== 'none') return undefined
  return {
    code: 'no-provider',
    why: 'mongodb.tls asks for TLS and tls.provider is none: mongod does not start without its key file',
    next: 'set tls.provider to cert-manager, or to existing-secret when something else makes the certificates',
  }
}
