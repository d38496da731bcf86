// Images that only the machine of their author has, and images that a registry no longer gives out.

import type { ImageReference } from './image.ts'

/** Organisations of Docker Hub whose images manifests use without naming the registry. */
const PUBLIC_ORGANISATIONS: ReadonlySet<string> = new Set([
  ...['amazon', 'apache', 'apachepulsar', 'apicurio', 'aquasec', 'argoproj', 'arangodb', 'atlassian', 'axllent'],
  ...['bitnami', 'bitnamicharts', 'bitnamilegacy', 'bitnamisecure', 'calico', 'camunda', 'ceph', 'certbot', 'chromadb'],
  ...['cilium', 'circleci', 'clickhouse', 'cloudflare', 'cockroachdb', 'codercom', 'confluentinc', 'containous'],
  ...['coredns', 'couchbase', 'crazymax', 'curlimages', 'danielqsj', 'datadog', 'debezium', 'deislabs'],
  ...['dgraph', 'docker', 'dpage', 'dragonflydb', 'edenhill', 'elastic', 'elasticsearch', 'emqx', 'envoyproxy'],
  ...['falcosecurity', 'flannel', 'flink', 'fluent', 'fluxcd', 'getmeili', 'getsentry', 'gitea', 'gitlab'],
  ...['goharbor', 'google', 'googlecontainer', 'gotenberg', 'grafana', 'graylog', 'groundnuty', 'hashicorp', 'hasura'],
  ...['homeassistant', 'istio', 'jaegertracing', 'jboss', 'jenkins', 'jenkinsci', 'jetbrains', 'jupyter'],
  ...['k8ssandra', 'kbudde', 'kicbase', 'kindest', 'kiwigrid', 'kong', 'kubeflow', 'kubernetes'],
  ...['kubernetesui', 'kubeshark', 'library', 'linkerd', 'linuxserver', 'litmuschaos', 'localstack', 'longhornio'],
  ...['louislam', 'mailhog', 'mattermost', 'metallb', 'metabase', 'milvusdb', 'minio', 'mongodb'],
  ...['mysql', 'n8nio', 'netdata', 'newrelic', 'nginx', 'nginxinc', 'nicolaka', 'nvidia', 'obsidiandynamics', 'ollama'],
  ...['oliver006', 'onlyoffice', 'openebs', 'openfaas', 'openpolicyagent', 'opensearchproject', 'openzipkin', 'otel'],
  ...['owncloud', 'percona', 'pgvector', 'phpmyadmin', 'pihole', 'portainer', 'postgis', 'prom', 'prometheuscommunity'],
  ...['provectuslabs', 'pulumi', 'qdrant', 'questdb', 'rancher', 'redash', 'redis', 'redislabs', 'redpandadata'],
  ...['rocketchat', 'rook', 'scylladb', 'selenium', 'semitechnologies', 'solsson', 'sonatype', 'stakater', 'strimzi'],
  ...['supabase', 'swaggerapi', 'sysdig', 'temporalio', 'tensorflow', 'thanosio', 'timberio', 'timescale', 'tomsquest'],
  ...[
    'traefik',
    'trinodb',
    'tykio',
    'typesense',
    'ubuntu',
    'unleashorg',
    'valkey',
    'vaultwarden',
    'vectorized',
    'velero',
  ],
  ...[
    'verdaccio',
    'victoriametrics',
    'vitess',
    'weaveworks',
    'weaveworksdemos',
    'wurstmeister',
    'yugabytedb',
    'zabbix',
  ],
])

