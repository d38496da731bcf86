// Whatever happens to any one request of a pull request's life on GitHub, it ends as if nothing had happened.

import { expect, test } from 'vitest'
import { branch, forge, useWorld, world } from './support/forge/github-world.ts'
import { NEW } from './support/forge/new-branch.ts'
import type { Disturbance } from './support/forge/server.ts'

useWorld()

/** Opens, decorates, edits and closes a pull request; answers what the forge has in the end. */
async function live(name: string) {
  branch(name)
  const github = forge()
  const opened = await github.open({ ...NEW, branch: name, isDraft: true })
  await github.label(opened, { add: ['kubemend', 'wrong'], remove: [] })
  await github.label(opened, { add: [], remove: ['wrong'] })
  const refused = await github.invite(opened, { reviewers: ['ann', 'nobody'], assignees: ['ann'] })
  const comment = await github.comment(opened, 'Hello.')
  await github.editComment(opened, comment, 'Hello again.')
  const ready = await github.edit(opened, { title: 'Raise all', body: 'Because.', isDraft: false })
  await github.edit(ready, { state: 'closed' })
  return world.repository.pulls
    .filter(pull => pull.branch === name)
    .map(({ title, body, isDraft, state, labels, reviewers, assignees, comments }) => ({
      ...{ title, body, isDraft, state, labels, reviewers, assignees, refused },
      comments: comments.map(entry => entry.body),
    }))
}

const DISTURBANCES: readonly (readonly [name: string, disturbance: Disturbance])[] = [
  ['dropped', 'drop'],
  ['carried out without an answer', 'lose'],
  ['carried out twice', 'repeat'],
  ['answered 502', { status: 502 }],
]

test.each(DISTURBANCES)('when a request is %s', { timeout: 300_000 }, async (_, disturbance) => {
  const undisturbed = await live('kubemend/undisturbed')
  expect(undisturbed).toEqual([
    {
      ...{ title: 'Raise all', body: 'Because.', isDraft: false, state: 'closed', labels: ['kubemend'] },
      ...{ reviewers: ['ann'], assignees: ['ann'], refused: ['nobody'], comments: ['Hello again.'] },
    },
  ])
  const count = world.double.log.length
  expect(count).toBeGreaterThan(12)
  for (let index = 1; index <= count; index += 1) {
    let number = 0
    world.double.onRequest = () => {
      number += 1
      return number === index ? disturbance : undefined
    }
    expect({ index, found: await live(`kubemend/run-${index}`) }).toEqual({ index, found: undisturbed })
  }
})
