// What went wrong with a repository, for people: failures, and what was left out.

import type { RepositoryResult } from './work.ts'

export interface Complaint {
  readonly level: 'error' | 'warning'
  readonly text: string
}

export function complaintsOf({ url, failure, groups, refused, unmatched }: RepositoryResult): Complaint[] {
  const complain = (level: Complaint['level'], text: string): Complaint => ({ level, text: `${url}: ${text}` })
  return [
    ...(failure === undefined ? [] : [complain('error', failure.text)]),
    ...groups.flatMap(({ branch, outcome, problems }) =>
      problems.map(problem => complain(outcome === 'failed' ? 'error' : 'warning', `${branch}: ${problem}`)),
    ),
    ...refused.map(({ file, text }) => complain('warning', `${file}: ${text}`)),
    ...unmatched.map(text => complain('error', text)),
  ]
}
