// What a user may say about the number of pods: the configuration and the annotation.

import { annotation, type Resource, type Section, type Settings, type Workspace } from '../../src/sdk.ts'

export interface ReplicaSettings {
  readonly target: number
  readonly force: readonly string[]
}

export const REPLICAS: Section<ReplicaSettings> = {
  name: 'replicas',
  description: 'How many pods a workload gets at least.',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      target: {
        type: 'integer',
        enum: [2, 3],
        description: 'Pods of a workload that runs fewer, and minimum of its autoscaler.',
      },
      force: {
        type: 'array',
        items: { type: 'string' },
        description:
          'Names of workloads that may run several pods although their name, strategy or missing Service hints that they must not. Volumes and host ports still hold them back.',
      },
    },
  },
  defaults: { target: 2, force: [] },
}

/** How many pods are wanted for a workload, and whether somebody asked for it by name. */
export interface Wish {
  readonly count: number
  /** overrides the hints that the workload may run once only */
  readonly explicit: boolean
  /** an annotation that is no count: somebody wanted something, and nobody knows what */
  readonly unclear?: string
}

/** The annotation `kubemend.dev/replicas` wins over the configuration. */
export function wishFor(workspace: Workspace, settings: Settings, resource: Resource): Wish {
  const { target, force } = settings.get(REPLICAS, resource)
  const text = annotation(workspace, resource, 'replicas')?.trim()
  if (text !== undefined && /^\d{1,4}$/.test(text)) return { count: Number(text), explicit: true }
  const wish = { count: target, explicit: force.includes(resource.name) }
  return text === undefined ? wish : { ...wish, unclear: text }
}
