// Why a Service keeps its node port or load balancer: the rows of the decision table that end in a refusal.

import type { RefusalRule } from '../../src/sdk.ts'

export const REFUSALS = [
  {
    id: 'kustomize-patch',
    when: 'a Kustomize patch publishes the Service',
    why: 'a patch changes what exists, it cannot bring an Ingress',
    next: 'take the type out of the patch and add the Ingress to the resources of the overlay',
  },
  {
    id: 'overridden-by-patch',
    when: 'an overlay patches the type or the ports of the Service',
    why: 'the value of the overlay wins, and a node port that it adds is forbidden on a ClusterIP Service',
    next: 'change the type in the overlay',
  },
  {
    id: 'shared-base',
    when: 'overlays for several namespaces include the Service',
    why: 'each would bring an Ingress for the same host and path',
    next: 'add an Ingress with its own host to each overlay',
  },
  {
    id: 'unresolved',
    when: 'a name or port that the Ingress needs is a variable or no name at all',
    why: 'an Ingress has to name the Service and its port',
    next: 'resolve the value, or write the Ingress by hand',
  },
  {
    id: 'cluster-door',
    when: 'the Service belongs to an ingress controller or gateway',
    why: 'it is what Ingresses are reached through',
    next: 'leave it, or suppress the finding',
  },
  {
    id: 'udp',
    when: 'a port is UDP or SCTP',
    why: 'an Ingress carries HTTP over TCP only',
    next: 'keep the Service, or use a UDPRoute of a gateway that has it',
  },
  {
    id: 'no-workload',
    when: 'the Service selects no workload in these files',
    why: 'what speaks behind it is not known',
    next: 'give the workload to the run as well, or publish the Service by configuration',
  },
  {
    id: 'controller-needs-node-port',
    when: 'the ingress controller reaches pods through node ports (class alb with instance targets, class gce)',
    why: 'without its node port the Ingress would have no backend',
    next: 'let the controller use pod addresses first, or keep the node port',
  },
  {
    id: 'not-http',
    when: 'the ports of a LoadBalancer Service speak something other than HTTP',
    why: 'an Ingress carries HTTP only, and nothing else would lead to the Service',
    next: 'keep it and restrict who may reach it, or make it a ClusterIP Service by hand',
  },
  {
    id: 'node-port-in-use',
    when: 'a file of the tree names the node port of a Service that does not speak HTTP',
    why: 'that caller would be cut off, and no Ingress can take its place',
    next: 'move the caller into the cluster, then change the type',
  },
  {
    id: 'external-listener',
    when: 'a Kafka broker advertises, or may advertise, an address outside the cluster',
    why: 'clients outside dial the address that the broker advertises',
    next: 'remove the external listener first, or keep the Service',
  },
  {
    id: 'load-balancer-settings',
    when: 'annotations, a class or source ranges configure the load balancer',
    why: 'somebody chose how the Service is reached; an Ingress does not take these settings over',
    next: 'move the settings to the ingress controller, then publish the Service by configuration',
  },
  {
    id: 'mixed-ports',
    when: 'some ports speak HTTP and others do not',
    why: 'the other ports would lose their way from outside',
    next: 'split the Service by protocol',
  },
  {
    id: 'several-http-ports',
    when: 'several ports speak HTTP',
    why: 'an Ingress sends a host and path to one port, and which one is meant is not known',
    next: 'name the port in the configuration',
  },
  {
    id: 'unknown-protocol',
    when: 'nothing tells what the port speaks',
    why: 'an Ingress carries HTTP only',
    next: 'name the port http or set appProtocol, or publish the Service by configuration',
  },
  {
    id: 'admin-like',
    when: 'the name speaks of an internal API or an admin tool',
    why: 'an Ingress may publish it to more people than the node port does',
    next: 'publish it by configuration, or make it a ClusterIP Service by hand',
  },
  {
    id: 'known-system',
    when: 'the workload is a known store or tool that speaks HTTP',
    why: 'its data or its controls would be one address away; that is for a person to decide',
    next: 'publish it by configuration, or make it a ClusterIP Service by hand',
  },
  {
    id: 'grpc-backend',
    when: 'the port speaks gRPC or HTTP/2 without TLS',
    why: 'controllers need an annotation of their own for it, and clients need TLS',
    next: 'set ingress.className and ingress.tls, or use a GRPCRoute of the Gateway API',
  },
  {
    id: 'https-backend',
    when: 'the port speaks HTTPS',
    why: 'controllers speak HTTP to backends unless an annotation of their own says otherwise',
    next: 'set ingress.className to a controller that kubemend knows, or write the Ingress by hand',
  },
  {
    id: 'name-taken',
    when: 'an Ingress of that name routes elsewhere',
    why: 'the new Ingress would replace it',
    next: 'add the Service to the existing Ingress',
  },
  {
    id: 'no-domain',
    when: 'no domain is configured and another Service or Ingress answers for every host',
    why: 'two Ingresses without a host collide',
    next: 'set ingress.domain',
  },
  {
    id: 'host-taken',
    when: 'another Service or Ingress answers for the same host and path',
    why: 'two Ingresses with one host and path collide',
    next: 'give the Service a host or path of its own in the configuration',
  },
] as const satisfies readonly RefusalRule[]

export type RefusalCode = (typeof REFUSALS)[number]['id']
