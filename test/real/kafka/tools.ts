// Command-line tools of Kafka under the names that manifests and runbooks call them by.

import { execFile } from 'node:child_process'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { at } from '../../../src/yaml/path.ts'
import { asArray, member } from '../../../src/yaml/value.ts'
import type { Files } from '../../support/fixtures.ts'
import type { Cluster } from './cluster.ts'
import { objectsOf, strings } from './pods.ts'

interface Tool {
  readonly name: string
  /** class of the artifact that all tools were in at first */
  readonly first: string
  /** class of the versions that have an artifact for tools */
  readonly later: string
  /** class from 4.0 on, where that is another one */
  readonly fromFour?: string
}

const TOOLS: readonly Tool[] = [
  { name: 'kafka-topics', first: 'kafka.admin.TopicCommand', later: 'org.apache.kafka.tools.TopicCommand' },
  {
    name: 'kafka-reassign-partitions',
    first: 'kafka.admin.ReassignPartitionsCommand',
    later: 'org.apache.kafka.tools.reassign.ReassignPartitionsCommand',
  },
  {
    name: 'kafka-leader-election',
    first: 'kafka.admin.LeaderElectionCommand',
    later: 'org.apache.kafka.tools.LeaderElectionCommand',
  },
  { name: 'kafka-configs', first: 'kafka.admin.ConfigCommand', later: 'kafka.admin.ConfigCommand' },
  {
    name: 'kafka-broker-api-versions',
    first: 'kafka.admin.BrokerApiVersionsCommand',
    later: 'kafka.admin.BrokerApiVersionsCommand',
    fromFour: 'org.apache.kafka.tools.BrokerApiVersionsCommand',
  },
  { name: 'zkCli', first: 'org.apache.zookeeper.ZooKeeperMain', later: 'org.apache.zookeeper.ZooKeeperMain' },
]

const JAR_OF_TOOLS = /\/kafka-tools-[\d.]+\.jar$/

/** Runs scripts with the tools on the path: both with and without `.sh`, as the images have them. */
export class Tools {
  readonly #cluster: Cluster
  readonly #folder: string

  private constructor(cluster: Cluster, folder: string) {
    this.#cluster = cluster
    this.#folder = folder
  }

  static async make(cluster: Cluster): Promise<Tools> {
    const folder = path.join(cluster.folder, 'tools')
    await mkdir(folder, { recursive: true })
    for (const tool of TOOLS) {
      const options = cluster.toolOptions().map(word => `'${word}'`)
      // in a pod localhost is another address than outside of it; of two options of one name the last one counts
      const script = `#!/bin/sh\nexec java ${options.join(' ')} \${KUBEMEND_HOSTS:+-Djdk.net.hosts.file=$KUBEMEND_HOSTS} $KUBEMEND_OPTIONS ${classOf(tool, cluster)} "$@"\n`
      for (const file of [tool.name, `${tool.name}.sh`]) await writeProgram(path.join(folder, file), script)
    }
    await writeProgram(path.join(folder, 'kubectl'), kubectlScript(cluster.folder, folder))
    return new Tools(cluster, folder)
  }

  /** Runs lines as a person pastes them into a shell that ends at the first one that fails. */
  async paste(lines: readonly string[]): Promise<string> {
    return this.run('bash', ['--norc', '-ec', lines.join('\n')])
  }

  /** Rejects with what was written when the command ends with another status than 0. */
  async run(program: string, args: readonly string[], javaOptions: readonly string[] = []): Promise<string> {
    const env = { PATH: `${this.#folder}:${process.env.PATH}`, KUBEMEND_OPTIONS: javaOptions.join(' ') }
    const { stdout } = await promisify(execFile)(program, args, { env, timeout: 120_000, cwd: this.#cluster.folder })
    return stdout
  }

  /**
   * The Job that makes topics, as a kubelet would run it: its command line as it stands, but for folders of the
   * container (the image's tools, the mounted Secrets and `/tmp`), which stand in the cluster's folder.
   */
  async runTopicsJob(files: Files): Promise<string> {
    const [job, ...others] = objectsOf(files, 'Job').filter(({ name }) => /^\w+-topics-/.test(name))
    const spec = at(job?.value, ['spec', 'template', 'spec'])
    const [container, ...more] = asArray(member(spec, 'containers'))
    if (container === undefined || others.length + more.length > 0)
      throw new Error('there is not one Job for topics, of one container')
    const root = path.join(this.#cluster.folder, 'job')
    const folders = new Map([
      ['/opt/kafka/bin', this.#folder],
      ['/tmp', path.join(root, 'tmp')],
    ])
    await mkdir(path.join(root, 'tmp'), { recursive: true })
    for (const mount of asArray(member(container, 'volumeMounts'))) {
      const volume = asArray(member(spec, 'volumes')).find(entry => member(entry, 'name') === member(mount, 'name'))
      const secret = this.#cluster.secret(String(at(volume, ['secret', 'secretName'])))
      const folder = String(member(mount, 'mountPath'))
      folders.set(folder, path.join(root, folder))
      await mkdir(path.join(root, folder), { recursive: true })
      for (const item of asArray(at(volume, ['secret', 'items']))) {
        const file = path.join(root, folder, String(member(item, 'path')))
        await writeFile(file, secret.get(String(member(item, 'key'))) ?? '')
      }
    }
    const known = new RegExp(`(${[...folders.keys()].join('|')})/`, 'g')
    const words = strings(member(container, 'command')).map(word =>
      word.replace(known, (_, folder: string) => `${folders.get(folder)}/`),
    )
    const [program = '', ...args] = words
    return this.run(program, args)
  }
}

function classOf({ first, later, fromFour }: Tool, { artifacts }: Cluster): string {
  if (fromFour !== undefined && Number(artifacts.version.split('.')[0]) >= 4) return fromFour
  return artifacts.jars.some(jar => JAR_OF_TOOLS.test(jar)) ? later : first
}

/**
 * `kubectl exec` on this machine: the command calls the pod's address localhost, and finds the folders of its container
 * below the cluster's.
 */
function kubectlScript(cluster: string, tools: string): string {
  return `#!/bin/sh
while [ "$1" != -- ]; do
  case $1 in
    exec | -i) shift ;;
    -n | -c) shift 2 ;;
    *) pod=$1; shift ;;
  esac
done
shift
KUBEMEND_HOSTS='${cluster}'/hosts-$pod
export KUBEMEND_HOSTS
address=$(sed -n 's/ localhost$//p' "$KUBEMEND_HOSTS")
for word do
  shift
  set -- "$@" "$(printf %s "$word" | sed -E \
    -e "s,/dev/tcp/localhost/,/dev/tcp/$address/,g" \
    -e "s,(^|[ =<>])(/tmp|/etc/kafka)/,\\1${cluster}/$pod\\2/,g" \
    -e "s,(^|[ ])/opt/kafka/bin/,\\1${tools}/,g")"
done
exec "$@"
`
}

async function writeProgram(file: string, text: string): Promise<void> {
  await writeFile(file, text)
  await chmod(file, 0o755)
}
