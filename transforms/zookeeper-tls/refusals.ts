// The situations in which ZooKeeper stays in plain text, although TLS is asked for.

import type { RefusalRule } from '../../src/sdk.ts'

export const REFUSALS: readonly RefusalRule[] = [
  {
    id: 'unsupported-image',
    when: 'the image is neither the official, the Confluent nor the Bitnami one',
    why: 'nothing tells where its settings are read from',
    next: 'move to the official zookeeper image, or set TLS up as the image describes it',
  },
  {
    id: 'unsupported-kind',
    when: 'the server runs in a bare Pod, a DaemonSet or another kind without stable members',
    why: 'a certificate has to name every member, and these have no names',
    next: 'write it as a StatefulSet, then run again',
  },
  {
    id: 'operated',
    when: 'an operator runs the ensemble',
    why: 'it writes the settings of the members itself',
    next: 'switch TLS on in the custom resource, as the documentation of the operator describes it',
  },
  {
    id: 'unknown-value',
    when: 'the number of pods, the list of servers, the port or the settings come from outside the files',
    why: 'the stage that the members have is not known from the files',
    next: 'write the values out, or give the files that they come from as well',
  },
  {
    id: 'separate-workloads',
    when: 'each member of the ensemble is a workload of its own',
    why: 'all of them have to be changed together, one stage after the other',
    next: 'run the members as one StatefulSet, then run again',
  },
  {
    id: 'no-ensemble',
    when: 'several pods run that do not know each other',
    why: 'each is a server of its own, and clients see one or the other',
    next: 'make an ensemble of them first',
  },
  {
    id: 'mounted-config',
    when: 'a file is mounted where the image keeps its configuration',
    why: 'the variables that would switch TLS on are not read then',
    next: 'move the settings into variables, or add those of TLS to the mounted file by hand',
  },
  {
    id: 'custom-command',
    when: 'command or variables have a shape that settings cannot be put into',
    why: 'the start script of the image makes the configuration of the variables',
    next: 'let the command end in the start script of the image, or leave it out, then run again',
  },
  {
    id: 'old-version',
    when: 'the tag says a version before 3.5.7',
    why: 'key files without a password, and clients without a certificate, came with it',
    next: 'upgrade ZooKeeper to 3.8 first',
  },
  {
    id: 'own-files',
    when: 'key files of somebody else are named already',
    why: 'no file tells which names their certificates hold',
    next: 'go on by hand, or take the settings of TLS out first',
  },
  {
    id: 'unknown-namespace',
    when: 'the namespace of an ensemble is not in the files',
    why: 'members check each other by full names, which end in it',
    next: 'write the namespace, or run on the rendered files',
  },
  {
    id: 'live-quorum',
    when: 'members run whose image cannot be told to take TLS and plaintext at the same time',
    why: 'with TLS in one step the members that have changed and those that have not drop each other',
    next: 'move the members to the official image first, or build a new ensemble beside this one',
  },
  {
    id: 'no-provider',
    when: 'tls.provider is none',
    why: 'a server whose key files are missing does not start',
    next: 'set tls.provider to cert-manager or existing-secret',
  },
]
