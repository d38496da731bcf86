// How many requests a run of the bot sends: as many as the pull requests need, however many files there are.

import { expect, test } from 'vitest'
import { createWorld, SHOP, type World } from './support/bot-world.ts'
import type { Entries } from './support/git-repository.ts'

const WEB = 'k8s/web.yaml'

/** Fixed or of no interest, and one Deployment that is neither. */
function manifests(count: number): Entries {
  const others = Array.from({ length: count - 1 }, (_, index): [string, string] => [
    `k8s/config/map-${index}.yaml`,
    `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: map-${index}\n  namespace: shop\ndata:\n  number: '${index}'\n`,
  ])
  return { [WEB]: SHOP[WEB], ...Object.fromEntries(others) }
}

interface Counted {
  readonly git: number
  readonly api: number
  readonly writes: readonly string[]
}

async function count(world: World): Promise<Counted> {
  world.requests()
  expect(await world.run()).toMatchObject({ code: 0, err: '' })
  const lines = world.requests()
  const git = lines.filter(line => /\.git\/(?:info\/refs|git-)/.test(line))
  const writes = lines.filter(line => /receive-pack|^(?:PUT|PATCH|DELETE|POST \S*\/repos\/)/.test(line))
  return { git: git.length, api: lines.length - git.length, writes }
}

/** A first run, and one with nothing to do; how many pull requests are open between them. */
async function runTwice(
  files: Entries,
): Promise<{ readonly first: Counted; readonly quiet: Counted; readonly open: number }> {
  const world = await createWorld('github', files)
  try {
    const first = await count(world)
    const open = world.repository.openPulls().length
    return { first, quiet: await count(world), open }
  } finally {
    await world.stop()
  }
}

test('a run sends as many requests for 200 manifests as for 20', { timeout: 120_000 }, async () => {
  const few = await runTwice(manifests(20))
  const many = await runTwice(manifests(200))
  expect(few.open).toBeGreaterThan(1)
  expect(many).toEqual(few)
})

test('a run with nothing to do asks git alike for any number of pull requests, and the API thrice for each at most', {
  timeout: 120_000,
}, async () => {
  const several = await runTwice(manifests(20))
  const scaled = String(SHOP[WEB])
    .replace('imagePullPolicy: Never', 'imagePullPolicy: Always')
    .replace('replicas: 1', 'replicas: 3')
  const one = await runTwice({ [WEB]: scaled })
  expect(several.open).toBeGreaterThan(one.open)
  expect(one.open).toBeGreaterThan(0)
  expect([several.quiet.writes, one.quiet.writes]).toEqual([[], []])
  // the base, the refs, the files, the branches
  expect(several.quiet.git).toBe(one.quiet.git)
  expect(several.quiet.git).toBeLessThanOrEqual(10)
  // the repository, the account, and a group that comes to nothing without the changes of another
  expect(several.quiet.api).toBeLessThanOrEqual(3 + 3 * several.open)
  expect(one.quiet.api).toBeLessThanOrEqual(3 + 3 * one.open)
})
