// Refusals of changes to stateful systems, with the next step.

import {
  declaredReplicas,
  decline,
  describe,
  type FollowUp,
  type Proposal,
  REPLICAS_PATH,
  type Resource,
  shellWord,
  type Target,
  type Workload,
} from '../../src/sdk.ts'
import { kubectlFor } from './runbook.ts'

export interface Refused {
  /** id of one of the transform's refusals */
  readonly code: string
  /** continues the sentence that says what runs */
  readonly why: string
  readonly next: string
  /** the way to do it by hand, in order */
  readonly steps?: readonly FollowUp[]
  readonly snippet?: string
  /** the line of the configuration that would allow it */
  readonly config?: string
}

/** Says of a target of a workload why it stays as it is: `why` continues "StatefulSet a/b: …". */
export function refuseTarget(target: Target, { code, why, next }: Refused): Proposal {
  return decline({ target, code, why: `${describe(target.resource)}: ${why}`, next })
}

/** Says of a workload what it runs (`Kafka as one broker`) and why that stays so. */
export function refuseMembers({ resource }: Workload, what: string, refused: Refused): Proposal {
  const { code, why, next, steps, snippet, config } = refused
  return decline({
    target: { resource, path: REPLICAS_PATH },
    code,
    why: `${describe(resource)} runs ${what}: ${why}`,
    next,
    ...(steps === undefined ? {} : { steps }),
    ...(snippet === undefined ? {} : { snippet }),
    ...(config === undefined ? {} : { allow: { config } }),
  })
}

/** A kind that makes no members of its pods; nothing where several run, which somebody has set up by hand. */
export function refuseKind({ resource }: Workload, title: string): Proposal | undefined {
  const { kind } = resource
  if (kind !== 'Pod' && kind !== 'DaemonSet' && declaredReplicas(resource) !== 1) return undefined
  return decline({
    target: { resource, path: REPLICAS_PATH },
    code: 'unsupported-kind',
    why: `${describe(resource)} runs one ${title}, and a ${kind} gives its pods neither stable names nor volumes of their own`,
    next: 'write it as a Deployment or a StatefulSet, then run again',
  })
}

/** A kind whose pods have no names of their own. */
export function withoutPodNames(kind: string): Refused {
  return {
    code: 'unsupported-kind',
    why: `a ${kind} gives its pods no names that a certificate could hold`,
    next: 'write it as a StatefulSet, then run again',
  }
}

/** A StatefulSet that names no Service, which cannot be changed while it is there. */
export function withoutServiceName(resource: Resource): Refused {
  return {
    code: 'service-name-fixed',
    why: 'it has no serviceName, so its pods have no names by which members could find each other, and the field cannot be changed once the StatefulSet is there',
    next: `write serviceName: ${resource.name}-headless, delete the StatefulSet with its pods left, apply it again, then run again`,
    steps: [orphanStep(resource)],
  }
}

export function orphanStep(resource: Resource): FollowUp {
  return {
    text: 'delete the StatefulSet and leave its pods running',
    commands: [`${kubectlFor(resource)} delete statefulset/${shellWord(resource.name)} --cascade=orphan`],
  }
}
