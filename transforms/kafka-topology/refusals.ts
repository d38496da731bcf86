// The situations in which Kafka is left with the brokers that it has.

import type { RefusalRule } from '../../src/sdk.ts'
import { DATA_REFUSALS } from '../stateful/data.ts'
import { OBSTACLE_REFUSALS } from '../stateful/obstacles.ts'

export const REFUSALS: readonly RefusalRule[] = [
  {
    id: 'unsupported-distribution',
    when: 'the image is not known, or the broker is started with a properties file by its own command',
    why: 'there is no place where each broker could be told its own id and address',
    next: 'move to apache/kafka or confluentinc/cp-kafka, or set the brokers up as the image describes it',
  },
  {
    id: 'unsupported-kind',
    when: 'the broker runs in a bare Pod, a DaemonSet or another kind without stable members',
    why: 'it cannot be turned into a StatefulSet by edits',
    next: 'write it as a Deployment or a StatefulSet, then run again',
  },
  {
    id: 'operated',
    when: 'an operator runs the brokers and the change needs more than a count',
    why: 'the set of controllers is fixed when the cluster is made, and data has to be moved by the operator',
    next: 'follow the documentation of the operator',
  },
  {
    id: 'latest-without-zookeeper',
    when: 'an image without a fixed version is used with ZooKeeper',
    why: 'the newest images have no ZooKeeper mode: pods on other nodes would pull one and stop',
    next: 'pin the version that runs today',
  },
  {
    id: 'unknown-version',
    when: 'data is kept and the tag does not say the version',
    why: 'what a changed setting does to kept data depends on the version',
    next: 'pin the version that runs today',
  },
  {
    id: 'unknown-value',
    when: 'the id, the listeners or another value that has to change is not in the files',
    why: 'what runs today is not known',
    next: 'write the value out, or give the file that it comes from as well',
  },
  {
    id: 'external-listener',
    when: 'an advertised address is that of a node, a load balancer or the local machine',
    why: 'each broker needs an external address of its own, which nobody can work out from the files',
    next: 'give each broker its own external Service and address, or close the external listener',
  },
  {
    id: 'custom-command',
    when: 'the command has a shape that nothing can be put into',
    why: 'the id of each broker has to be exported just before the start script of the image runs',
    next: 'let the command end in the start script of the image, or leave it out, then run again',
  },
  {
    id: 'closed-configuration',
    when: 'what counts is in a Secret, in the image or in a mounted file',
    why: 'a broker that reads it cannot be told its own id and address by variables',
    next: 'keep the settings in variables',
  },
  {
    id: 'fixed-voters',
    when: 'a controller with kept data would get two more',
    why: 'the voters are written into its storage: it stops, or the new ones elect a leader without the metadata',
    next: 'build a new cluster of three beside it and mirror the topics, or follow the steps of the finding',
  },
  {
    id: 'separate-controllers',
    when: 'brokers and controllers are workloads of their own',
    why: 'both have to change together, and no transform does that yet',
    next: 'scale the brokers by their own manifests, with ids that no controller has',
  },
  {
    id: 'fixed-fields',
    when: 'a StatefulSet would need another serviceName or podManagementPolicy',
    why: 'these fields cannot be changed once it is there',
    next: 'delete it with its pods left, apply it with the field, then run again',
  },
  {
    id: 'zookeeper-loses-data',
    when: 'the brokers keep their data and their ZooKeeper does not',
    why: 'the id of the cluster is in both, and a broker refuses to start at an ensemble with another one',
    next: 'decide about both together',
  },
  {
    id: 'service-in-the-way',
    when: 'the Service whose name the headless one needs is an ordinary one',
    why: 'a Service cannot become headless once it has an address',
    next: 'give that Service another name',
  },
  ...OBSTACLE_REFUSALS,
  ...DATA_REFUSALS,
]
