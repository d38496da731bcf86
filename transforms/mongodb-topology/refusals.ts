// The situations in which MongoDB is left with the members that it has.

import type { RefusalRule } from '../../src/sdk.ts'
import { DATA_REFUSALS } from '../stateful/data.ts'
import { OBSTACLE_REFUSALS } from '../stateful/obstacles.ts'

export const REFUSALS: readonly RefusalRule[] = [
  {
    id: 'unsupported-image',
    when: 'the image is neither the official nor the Bitnami one',
    why: 'how it is told about a replica set, and as which user it runs, is not known to kubemend',
    next: 'move to the official mongo image or to an operator, or set the replica set up as the image describes it',
  },
  {
    id: 'unsupported-kind',
    when: 'the server runs in a bare Pod, a DaemonSet or another kind without stable members',
    why: 'it cannot be turned into a StatefulSet by edits',
    next: 'write it as a Deployment or a StatefulSet, then run again',
  },
  {
    id: 'unknown-value',
    when: 'the number of pods, the port, or whether access control is on comes from outside the files',
    why: 'what runs today is not known from the files',
    next: 'write the value out, or give the file that it comes from as well',
  },
  {
    id: 'custom-command',
    when: 'command, arguments or variables have a shape that nothing can be put into',
    why: 'the name of the replica set is an option of mongod',
    next: 'start mongod by its arguments alone, then run again',
  },
  {
    id: 'unreadable-config',
    when: 'the file of --config is not in the set, or is not plain YAML',
    why: 'it may turn on access control, TLS or a replica set',
    next: 'give the file with its ConfigMap as well',
  },
  {
    id: 'sharded',
    when: 'the server is a shard, a configuration server or a router',
    why: 'its members are known to the other parts of the cluster by name',
    next: 'follow the procedure of MongoDB for sharded clusters',
  },
  {
    id: 'in-memory-engine',
    when: 'the storage engine is inMemory',
    why: 'such a set loses everything when a majority restarts',
    next: 'decide for the engine wiredTiger, or set the replica set up by hand',
  },
  {
    id: 'master-slave',
    when: 'the options --master or --slave are set',
    why: 'MongoDB 4.0 removed this kind of replication',
    next: 'upgrade first, then run again',
  },
  {
    id: 'requires-tls',
    when: 'the server takes encrypted connections alone',
    why: 'its certificate would have to name every member',
    next: 'issue a certificate for three members, then set the replica set up by hand',
  },
  {
    id: 'set-of-one',
    when: 'one member names a replica set already',
    why: 'the name of that member is in its data, and the files do not tell it',
    next: 'add members by hand under names that fit the one in rs.conf()',
  },
  {
    id: 'even-members',
    when: 'a replica set has an even number of members',
    why: 'one of them adds no safety, since a majority needs one more',
    next: 'add one member, or take one away',
  },
  {
    id: 'separate-members',
    when: 'several pods run without a replica set',
    why: 'each is a server of its own, or all of them fight over one volume',
    next: 'set replicas to 1, then run again',
  },
  {
    id: 'start-hook',
    when: 'a postStart hook runs in the container',
    why: 'it would run on every member, of which only the primary takes writes',
    next: 'move what it does into a Job',
  },
  {
    id: 'init-scripts',
    when: 'scripts run before the first start, and there is no root user',
    why: 'the image runs them against a server that waits for its replica set and takes no writes',
    next: 'set a root user, or move the scripts into a Job',
  },
  {
    id: 'no-root-user',
    when: 'access control is on, and no variable of the image names the root user',
    why: 'nobody is known who may set the replica set up',
    next: 'name the user and the Secret of its password in the variables of the image',
  },
  {
    id: 'own-key',
    when: 'the server has a key file of its own',
    why: 'its owner and its mode would have to fit every member',
    next: 'take the key file out, so that one can be mounted as mongod wants it',
  },
  {
    id: 'password-in-clear',
    when: 'the password of the root user stands in the manifest',
    why: 'the Job that sets the replica set up would need a second copy of it',
    next: 'move it into a Secret and refer to it with secretKeyRef',
  },
  {
    id: 'reached-from-outside',
    when: 'a Service of it is a NodePort or a LoadBalancer',
    why: 'a replica set sends its clients on to the names of its pods, which are known in the cluster alone',
    next: 'let clients run in the cluster, and make the Service a ClusterIP one',
  },
  {
    id: 'clients-on-headless',
    when: 'clients that cannot be rewritten dial the headless Service',
    why: 'it answers with every member, of which only one takes writes',
    next: 'give these clients a Service of their own, or name the replica set in their connection strings',
  },
  {
    id: 'service-in-the-way',
    when: 'the Service whose name the headless one needs is an ordinary one',
    why: 'a Service cannot become headless once it has an address',
    next: 'give that Service another name',
  },
  {
    id: 'service-name-fixed',
    when: 'a StatefulSet has no serviceName',
    why: 'its members have no names without it, and it cannot be changed once the StatefulSet is there',
    next: 'write serviceName, delete the StatefulSet with --cascade=orphan, and apply it again',
  },
  {
    id: 'custom-settings',
    when: 'files or variables of the Bitnami image are set that every member would read',
    why: 'they would undo or forbid a part of the settings of a member',
    next: 'say it by other variables of the image',
  },
  {
    id: 'standalone-data',
    when: 'a server of the Bitnami image has data on a claim',
    why: 'the image sets a replica set up on empty volumes alone',
    next: 'dump the data, let the members start empty, then restore it',
  },
  {
    id: 'needs-claims',
    when: 'members of the Bitnami image would keep their data in their pods',
    why: 'the first one starts a new, empty set whenever it finds no data',
    next: 'give it claims',
  },
  {
    id: 'shared-claim',
    when: 'a StatefulSet mounts a claim by name',
    why: 'its members cannot share it, and templates cannot be added once the StatefulSet is there',
    next: 'write the claim as a template, and make the StatefulSet anew',
  },
  ...OBSTACLE_REFUSALS,
  ...DATA_REFUSALS,
]
