// How a reviewer sees for himself that the proposal is right.

import path from 'node:path'
import { shellWord } from '../kube/shell.ts'
import { bodyText, fenced } from './escape.ts'
import type { GroupPlan } from './plan.ts'
import type { ObjectId } from './repository.ts'

/** So many paths stand in a command; beyond, their folders do, and beyond that the whole repository. */
const MAX_PATHS = 10

/**
 * What was checked, and the command that makes the same changes from where the branch begins. No version of kubemend is
 * named: one that changes nothing edits nothing.
 */
export function verifyOf({ group, written, report }: GroupPlan, baseHead: ObjectId): string {
  const rules = [...new Set(written.map(finding => finding.rule))]
  const risks = group.risk === 'unsafe' ? ['--unsafe'] : []
  const command = ['kubemend', 'diff', '--root', '.', '--only', rules.join(','), ...risks, ...pathsOf(report.files)]
  return [
    '## Verify',
    `Every changed file was read again, compared with the values that are meant, and validated with the schemas of Kubernetes ${bodyText(report.kubernetesVersion)}. From the root of the repository, kubemend prints them again, with whatever else these rules find in the files:`,
    fenced('sh', [`git switch --detach ${baseHead}`, command.map(shellWord).join(' ')].join('\n')),
  ].join('\n\n')
}

function pathsOf(files: GroupPlan['report']['files']): string[] {
  const known = files.filter(({ before }) => before !== undefined).map(({ file }) => file)
  if (known.length <= MAX_PATHS) return known.map(file => (file.startsWith('-') ? `./${file}` : file))
  const folders = [...new Set(known.map(file => path.posix.dirname(file)))]
  return folders.length <= MAX_PATHS ? folders : ['.']
}