/** Official images of Docker Hub (https://hub.docker.com/u/library): single names that are no local build. */
const OFFICIAL_IMAGES: ReadonlySet<string> = new Set([
  ...['adminer', 'aerospike', 'almalinux', 'alpine', 'amazoncorretto', 'amazonlinux', 'api-firewall', 'arangodb'],
  ...[
    'archlinux',
    'backdrop',
    'bash',
    'bonita',
    'buildpack-deps',
    'busybox',
    'caddy',
    'cassandra',
    'centos',
    'chronograf',
  ],
  ...['cirros', 'clearlinux', 'clefos', 'clickhouse', 'clojure', 'composer', 'consul', 'convertigo', 'couchbase'],
  ...['couchdb', 'crate', 'dart', 'debian', 'docker', 'drupal', 'eclipse-mosquitto', 'eclipse-temurin', 'eggdrop'],
  ...[
    'elasticsearch',
    'elixir',
    'emqx',
    'erlang',
    'fedora',
    'flink',
    'fluentd',
    'friendica',
    'gazebo',
    'gcc',
    'geonetwork',
  ],
  ...['ghost', 'golang', 'gradle', 'groovy', 'haproxy', 'haskell', 'haxe', 'hello-world', 'hitch', 'httpd', 'hylang'],
  ...['ibmjava', 'influxdb', 'irssi', 'jenkins', 'jetty', 'joomla', 'jruby', 'julia', 'kapacitor', 'kibana', 'kong'],
  ...['krakend', 'lightstreamer', 'liquibase', 'logstash', 'mageia', 'mariadb', 'matomo', 'maven', 'mediawiki'],
  ...[
    'memcached',
    'mongo',
    'mongo-express',
    'monica',
    'mono',
    'mysql',
    'nats',
    'nats-streaming',
    'neo4j',
    'neurodebian',
  ],
  ...['nextcloud', 'nginx', 'node', 'notary', 'odoo', 'open-liberty', 'openjdk', 'oraclelinux', 'orientdb'],
  ...[
    'percona',
    'perl',
    'photon',
    'php',
    'phpmyadmin',
    'plone',
    'postfixadmin',
    'postgres',
    'pypy',
    'python',
    'r-base',
  ],
  ...[
    'rabbitmq',
    'rakudo-star',
    'redis',
    'redmine',
    'registry',
    'rethinkdb',
    'rocket.chat',
    'rockylinux',
    'ros',
    'ruby',
  ],
  ...['rust', 'sapmachine', 'satosa', 'silverpeas', 'sl', 'solr', 'sonarqube', 'spark', 'spiped', 'storm'],
  ...['swarm', 'swift', 'swipl', 'teamspeak', 'telegraf', 'thrift', 'tomcat', 'tomee', 'traefik', 'ubuntu', 'unit'],
  ...['varnish', 'vault', 'websphere-liberty', 'wordpress', 'xwiki', 'yourls', 'znc', 'zookeeper'],
])

/**
 * Whether the reference looks like a build that was never pushed: it names no registry, and its name is neither an
 * official image of Docker Hub nor of an organisation that is known there. `localhost/x` is what podman calls a local
 * build.
 */
export function isLocalLooking(image: ImageReference): boolean {
  if (image.qualified) return image.registry === 'localhost'
  const [first = '', second = ''] = image.components
  return first === 'library' ? !OFFICIAL_IMAGES.has(second) : !PUBLIC_ORGANISATIONS.has(first)
}

/**
 * Whether Docker Hub no longer gives the image out: the versioned tags of the organisation `bitnami` are gone since
 * 28 August 2025, the same images stand frozen under `bitnamilegacy`
 * (https://github.com/bitnami/containers/issues/83267).
 */
export function isWithdrawn(image: ImageReference): boolean {
  return image.registry === 'docker.io' && image.components.length === 2 && image.components[0] === 'bitnami'
}

/** The reference as text, in the short form that people write. */
export function imageName(image: ImageReference): string {
  const path = image.path.startsWith('library/') && !image.qualified ? image.path.slice('library/'.length) : image.path
  const tag = image.tag === undefined ? '' : `:${image.tag}`
  const digest = image.digest === undefined ? '' : `@${image.digest}`
  return `${image.qualified ? `${image.registry}/` : ''}${path}${tag}${digest}`
}
