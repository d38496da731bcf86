// The situations in which brokers go on making topics by themselves.

import type { RefusalRule } from '../../src/sdk.ts'

export const REFUSALS: readonly RefusalRule[] = [
  {
    id: 'no-topic-inventory',
    when: 'no manifest names a topic, and nothing says that all of them are there',
    why: 'every producer would wait for a topic that nobody makes',
    next: 'list the topics under kafka.topics, or set kafka.topicsExist where they are there and stay',
  },
  {
    id: 'latest-without-zookeeper',
    when: 'an image without a fixed version is used with ZooKeeper',
    why: 'the newest images have no ZooKeeper mode, and the restart that a setting needs could pull one',
    next: 'pin the version that runs today',
  },
  {
    id: 'unsupported-distribution',
    when: 'the image is not known, and topics would have to be made or the setting added',
    why: 'nothing tells which tool of the image makes topics, and how it takes a new setting',
    next: 'make the topics by a Job of your own, then switch the setting off as the image describes it',
  },
  {
    id: 'closed-configuration',
    when: 'what counts is in a Secret, in the image or on a command line without the setting',
    why: 'a variable beside it would be ignored',
    next: 'keep the settings in variables or in a ConfigMap of the set',
  },
]
