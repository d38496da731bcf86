// What kind of program a container runs, and what such a program needs.

import {
  annotationsOf,
  type Container,
  commandWords,
  effectiveImage,
  envNames,
  firstWorkingCommand,
  type ImageReference,
  type Json,
  simpleCommands,
  type Workspace,
} from '../../src/sdk.ts'
import type { Mebibytes } from './heap.ts'

/** Millicores and MiB. */
export interface Need {
  readonly cpu: number
  readonly memory: Mebibytes
}

export interface Class {
  readonly id: string
  /** as in "sized as …" */
  readonly title: string
  readonly requests: Need
  readonly limits: Need
}

const CLASSES = {
  generic: of('generic', 'a service', [100, 128], [500, 512]),
  node: of('node', 'a Node.js program', [100, 192], [500, 512]),
  jvm: of('jvm', 'a JVM program', [250, 512], [1000, 1024]),
  go: of('go', 'a Go program', [50, 64], [500, 256]),
  python: of('python', 'a Python program', [100, 128], [500, 512]),
  small: of('small', 'a small helper', [20, 32], [200, 128]),
  exporter: of('exporter', 'a metrics exporter', [20, 64], [200, 128]),
  kafka: of('kafka', 'a Kafka broker', [250, 1024], [2000, 2560]),
  kafkaProduction: of('kafka', 'a Kafka broker in production', [1000, 4096], [2000, 4096]),
  zookeeper: of('zookeeper', 'a ZooKeeper server', [100, 512], [500, 768]),
  store: of('store', 'a store of data', [100, 128], [500, 512]),
  mongodb: of('mongodb', 'a MongoDB server', [250, 512], [1000, 1024]),
} as const satisfies Record<string, Class>

export default CLASSES

function of(id: string, title: string, requests: readonly [number, number], limits: readonly [number, number]): Class {
  const need = ([cpu, memory]: readonly [number, number]): Need => ({ cpu, memory })
  return { id, title, requests: need(requests), limits: need(limits) }
}

/** Images of tools that wait, fetch or print. */
const TOOLS: ReadonlySet<string> = new Set([
  ...[
    'busybox',
    'alpine',
    'bash',
    'curl',
    'wait-for',
    'wait-for-it',
    'k8s-wait-for',
    'dockerize',
    'os-shell',
    'kubectl',
  ],
  ...['bitnami-shell', 'minideb', 'netcat', 'dnsutils', 'busyboxplus', 'initcontainer', 'configmap-reload'],
])

interface Signs {
  readonly class: Class
  /** last path components of images */
  readonly images: readonly string[]
  /** programs that the command starts */
  readonly programs: readonly string[]
  readonly variables: RegExp
}

/** The first that fits decides; a JVM before Node.js, because build variables of the latter are everywhere. */
const SIGNS: readonly Signs[] = [
  {
    class: CLASSES.jvm,
    images: [
      ...['openjdk', 'eclipse-temurin', 'amazoncorretto', 'ibmjava', 'sapmachine', 'tomcat', 'tomee', 'jetty', 'maven'],
      ...['gradle', 'keycloak', 'kafdrop', 'kafka-ui', 'akhq', 'cmak', 'kafka-manager', 'flink', 'logstash', 'wildfly'],
      ...[
        'kafka-connect',
        'zipkin',
        'hazelcast',
        'hazelcast-kubernetes',
        'open-liberty',
        'spring-boot-admin',
        'zeppelin',
      ],
    ],
    programs: [
      ...['java', 'catalina.sh', 'mvn', 'gradle', 'schema-registry-start', 'kafka-rest-start', 'ksql-server-start'],
      ...['connect-distributed', 'connect-distributed.sh', 'connect-standalone.sh', 'kafka-run-class.sh'],
    ],
    variables:
      /^(?:_?JAVA_(?:TOOL_)?(?:OPTIONS|OPTS|ARGS)|JDK_JAVA_OPTIONS|JVM_OPTS|CATALINA_OPTS|SPRING_\w+|QUARKUS_\w+|MICRONAUT_\w+)$/,
  },
  {
    class: CLASSES.python,
    images: ['python', 'pypy'],
    programs: ['python', 'python2', 'python3', 'gunicorn', 'uvicorn', 'celery', 'flask', 'hypercorn', 'daphne'],
    variables:
      /^(?:PYTHON(?:UNBUFFERED|PATH|DONTWRITEBYTECODE)|DJANGO_SETTINGS_MODULE|FLASK_(?:APP|ENV)|GUNICORN_\w+|UVICORN_\w+)$/,
  },
  {
    class: CLASSES.node,
    images: ['node'],
    programs: ['node', 'npm', 'npx', 'yarn', 'pnpm', 'nodejs'],
    variables: /^(?:NODE_ENV|NODE_OPTIONS|NPM_CONFIG_\w+)$/,
  },
  {
    class: CLASSES.go,
    images: ['golang'],
    programs: [],
    variables: /^(?:GOMEMLIMIT|GOMAXPROCS|GOGC|GODEBUG)$/,
  },
]

