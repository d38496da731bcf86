// Whatever happens to any one request of a pull request's life on GitLab or Gitea, it ends as if nothing had happened.

import { afterEach, describe, expect, test } from 'vitest'
import { createGitea, explainGitea, giteaHeaders } from '../src/forge/gitea/index.ts'
import { createGitlab, explainGitlab, gitlabHeaders } from '../src/forge/gitlab/index.ts'
import { IS_SAMPLE } from './support/bot-sweep.ts'
import { type DoubleStage, openDouble } from './support/forge/double-stage.ts'
import { giteaFace } from './support/forge/gitea.ts'
import { gitlabFace } from './support/forge/gitlab.ts'
import type { Disturbance } from './support/forge/server.ts'

let stage: DoubleStage

const OPEN: Readonly<Record<'gitlab' | 'gitea', () => Promise<DoubleStage>>> = {
  gitlab: () =>
    openDouble({
      ...{ kind: 'gitlab', face: gitlabFace(), place: 'acme/shop', api: '/api/v4', scopes: ['api'] },
      ...{ headers: gitlabHeaders, explain: explainGitlab },
      create: (http, clock) => createGitlab({ project: 'acme/shop', http, clock }),
    }),
  gitea: () =>
    openDouble({
      ...{ kind: 'gitea', face: giteaFace(), place: 'acme/shop', api: '/api/v1', scopes: [] },
      ...{ headers: giteaHeaders, explain: explainGitea },
      create: (http, clock) => createGitea({ kind: 'gitea', owner: 'acme', name: 'shop', http, clock }),
    }),
}

/** Opens, decorates, edits and closes a pull request; answers what the forge has in the end. */
async function live(branch: string) {
  const { git, pulls, labels } = stage.repository
  git.move(branch, git.head('main') ?? '')
  git.commit(branch, { 'k8s/web.yaml': 'replicas: 2\n' })
  // the labels are made anew in each life
  labels.clear()
  const forge = stage.forge()
  const opened = await forge.open({ branch, base: 'main', title: 'Raise replicas', body: 'Why.', isDraft: true })
  await forge.label(opened, { add: ['kubemend', 'wrong'], remove: [] })
  const [labelled = opened] = await forge.pullRequests(branch)
  await forge.label(labelled, { add: [], remove: ['wrong'] })
  const refused = await forge.invite(opened, { reviewers: ['ann', 'nobody'], assignees: ['ann'] })
  const comment = await forge.comment(opened, 'Hello.')
  await forge.editComment(opened, comment, 'Hello again.')
  const ready = await forge.edit(opened, { title: 'Raise all', body: 'Because.', isDraft: false })
  const { isReviewed } = await forge.state(ready)
  await forge.edit(ready, { state: 'closed' })
  return pulls
    .filter(pull => pull.branch === branch)
    .map(({ title, body, state, labels: worn, reviewers, assignees, comments }) => ({
      ...{ title, body, state, labels: worn, reviewers, assignees, refused, isReviewed },
      comments: comments.map(entry => entry.body),
    }))
}

const DISTURBANCES: readonly (readonly [name: string, disturbance: Disturbance])[] = [
  ['dropped', 'drop'],
  ['carried out without an answer', 'lose'],
  ['answered 502', { status: 502 }],
  ['answered 429', { status: 429, headers: { 'retry-after': '7' } }],
]

afterEach(() => stage.stop())

describe.each(['gitlab', 'gitea'] as const)('on %s', kind => {
  test.each(IS_SAMPLE ? DISTURBANCES.slice(0, 2) : DISTURBANCES)(
    'when a request is %s',
    { timeout: 300_000 },
    async (_, disturbance) => {
      stage = await OPEN[kind]()
      const undisturbed = await live('kubemend/undisturbed')
      expect(undisturbed).toEqual([
        {
          ...{ title: 'Raise all', body: 'Because.', state: 'closed', labels: ['kubemend'], isReviewed: false },
          ...{ reviewers: ['ann'], assignees: ['ann'], refused: ['nobody'], comments: ['Hello again.'] },
        },
      ])
      const count = stage.double.log.length
      expect(count).toBeGreaterThan(12)
      for (let index = 1; index <= count; index += 1) {
        let number = 0
        stage.double.onRequest = () => {
          number += 1
          return number === index ? disturbance : undefined
        }
        expect({ index, found: await live(`kubemend/run-${index}`) }).toEqual({ index, found: undisturbed })
      }
    },
  )
})
