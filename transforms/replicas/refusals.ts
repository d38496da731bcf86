// The situations in which the number of pods is not raised.

import type { RefusalRule } from '../../src/sdk.ts'

const ASK = 'ask for it: annotate the workload with kubemend.dev/replicas: "2", or name it under replicas.force'

export const REFUSALS: readonly RefusalRule[] = [
  {
    id: 'stateful-image',
    when: 'a container runs a database, broker, cache, registry or another known store',
    why: 'it keeps its state itself, so a second pod is a second, different store behind the same name',
    next: 'set it up the way it replicates itself, or let an operator or a managed service run it',
  },
  {
    id: 'single-writer-volume',
    when: 'a pod mounts a claim that is only ReadWriteOnce or ReadWriteOncePod, or a disk that one node attaches',
    why: 'a second pod stays Pending on another node, or writes the same files on this one',
    next: 'use a StatefulSet with a claim for each pod, or storage with ReadWriteMany',
  },
  {
    id: 'unknown-claim',
    when: 'a pod mounts a claim whose access modes are not among the files',
    why: 'whether two pods may mount it is unknown',
    next: 'give the file of the claim as well',
  },
  {
    id: 'host-path',
    when: 'a pod mounts a folder of its node',
    why: 'a second pod sees other files, or writes the same ones',
    next: 'move the files into a PersistentVolumeClaim or a ConfigMap, or use a DaemonSet',
  },
  {
    id: 'host-port',
    when: 'a pod takes a port of its node, or the whole network of its node',
    why: 'two pods on one node take the port from each other',
    next: 'reach the pods through a Service, or use a DaemonSet',
  },
  {
    id: 'image-withdrawn',
    when: 'an image is gone from its registry',
    why: 'a second pod starts only where the image is cached',
    next: 'point the image at a registry that has it',
  },
  {
    id: 'unknown-stateful-set',
    when: 'a StatefulSet runs one member of a system that is not known',
    why: 'whether a second member joins the first is for the documentation of that system to say',
    next: `if the system grows by itself, ${ASK}`,
  },
  {
    id: 'store-like',
    when: 'a name or a port is that of a database, a broker or another store, and the image is not known',
    why: 'a second pod would be a second, different store behind the same name',
    next: `if its pods share their state, ${ASK}`,
  },
  {
    id: 'recreate-strategy',
    when: 'a Deployment has the strategy Recreate',
    why: 'its author rules out that two of its pods run at the same time',
    next: 'if two pods may run together, change the strategy to RollingUpdate',
  },
  {
    id: 'singleton',
    when: 'names, arguments or permissions hint at a scheduler, an operator or a migration, and no leader is elected',
    why: 'two of them may do every job twice',
    next: `if several can share the work, ${ASK}`,
  },
  {
    id: 'fixed-address',
    when: 'a variable gives each pod the name of its Service as its own address, as SCHEMA_REGISTRY_HOST_NAME does',
    why: 'what one pod means for another reaches either of them',
    next: `give each pod an address of its own; if the pods never call each other, ${ASK}`,
  },
  {
    id: 'no-service',
    when: 'no Service selects the pods',
    why: 'nothing shares requests out, and two workers may do one job twice',
    next: `if several can share the work, ${ASK}`,
  },
  {
    id: 'unclear-annotation',
    when: 'the annotation kubemend.dev/replicas is no whole number',
    why: 'somebody wanted something else than the default, and what is not said',
    next: 'write a whole number in quotes, or take the annotation out',
  },
  {
    id: 'autoscaler-maximum',
    when: 'an autoscaler keeps one pod and may not start a second one',
    why: 'its minimum cannot pass its maximum',
    next: 'raise the maximum of the autoscaler',
  },
  {
    id: 'overridden',
    when: 'a kustomization decides the count, in a file that was not given to be changed or in a patch that is text',
    why: 'the count that stands in the manifest is not the one that is applied',
    next: 'change the count in the file that is named',
  },
  {
    id: 'base-not-found',
    when: 'a patch or a kustomization sets the count of a workload that is not among the files',
    why: 'volumes, ports and Services of the workload are unknown',
    next: 'give the files of the base as well',
  },
]