/** Images whose need follows from the work that they are given, beyond what a table could say. */
const HEAVY =
  /^(?:tensorflow|pytorch|serving|jupyter|.*notebook|jupyterhub|ollama|vllm.*|triton.*|spark.*|selenium|node-(?:chrome|firefox|edge)|chrome|browserless|gitlab.*|airflow|superset|kubeflow.*|storm.*|hadoop.*|trino|presto|druid|dask.*|ray|runner|actions-runner|kaniko|executor|dind|docker|buildkit|trivy|sonar.*|nextcloud|odoo|moodle|label-studio|opentelemetry-collector.*|otel.*|vector|fluentd.*|logstash)$/

/** The class of a container that runs none of the known stateful systems. */
export function classOf(workspace: Workspace, container: Container): Class {
  const image = effectiveImage(workspace, container)
  const last = image?.components.at(-1) ?? ''
  if (isSmall(container, last)) return CLASSES.small
  if (/(?:^|[-_])exporter(?:$|[-_])/.test(last) && !/jmx/.test(last)) {
    return container.workload.containers.some(other => other !== container && other.role === 'container')
      ? CLASSES.exporter
      : CLASSES.go
  }
  const programs = programsOf(container)
  const variables = envNames(container)
  if (image?.components.at(-2) === 'confluentinc') return CLASSES.jvm
  for (const signs of SIGNS) {
    if (signs.images.includes(last) && isLanguageImage(image, last)) return signs.class
    if (programs.some(program => signs.programs.includes(program))) return signs.class
  }
  return SIGNS.find(signs => variables.some(name => signs.variables.test(name)))?.class ?? CLASSES.generic
}

/** Whether no table can say how much memory the container needs. */
export function isHeavy(workspace: Workspace, container: Container): boolean {
  return HEAVY.test(effectiveImage(workspace, container)?.components.at(-1) ?? '')
}

/** `someone/node` may be anything; an image of two components is known by its organisation. */
function isLanguageImage(image: ImageReference | undefined, last: string): boolean {
  const organisation = image?.components.at(-2)
  return organisation === 'library' || !['node', 'python', 'golang', 'gradle', 'maven', 'flink'].includes(last)
}

function isSmall(container: Container, image: string): boolean {
  const commands = simpleCommands(container)
  const waits = commands.length > 0 && firstWorkingCommand(commands) === undefined
  if (waits) return container.role !== 'container' || TOOLS.has(image)
  return isPreparation(container) && TOOLS.has(image) && !commands.some(command => INSTALLERS.has(command.program))
}

/** Programs whose need has nothing to do with the image that they run in. */
const INSTALLERS: ReadonlySet<string> = new Set([
  ...['apk', 'apt', 'apt-get', 'yum', 'dnf', 'pip', 'pip3', 'npm', 'yarn', 'git', 'tar', 'unzip', 'java', 'python'],
  ...['mysqldump', 'pg_dump', 'pg_restore', 'rsync', 'python3', 'go', 'make', 'gcc', 'node', 'helm', 'terraform'],
  ...['nsenter', 'chroot'],
])

/** An init container, or a Job that a release tool runs beside an installation. */
function isPreparation(container: Container): boolean {
  if (container.role === 'init') return true
  const { resource, template } = container.workload
  if (resource.kind !== 'Job') return false
  const annotations = { ...annotationsOf(resource), ...annotationsOf({ ...resource, value: template }) }
  return 'helm.sh/hook' in annotations || 'argocd.argoproj.io/hook' in annotations
}

function programsOf(container: Container): string[] {
  const first = commandWords(container)[0] ?? ''
  return [...simpleCommands(container).map(command => command.program), first.slice(first.lastIndexOf('/') + 1)]
}

/** Megabytes that a Node.js program may use for old objects; undefined when nothing says it. */
export function oldSpace(texts: readonly Json[]): Mebibytes | undefined {
  for (const text of texts) {
    const found = typeof text === 'string' ? /--max[-_]old[-_]space[-_]size[= ](\d+)/.exec(text) : null
    if (found !== null) return Number(found[1])
  }
  return undefined
}
