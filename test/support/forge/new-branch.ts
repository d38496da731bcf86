// A branch with a change to merge, and the pull request that would be opened for it.

import type { NewPullRequest } from '../../../src/bot/forge.ts'
import type { RepositoryState } from './repository-state.ts'

export const NEW: NewPullRequest = {
  branch: 'kubemend/replicas',
  base: 'main',
  title: 'Raise replicas',
  body: 'Why.',
  isDraft: false,
}

/** Answers the head of the branch, which begins at `main`. */
export function branchIn({ git }: RepositoryState, name = NEW.branch, text = 'replicas: 2\n'): string {
  git.move(name, git.head('main') ?? '')
  return git.commit(name, { 'k8s/web.yaml': text })
}
