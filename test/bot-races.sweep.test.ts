// A person who works between any two requests of a run never loses a commit, and the bot comes to rest.

import { expect, test } from 'vitest'
import { casesOf, FORGES, IS_SAMPLE, STAGES, undisturbed, worldAt } from './support/bot-sweep.ts'
import { snapshot, type World } from './support/bot-world.ts'

/** Answers the commits that the person made. */
type Act = (world: World) => readonly string[]

const NOTES = { 'NOTES.md': 'mine\n' }

const ACTS: Readonly<Record<string, Act>> = {
  pushes: ({ repository: { git } }) => own(git.refs()).map(branch => git.commit(branch, NOTES)),
  amends: ({ repository: { git } }) => own(git.refs()).map(branch => git.amend(branch, NOTES)),
  'merges the base': ({ repository: { git } }) => {
    git.commit('main', { 'OTHER.md': 'base\n' })
    return own(git.refs()).flatMap(branch => attempt(() => git.merge(branch, 'main')))
  },
  merges: ({ repository }) => repository.openPulls().flatMap(({ number }) => attempt(() => repository.merge(number))),
  'merges and deletes': ({ repository }) =>
    repository.openPulls().flatMap(({ number }) => attempt(() => repository.merge(number, { deleteBranch: true }))),
  closes: ({ repository }) => {
    for (const { number } of repository.openPulls()) repository.close(number)
    return []
  },
  retargets: ({ repository }) => {
    repository.git.move('release', repository.git.head('main') ?? '')
    for (const { number } of repository.openPulls()) repository.retarget(number, 'release')
    return []
  },
  'pushes to the base': ({ repository: { git } }) => [git.commit('main', { 'OTHER.md': 'base\n' })],
  'opens a pull request': ({ repository, ann }) => {
    const free = own(repository.git.refs()).filter(branch => repository.openPulls(branch).length === 0)
    for (const branch of free) attempt(() => String(repository.open(ann, { branch, title: 'Mine', body: '' }).number))
    return []
  },
}

function own(refs: ReadonlyMap<string, string>): string[] {
  return [...refs.keys()].filter(ref => ref.startsWith('refs/heads/kubemend/')).map(ref => ref.slice(11))
}

/** What a forge refuses, a person does not get done. */
function attempt(act: () => string): string[] {
  try {
    return [act()]
  } catch {
    return []
  }
}

for (const forge of FORGES) {
  for (const stage of STAGES) {
    test(`${forge}, ${stage.name}${IS_SAMPLE ? ' (a sample)' : ''}`, { timeout: 3_600_000 }, async () => {
      const { requests } = await undisturbed(forge, stage)
      for (const { request, kind } of casesOf(requests, Object.entries(ACTS))) {
        const [name, act] = kind
        const world = await worldAt(forge, stage)
        let count = 0
        let theirs: readonly string[] = []
        world.double.onRequest = () => {
          count += 1
          if (count === request) theirs = act(world)
          return undefined
        }
        await world.run()
        world.double.onRequest = undefined
        await world.run()
        const label = `${name} before request ${request}`
        const settled = snapshot(world)
        const { code } = await world.run()
        expect(code, label).toBe(0)
        expect(snapshot(world), label).toEqual(settled)
        const refs = [...world.repository.git.refs().keys()]
        const lost = theirs.filter(commit => !refs.some(ref => world.repository.git.reaches(ref, commit)))
        expect(lost, label).toEqual([])
        const open = world.repository.openPulls().map(({ branch, base }) => `${branch} ${base}`)
        expect(open, label).toEqual([...new Set(open)])
        await world.stop()
      }
    })
  }
}
