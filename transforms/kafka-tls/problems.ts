// Why plaintext stays, as far as the brokers themselves are the reason.

import type { Settings } from '../../src/sdk.ts'
import { type Broker, isAtLeast, runsFromCache } from '../kafka/broker.ts'
import type { Listener } from '../kafka/listeners.ts'
import { TLS } from '../stateful/settings.ts'

export interface Problem {
  readonly code: string
  readonly why: string
  readonly next: string
}

export const UNKNOWN: Problem = {
  code: 'unknown-value',
  why: 'its listeners are not in the files, or not in a form that can be read',
  next: 'write them out as variables of the container, or give the file that they come from as well',
}

export const NAMELESS: Problem = {
  code: 'unknown-value',
  why: 'its brokers tell each other an IP address or the name of their host, and no certificate can hold those',
  next: 'let advertised.listeners tell the name of a Service, or of the pod behind one, then run again',
}

export const SASL: Problem = {
  code: 'sasl-listener',
  why: 'it asks for passwords over plaintext listeners (SASL_PLAINTEXT), and clients have to learn SASL_SSL for it',
  next: 'move the listener to SASL_SSL together with its clients',
}

export function outside({ host, port }: Listener): Problem {
  return {
    code: 'external-listener',
    why: `its brokers dial each other at ${host}:${port}, which is none of its Services, so no certificate can be made for the names that are dialled`,
    next: 'let the listener between brokers tell a name of its own Service, then run again',
  }
}

export function unsupported(broker: Broker): Problem {
  return {
    code: 'unsupported-distribution',
    why: `${broker.title}: nothing tells where its listeners and key files are set`,
    next: 'move to apache/kafka or confluentinc/cp-kafka, or add a TLS listener where the image reads its settings',
  }
}

export function imageProblem(broker: Broker): Problem | undefined {
  if (runsFromCache(broker)) {
    return {
      code: 'latest-without-zookeeper',
      why: `${broker.container.image} has no fixed version, and the newest image of that name has no ZooKeeper mode: the restart could pull it`,
      next: 'pin the version that runs today, then run again',
    }
  }
  // PEM files came with 2.7 (KIP-651); KRaft is younger than that
  if (broker.mode !== 'zookeeper' || isAtLeast(broker, '2.7')) return undefined
  return {
    code: 'needs-pem',
    why: `key files without a password need Kafka 2.7, and ${broker.version === undefined ? `the version of ${broker.container.image} is not known` : `this is ${broker.version}`}`,
    next: 'pin a version from 2.7 on, then run again',
  }
}

export function providerProblem(settings: Settings, broker: Broker): Problem | undefined {
  if (settings.get(TLS, broker.workload.resource).provider !== 'none') return undefined
  return {
    code: 'no-provider',
    why: 'its listeners are plaintext, and tls.provider is none: a TLS listener without key files stops the broker',
    next: 'set tls.provider to cert-manager, or to existing-secret when something else makes the certificates',
  }
}
