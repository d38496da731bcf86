// Why an ensemble stays as it is, as far as its own files are the reason.

import { asArray, commandLine, effectiveImage } from '../../src/sdk.ts'
import { hasPlainEnv } from '../stateful/env.ts'
import { settledNamespace } from '../stateful/members.ts'
import type { Refused } from '../stateful/refused.ts'
import { TLS } from '../stateful/settings.ts'
import { isExpressible } from '../zookeeper/keys.ts'
import type { Course } from './course.ts'
import { isEnsemble, keyOf, type Situation } from './situation.ts'
import { LOCATIONS } from './target.ts'

export const UNKNOWN: Refused = {
  code: 'unknown-value',
  why: 'its number of pods, its list of servers, its port or its settings are not in the files',
  next: 'write the values out as variables of the container, or give the files that they come from as well',
}

/** The first problem, or undefined. */
export function findProblem(situation: Situation, course: Course): Refused | undefined {
  return (
    shapeProblem(situation) ??
    settingsProblem(situation) ??
    versionProblem(situation) ??
    fileProblem(situation) ??
    namespaceProblem(situation) ??
    stepProblem(situation, course) ??
    providerProblem(situation)
  )
}

function shapeProblem(situation: Situation): Refused | undefined {
  const { workload, count } = situation
  if (isEnsemble(situation) && workload.resource.kind !== 'StatefulSet') {
    return {
      code: 'separate-workloads',
      why: 'it is one member of an ensemble whose others are workloads of their own, and all of them have to be changed together',
      next: 'run the members as one StatefulSet, then run again',
    }
  }
  if (count < 2 || isEnsemble(situation)) return undefined
  return {
    code: 'no-ensemble',
    why: `its ${count} pods do not know each other, as far as the files tell: each is a server of its own`,
    next: 'make an ensemble of them first (zookeeper-topology says how), then run again',
  }
}

function settingsProblem({ server, dialect, system }: Situation): Refused | undefined {
  const { container } = system
  if (server.mountedConfig !== undefined) {
    return {
      code: 'mounted-config',
      why: `${server.mountedConfig} is mounted, and with it the image reads no settings from variables`,
      next: `move the settings of the mounted file into variables of container ${container.name}, then run again`,
    }
  }
  const isOwnStart =
    asArray(container.value.command).length + asArray(container.value.args).length === 0 ||
    dialect.entrypoint.some(word => commandLine(container).includes(word))
  if (isOwnStart && hasPlainEnv(container)) return undefined
  return {
    code: 'custom-command',
    why: `container ${container.name} has a command or variables of a shape that settings cannot be put into`,
    next: `let the command end in \`${dialect.entrypoint.join(' ')}\` or leave it out, then run again`,
  }
}

/** PEM files and quorum TLS came with 3.5.5, and `ssl.clientAuth` works from 3.5.7 on (ZOOKEEPER-3722). */
function versionProblem({ workspace, system }: Situation): Refused | undefined {
  const { container } = system
  const tag = effectiveImage(workspace, container)?.tag ?? ''
  // Confluent's tags count its platform, whose first version with a ZooKeeper that is new enough is 5.5 (Kafka 2.5)
  const isOld =
    system.distro === 'zk/cp' ? /^(?:[0-4]|5\.[0-4])\./ : /^v?(?:[0-2]\.|3\.[0-4](?:\D|$)|3\.5\.[0-6](?:\D|$))/
  if (!isOld.test(tag)) return undefined
  return {
    code: 'old-version',
    why: `${container.image} is too old: key files without a password, and clients without a certificate, need ZooKeeper 3.5.7`,
    next: 'upgrade ZooKeeper to 3.8 first, then run again',
  }
}

function fileProblem(situation: Situation): Refused | undefined {
  const foreign = LOCATIONS.find(([key, file]) => {
    const found = keyOf(situation, key)
    return found.kind === 'unknown' || (found.kind === 'text' && found.text !== file)
  })
  if (foreign === undefined) return undefined
  return {
    code: 'own-files',
    why: `it names key files of its own (${foreign[0]}), and no file tells which names their certificates hold`,
    next: 'go on by hand, or take the settings of TLS out, so that certificates can be made for every name',
  }
}

/** A member looks up who dials it, and the names that it finds end in the namespace. */
function namespaceProblem(situation: Situation): Refused | undefined {
  const { workspace, workload } = situation
  if (!isEnsemble(situation) || settledNamespace(workspace, workload.resource) !== undefined) return undefined
  return {
    code: 'unknown-namespace',
    why: 'its namespace is not in the files, and members check each other by full names, which end in it',
    next: 'write metadata.namespace, or run on the rendered files, then run again',
  }
}

/** A member that dials TLS is not understood by one that has not been told yet. */
function stepProblem({ dialect }: Situation, { live, before }: Course): Refused | undefined {
  if (!live || before !== 'Q0' || isExpressible(dialect.distro, 'portUnification')) return undefined
  return {
    code: 'live-quorum',
    why: `${dialect.distro === 'zk/cp' ? 'the Confluent image' : 'its image'} has no variable for portUnification, with which running members take TLS and plaintext during the change: with TLS in one step those that have changed and those that have not drop each other`,
    next: 'move the members to the official zookeeper image of the same version one by one, then run again; or build a new ensemble with TLS beside this one',
  }
}

function providerProblem({ settings, workload }: Situation): Refused | undefined {
  if (settings.get(TLS, workload.resource).provider !== 'none') return undefined
  return {
    code: 'no-provider',
    why: 'zookeeper.tls asks for TLS and tls.provider is none: a server whose key files are missing does not start',
    next: 'set tls.provider to cert-manager, or to existing-secret when something else makes the certificates',
  }
}
