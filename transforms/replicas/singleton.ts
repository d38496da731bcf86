// Signs that a workload is meant to run once: its name, its arguments, leader election switched off.

import {
  asArray,
  asObject,
  asString,
  type Container,
  commandWords,
  member,
  parseImage,
  sameNamespace,
  type Workload,
  type Workspace,
} from '../../src/sdk.ts'

/** Tokens of a name or an argument; a hint of two words is two tokens in a row. */
const HINTS: readonly string[] = [
  ...['scheduler', 'cron', 'crond', 'beat', 'celerybeat', 'operator', 'controller-manager', 'controller'],
  ...['migration', 'migrations', 'master', 'primary'],
]

/** What is scraped twice counts twice; the container of an exporter beside another says nothing about the pod. */
const METRICS_HINTS: readonly string[] = ['exporter', 'kube-state-metrics', 'heapster']

export type Election = 'on' | 'off' | 'unsaid'

/** What the arguments and the environment say about leader election; a flag with a detail of it switches it on. */
export function leaderElection(workload: Workload): Election {
  let election: Election = 'unsaid'
  for (const container of workload.containers) {
    for (const word of commandWords(container)) {
      for (const flag of word.matchAll(/(?:^|\s)--?(?:enable-)?leader-elect(?:ion)?(?:-[a-z-]+)?(?:=(\S+))?/gi)) {
        if (/^(?:false|0|off|no)$/i.test(flag[1] ?? '')) return 'off'
        election = 'on'
      }
    }
    for (const entry of asArray(container.value.env)) {
      if (!/(?:^|_)LEADER_ELECT(?:ION)?(?:_ENABLED)?$/.test(asString(member(entry, 'name')) ?? '')) continue
      const value = asString(member(entry, 'value')) ?? ''
      if (/^(?:false|0|off|no)$/i.test(value)) return 'off'
      if (/^(?:true|1|on|yes)$/i.test(value)) election = 'on'
    }
  }
  return election
}

/** The sign, in words; undefined when there is none. */
export function singletonHint(workspace: Workspace, workload: Workload): string | undefined {
  const election = leaderElection(workload)
  if (election === 'on') return undefined
  if (election === 'off') return 'leader election is switched off'
  const containers = workload.containers.filter(container => container.role === 'container')
  // the name of a ReplicationController often ends in its kind
  const own = workload.resource.kind === 'ReplicationController' ? /-?controller$/ : /^$/
  const all = [...HINTS, ...METRICS_HINTS]
  const hints = containers.length === 1 ? all : HINTS
  const hintIn = (text: string) => findHint(hints, text)
  const name = findHint(all, workload.resource.name.replace(own, ''))
  if (name !== undefined) return `its name says "${name}"`
  for (const container of containers) {
    const hint = hintIn(container.name) ?? hintIn(lastComponent(container))
    if (hint !== undefined) return `container ${container.name} says "${hint}" in its name or image`
    const argument = commandWords(container)
      .flatMap(plainWords)
      .find(word => hintIn(word) !== undefined)
    if (argument !== undefined) return `container ${container.name} runs "${argument}"`
  }
  const account = asString(workload.spec.serviceAccountName) ?? asString(workload.spec.serviceAccount)
  if (account !== undefined && writesLeases(workspace, workload, account)) {
    return `service account ${account} may write Leases, yet no argument switches leader election on`
  }
  return undefined
}

function findHint(hints: readonly string[], text: string): string | undefined {
  const tokens = `-${text
    .toLowerCase()
    .split(/[-._/]/)
    .join('-')}-`
  return hints.find(hint => tokens.includes(`-${hint}-`))
}

function lastComponent(container: Container): string {
  return (container.image === undefined ? undefined : parseImage(container.image)?.components.at(-1)) ?? ''
}

/** Words that name a program or a verb; flags, addresses and assignments tell what it works with. */
function plainWords(argument: string): string[] {
  return argument.split(/\s+/).filter(word => !word.startsWith('-') && !/[:=@$]/.test(word))
}

const WRITING: ReadonlySet<string> = new Set(['create', 'update', 'patch', '*'])

function writesLeases(workspace: Workspace, workload: Workload, account: string): boolean {
  const { resource } = workload
  for (const kind of ['RoleBinding', 'ClusterRoleBinding']) {
    for (const binding of workspace.ofKind(kind)) {
      const binds = asArray(binding.value.subjects).some(
        subject =>
          member(subject, 'kind') === 'ServiceAccount' &&
          member(subject, 'name') === account &&
          sameNamespace(asString(member(subject, 'namespace')), resource.namespace),
      )
      const reference = asObject(binding.value.roleRef)
      const role = asString(reference?.name)
      if (!binds || role === undefined) continue
      const rules = workspace.named(binding, asString(reference?.kind) ?? 'Role', role)?.value.rules
      if (asArray(rules).some(grantsLeases)) return true
    }
  }
  return false
}

function grantsLeases(rule: unknown): boolean {
  const has = (field: string, accepts: (value: unknown) => boolean) => asArray(member(rule, field)).some(accepts)
  return (
    has('apiGroups', group => group === 'coordination.k8s.io') &&
    has('resources', resource => resource === 'leases') &&
    has('verbs', verb => typeof verb === 'string' && WRITING.has(verb))
  )
}
