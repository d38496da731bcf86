// Configuration of the transform: where Ingresses are published, and which Services.

import type { Resource, Section } from '../../src/sdk.ts'

export interface ServiceChoice {
  readonly host?: string
  readonly path?: string
  /** name or number of the Service port to publish */
  readonly port?: string | number
}

export interface TlsOptions {
  readonly clusterIssuer?: string
  readonly issuer?: string
  readonly secretName?: string
}

export interface IngressOptions {
  readonly domain?: string
  readonly className?: string
  readonly tls?: TlsOptions
  readonly keepNodePort: boolean
  /** by `name` or `namespace/name`; `false` leaves the Service alone, everything else publishes it */
  readonly services: Readonly<Record<string, boolean | ServiceChoice>>
}

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const HOST = { type: 'string', maxLength: 253, pattern: `^(\\*\\.)?${LABEL}(\\.${LABEL})*$` }
const NAME = { type: 'string', minLength: 1, maxLength: 253 }

export const INGRESS: Section<IngressOptions> = {
  name: 'ingress',
  description: 'how Services that are published on node ports or load balancers get an Ingress instead',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      domain: {
        type: 'string',
        maxLength: 189,
        pattern: `^${LABEL}(\\.${LABEL})*$`,
        description: 'hosts are <service>.<domain>; without it one Service at most can have an Ingress',
      },
      className: { ...NAME, description: "ingressClassName to write; without it the cluster's default class is used" },
      tls: {
        type: 'object',
        additionalProperties: false,
        minProperties: 1,
        properties: {
          clusterIssuer: { ...NAME, description: 'ClusterIssuer of cert-manager that signs <service>-tls' },
          issuer: { ...NAME, description: 'Issuer of cert-manager that signs <service>-tls' },
          secretName: { ...NAME, description: 'existing Secret, such as one with a wildcard certificate' },
        },
      },
      keepNodePort: { type: 'boolean', description: 'write the Ingress and leave the Service as it is' },
      services: {
        type: 'object',
        description: 'choice by Service, as <name> or <namespace>/<name>; false leaves it alone',
        additionalProperties: {
          anyOf: [
            { type: 'boolean' },
            {
              type: 'object',
              additionalProperties: false,
              properties: {
                host: { ...HOST, description: 'host instead of <service>.<domain>' },
                path: { type: 'string', pattern: '^/', description: 'path prefix, / when absent' },
                port: { type: ['string', 'integer'], description: 'name or number of the Service port to publish' },
              },
            },
          ],
        },
      },
    },
  },
  defaults: { keepNodePort: false, services: {} },
}

/** What the configuration says of a Service; undefined when it says nothing. */
export function choiceOf(options: IngressOptions, service: Resource): boolean | ServiceChoice | undefined {
  for (const key of [`${service.namespace ?? ''}/${service.name}`, service.name]) {
    if (Object.hasOwn(options.services, key)) return options.services[key]
  }
  return undefined
}
