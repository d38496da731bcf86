// The bot among people: whatever they do, and whenever, their work stays, and the bot comes to rest.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PullRequest } from '../src/bot/forge.ts'
import { readMarker } from '../src/bot/marker.ts'
import { markKey } from '../src/bot/marks.ts'
import { markOf } from './support/bot-facts.ts'
import { World } from './support/bot-people.ts'

/** The pull request and the branch that a person looks at: the newest. */
function newest(world: World, state?: PullRequest['state']): PullRequest | undefined {
  return world.pullRequests.findLast(entry => state === undefined || entry.state === state)
}

function branchOf(world: World): string | undefined {
  const { branch } = newest(world) ?? {}
  return branch !== undefined && world.heads.has(branch) ? branch : undefined
}

function commit(world: World, parents: (branch: string) => string[]): void {
  const branch = branchOf(world)
  if (branch === undefined) return
  const id = world.make(parents(branch), 'my work')
  world.work.add(id)
  world.heads.set(branch, id)
  world.refresh()
}

function merge(world: World, isSquash: boolean): void {
  const open = newest(world, 'open')
  if (open === undefined || open.base !== 'main') return
  const fixed = new Set(world.fixedBy(open.branch).map(markKey))
  for (const key of fixed) world.turnedDown.delete(key)
  for (const name of world.findings) if (fixed.has(markKey(markOf(name)))) world.findings.delete(name)
  const main = world.head('main')
  world.heads.set('main', world.make(isSquash ? [main] : [main, world.head(open.branch)], 'merged'))
  world.edit(open.number, { state: 'merged' })
}

function say(world: World, body: string): void {
  const on = newest(world, 'open')?.number
  if (on !== undefined) world.comments.push({ id: world.comments.length + 1, body, mayWrite: true, on })
}

const DEEDS: Readonly<Record<string, (world: World) => void>> = {
  commits: world => commit(world, branch => [world.head(branch)]),
  'merges the base': world => commit(world, branch => [world.head(branch), world.head('main')]),
  amends: world => {
    const branch = branchOf(world)
    if (branch === undefined) return
    const head = world.commits.get(world.head(branch))
    world.work.delete(world.head(branch))
    const id = world.make(head?.parents ?? [], head?.message ?? '')
    world.work.add(id)
    world.heads.set(branch, id)
    world.refresh()
  },
  'merges the pull request': world => merge(world, false),
  'squashes the pull request': world => merge(world, true),
  'closes it': world => {
    const open = newest(world, 'open')
    if (open === undefined) return
    for (const mark of readMarker(open.body)?.marks ?? []) world.turnedDown.add(markKey(mark))
    world.edit(open.number, { state: 'closed' })
  },
  'opens it again': world => {
    const closed = newest(world)
    if (closed?.state !== 'closed' || !world.heads.has(closed.branch)) return
    for (const mark of readMarker(closed.body)?.marks ?? []) world.turnedDown.delete(markKey(mark))
    world.edit(closed.number, { state: 'open' })
    world.refresh()
  },
  'deletes the branch': world => {
    const branch = branchOf(world)
    if (branch === undefined) return
    for (const id of world.reachable([world.head(branch)])) world.work.delete(id)
    world.heads.delete(branch)
    world.refresh()
  },
  'has it merged elsewhere': world => {
    const open = newest(world, 'open')
    if (open !== undefined) world.edit(open.number, { base: open.base === 'main' ? 'release' : 'main' })
  },
  'strips the body': world => {
    const open = newest(world, 'open')
    if (open !== undefined) world.edit(open.number, { body: 'My own words.' })
  },
  approves: world => void world.reviewed.add(newest(world, 'open')?.number ?? 0),
  'asks to recreate': world => say(world, 'kubemend recreate'),
  'asks to rebase': world => say(world, 'kubemend rebase'),
  'asks for a pause': world => say(world, 'kubemend pause'),
  'ends the pause': world => say(world, 'kubemend resume'),
  'ignores a rule': world => say(world, 'kubemend ignore rule-a'),
  'takes the rule back': world => say(world, 'kubemend resume rule-a'),
  'moves the base': world => void world.heads.set('main', world.make([world.head('main')], 'elsewhere')),
  'fixes one by hand': world => {
    world.findings.delete('a')
    world.heads.set('main', world.make([world.head('main')], 'by hand'))
  },
  'brings one back': world => {
    world.findings.add('a')
    world.heads.set('main', world.make([world.head('main')], 'reverts'))
  },
}

const anyDeed = fc.constantFrom(...Object.keys(DEEDS))
/** A run of the bot with what people do before its three steps. */
const anyRuns = fc.array(fc.tuple(...[0, 1, 2].map(() => fc.array(anyDeed, { maxLength: 2 }))), { maxLength: 8 })

function live(runs: readonly (readonly (readonly string[])[])[], check: (world: World, told: string) => void): World {
  const world = new World()
  const told: string[] = []
  const people = (deeds: readonly string[] = []) => {
    for (const deed of deeds) {
      DEEDS[deed]?.(world)
      told.push(deed)
    }
    check(world, told.join(', '))
  }
  world.run()
  for (const [before, between, late] of runs) {
    people(before)
    const look = world.look()
    people(between)
    told.push(look.decision.action.type)
    const goesOn = world.push(look)
    people(late)
    if (goesOn) world.present(look)
    check(world, told.join(', '))
  }
  return world
}

function holds(law: (runs: readonly (readonly (readonly string[])[])[]) => void): void {
  fc.assert(fc.property(anyRuns, law), { numRuns: 200 })
}

test("people's commits stay reachable, whenever they come", () => {
  holds(runs => {
    live(runs, (world, told) => {
      const found = world.reachable([...world.heads.values(), ...world.kept])
      expect([told, [...world.work].filter(id => !found.has(id))]).toEqual([told, []])
    })
  })
})

test('people left alone, the bot comes to rest', () => {
  holds(runs => {
    const world = live(runs, () => {})
    const told: string[] = []
    const run = () => {
      told.push(world.look().decision.action.type)
      world.run()
    }
    for (let count = 0; count < 3; count += 1) run()
    const rest = world.snapshot()
    run()
    expect([told, world.snapshot()]).toEqual([told, rest])
  })
})

test('what people turned down between two runs is not proposed again', () => {
  holds(runs => {
    const world = live(
      runs.map(deeds => [deeds.flat(), [], []]),
      () => {},
    )
    for (let run = 0; run < 3; run += 1) world.run()
    const proposed = world.pullRequests
      .filter(({ state }) => state === 'open')
      .flatMap(({ body }) => readMarker(body)?.marks ?? [])
    expect(proposed.map(markKey).filter(key => world.turnedDown.has(key))).toEqual([])
  })
})
