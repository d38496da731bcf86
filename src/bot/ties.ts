// Which findings cannot be told apart by a pull request: those that are applied together or are named alike.

import type { Finding } from '../engine/outcome.ts'
import { originKey } from '../kube/resource.ts'
import type { PlacedFinding } from '../report/model.ts'

/** Findings that stay together, in their order. */
export interface Bundle {
  readonly findings: readonly PlacedFinding[]
  /** names of the units of change among their ties, sorted; empty for findings of no unit */
  readonly units: readonly string[]
}

/**
 * Joins findings that share a tie (a unit, a change that another one stands on), and those of one rule on one resource,
 * which a run takes or leaves together.
 */
export function bundlesOf(findings: readonly PlacedFinding[]): Bundle[] {
  const parents = findings.map((_, index) => index)
  const rootOf = (index: number): number => {
    let root = index
    while (parents[root] !== root) root = parents[root] as number
    parents[index] = root
    return root
  }
  const owners = new Map<string, number>()
  for (const [index, { finding }] of findings.entries()) {
    for (const name of [...finding.ties, subjectOf(finding)]) {
      const other = owners.get(name)
      if (other === undefined) owners.set(name, index)
      else parents[Math.max(rootOf(other), rootOf(index))] = Math.min(rootOf(other), rootOf(index))
    }
  }
  const bundles = new Map<number, PlacedFinding[]>()
  for (const [index, finding] of findings.entries()) {
    const root = rootOf(index)
    const members = bundles.get(root)
    if (members === undefined) bundles.set(root, [finding])
    else members.push(finding)
  }
  return [...bundles.values()].map(members => ({ findings: members, units: unitsOf(members) }))
}

/** What `Group.has` can tell apart. */
export function subjectOf({ resource, rule }: Pick<Finding, 'resource' | 'rule'>): string {
  return `${rule}\0${originKey(resource.origin)}`
}

/** Names of findings hold a zero character, names of units do not. */
function unitsOf(findings: readonly PlacedFinding[]): readonly string[] {
  const names = findings.flatMap(({ finding }) => finding.ties.filter(tie => !tie.includes('\0')))
  return [...new Set(names)].sort()
}
