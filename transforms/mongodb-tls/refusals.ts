// The situations in which MongoDB stays in plain text, although TLS is asked for.

import type { RefusalRule } from '../../src/sdk.ts'

export const REFUSALS: readonly RefusalRule[] = [
  {
    id: 'unsupported-image',
    when: 'the image is not the official one',
    why: 'its start scripts dial the server themselves, in ways that files do not tell',
    next: 'move to the official mongo image or to an operator, or set TLS up as the image describes it',
  },
  {
    id: 'unsupported-kind',
    when: 'the server runs in a bare Pod, a DaemonSet or another kind without stable members',
    why: 'a certificate has to name every member, and these have no names',
    next: 'write it as a StatefulSet, then run again',
  },
  {
    id: 'operated',
    when: 'the custom resource switches TLS off, or its operator is too old for modes',
    why: 'the operator has a procedure of its own for it',
    next: 'follow the documentation of the operator',
  },
  {
    id: 'custom-command',
    when: 'the server is started by a command of its own',
    why: 'TLS is switched on by options of mongod, which cannot be added to it',
    next: 'start mongod by its arguments alone, then run again',
  },
  {
    id: 'unknown-value',
    when: 'the number of pods or the port comes from outside the files',
    why: 'what runs today is not known from the files',
    next: 'write the values out, or give the files that they come from as well',
  },
  {
    id: 'unreadable-config',
    when: 'the file of --config is not in the set, or is not plain YAML',
    why: 'it may switch TLS on already',
    next: 'give the file with its ConfigMap as well',
  },
  {
    id: 'sharded',
    when: 'the server is a shard, a configuration server or a router',
    why: 'all parts of the cluster have to go through each mode together',
    next: 'follow the procedure of MongoDB for sharded clusters',
  },
  {
    id: 'separate-members',
    when: 'several pods run without a replica set',
    why: 'each is a server of its own, and clients see one or the other',
    next: 'make a replica set of them first',
  },
  {
    id: 'old-version',
    when: 'the tag says a version before 4.2',
    why: 'its options for TLS have other names',
    next: 'upgrade MongoDB first',
  },
  {
    id: 'own-files',
    when: 'settings of TLS that somebody else wrote are there already',
    why: 'no file tells which names their certificate holds',
    next: 'go on by hand, or take the settings of TLS out first',
  },
  {
    id: 'no-provider',
    when: 'tls.provider is none',
    why: 'mongod does not start without its key file',
    next: 'set tls.provider to cert-manager or existing-secret',
  },
]
