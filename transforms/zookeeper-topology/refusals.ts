// The situations in which ZooKeeper is left with the members that it has.

import type { RefusalRule } from '../../src/sdk.ts'
import { DATA_REFUSALS } from '../stateful/data.ts'
import { OBSTACLE_REFUSALS } from '../stateful/obstacles.ts'

export const REFUSALS: readonly RefusalRule[] = [
  {
    id: 'unsupported-image',
    when: 'the image takes no list of servers from variables, or is not known',
    why: 'there is no place where its members could be told about each other',
    next: 'move to the official zookeeper image, or set the ensemble up as the image describes it',
  },
  {
    id: 'old-version',
    when: 'the tag says a version before 3.5',
    why: 'it writes servers and ports in another way, and has had no fixes since June 2020',
    next: 'upgrade the single member to 3.8 first, then run again',
  },
  {
    id: 'unsupported-kind',
    when: 'the server runs in a bare Pod, a DaemonSet or another kind without stable members',
    why: 'it cannot be turned into a StatefulSet by edits',
    next: 'write it as a Deployment or a StatefulSet, then run again',
  },
  {
    id: 'operated',
    when: 'an operator runs the ensemble',
    why: 'it changes members by a procedure of its own, and the data of a live one is at stake',
    next: 'raise the number of members as the documentation of the operator describes it',
  },
  {
    id: 'mounted-config',
    when: 'a file is mounted where the image keeps its configuration',
    why: 'the variables that would name the members are not read then',
    next: 'move the settings into variables, or list the members in the mounted file by hand',
  },
  {
    id: 'custom-command',
    when: 'command or variables have a shape that nothing can be put into',
    why: 'the number of the member has to be exported just before the start script of the image runs',
    next: 'let the command end in the start script of the image, or leave it out, then run again',
  },
  {
    id: 'unknown-value',
    when: 'the number of pods, the list of servers or the client port is a variable, or comes from elsewhere',
    why: 'what runs today is not known from the files',
    next: 'write the value out, or give the file that it comes from as well',
  },
  {
    id: 'live-growth',
    when: 'a StatefulSet with kept data would get more members',
    why: 'empty members that start first form a quorum of their own, and the member with the data then drops it',
    next: 'grow member by member, the one with the data first, in the order of the finding',
  },
  {
    id: 'service-name-fixed',
    when: 'a StatefulSet has no serviceName',
    why: 'its members have no names without it, and it cannot be changed once the StatefulSet is there',
    next: 'write serviceName, delete the StatefulSet with --cascade=orphan, and apply it again',
  },
  {
    id: 'service-in-the-way',
    when: 'the Service whose name the headless one needs is an ordinary one',
    why: 'a Service cannot become headless once it has an address',
    next: 'give that Service another name',
  },
  {
    id: 'log-not-kept',
    when: 'the claim holds only one of data and transaction log, and its content is to be carried over',
    why: 'one without the other loses what was written since the last snapshot, or does not start',
    next: 'start with empty members (stateful.data: fresh), or bring both folders onto claims first',
  },
  {
    id: 'other-id',
    when: 'the stored number of the member is not 1, and its data is to be carried over',
    why: 'the first member of the StatefulSet is number 1, and a server does not start under another number than the stored one',
    next: 'set its number to 1 in a maintenance window first, or start with empty members',
  },
  {
    id: 'kafka-keeps-data',
    when: 'a Kafka with kept data registers here, and the ensemble would start empty',
    why: 'the id of the cluster is in both: brokers with the old id refuse to start at a ZooKeeper with a new one',
    next: 'decide about both together',
  },
  ...OBSTACLE_REFUSALS,
  ...DATA_REFUSALS,
]
