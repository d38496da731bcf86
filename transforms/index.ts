// The transforms, in the order in which they run: each sees what the ones before it changed.

import type { Transform } from '../src/sdk.ts'
import imagePullPolicy from './image-pull-policy.ts'
import ingress from './ingress/index.ts'
import kafkaRedundancy from './kafka-redundancy/index.ts'
import kafkaTls from './kafka-tls/index.ts'
import kafkaTopicAutoCreation from './kafka-topic-auto-creation/index.ts'
import kafkaTopology from './kafka-topology/index.ts'
import mongodbTls from './mongodb-tls/index.ts'
import mongodbTopology from './mongodb-topology/index.ts'
import podDisruptionBudget from './pod-disruption-budget/index.ts'
import replicas from './replicas/index.ts'
import resources from './resources/index.ts'
import runAsNonRoot from './run-as-non-root/index.ts'
import zookeeperTls from './zookeeper-tls/index.ts'
import zookeeperTopology from './zookeeper-topology/index.ts'

const transforms: readonly Transform[] = [
  imagePullPolicy,
  runAsNonRoot,
  resources,
  zookeeperTopology,
  kafkaTopology,
  kafkaRedundancy,
  kafkaTls,
  zookeeperTls,
  kafkaTopicAutoCreation,
  mongodbTopology,
  mongodbTls,
  replicas,
  podDisruptionBudget,
  ingress,
]

export default transforms
