// The situations in which plaintext stays.

import type { RefusalRule } from '../../src/sdk.ts'

export const REFUSALS: readonly RefusalRule[] = [
  {
    id: 'unsupported-distribution',
    when: 'the image is not known, or the broker is started with a properties file by its own command',
    why: 'nothing tells where its listeners and key files are set',
    next: 'add a TLS listener where the image reads its settings',
  },
  {
    id: 'unknown-value',
    when: 'the listeners are not in the files, or cannot be changed there',
    why: 'a TLS listener has to be written beside the ones that are there',
    next: 'write the listeners out as variables of the container',
  },
  {
    id: 'external-listener',
    when: 'brokers dial each other at the address of a node, a load balancer or the local machine',
    why: 'no certificate can be made for names that the files do not know',
    next: 'let the listener between brokers tell a name of its own Service',
  },
  {
    id: 'sasl-listener',
    when: 'a listener asks for passwords in plain text (SASL_PLAINTEXT)',
    why: 'its clients have to learn SASL_SSL at the same time',
    next: 'move the listener to SASL_SSL together with its clients',
  },
  {
    id: 'latest-without-zookeeper',
    when: 'an image without a fixed version is used with ZooKeeper',
    why: 'the newest images have no ZooKeeper mode, and the restart could pull one',
    next: 'pin the version that runs today',
  },
  {
    id: 'needs-pem',
    when: 'the version is older than 2.7, or not known',
    why: 'it reads no key files without a password, and no password is ever written',
    next: 'pin a version from 2.7 on',
  },
  {
    id: 'no-provider',
    when: 'tls.provider is none',
    why: 'a TLS listener without key files stops the broker',
    next: 'set tls.provider to cert-manager or existing-secret',
  },
]
