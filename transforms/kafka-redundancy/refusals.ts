// The situations in which records stay on one broker.

import type { RefusalRule } from '../../src/sdk.ts'

export const REFUSALS: readonly RefusalRule[] = [
  {
    id: 'one-broker',
    when: 'there is one broker, and it stays one',
    why: 'with more copies than brokers, internal topics are never created and no consumer can join',
    next: 'see what kafka-topology says about the brokers',
  },
  {
    id: 'latest-without-zookeeper',
    when: 'an image without a fixed version is used with ZooKeeper',
    why: 'the newest images have no ZooKeeper mode, and the restart that a setting needs could pull one',
    next: 'pin the version that runs today',
  },
  {
    id: 'unsupported-distribution',
    when: 'the image is not known, and the settings are not there yet',
    why: 'how it takes a new setting is not known; one that is there can be changed',
    next: 'write the settings as the image describes it',
  },
  {
    id: 'closed-configuration',
    when: 'what counts is in a Secret, in the image or on a command line without the setting',
    why: 'a variable beside it would be ignored',
    next: 'keep the settings in variables or in a ConfigMap of the set',
  },
]
