// A run that is disturbed or dies at any request converges when it runs again: the end is that of an undisturbed run.

import { expect, test } from 'vitest'
import { casesOf, comparable, FORGES, IS_SAMPLE, STAGES, undisturbed, worldAt } from './support/bot-sweep.ts'
import type { Disturbance } from './support/forge/server.ts'

type Kind = 'dies' | Exclude<Disturbance, object> | 'busy' | 'secondary limit' | 'down' | 'refused'

const KINDS: readonly Kind[] = ['dies', 'drop', 'lose', 'repeat', 'busy', 'secondary limit', 'down', 'refused']

const JSON_TYPE = { 'content-type': 'application/json' }

function disturbanceOf(kind: Kind): Disturbance {
  switch (kind) {
    case 'dies':
      return 'drop'
    case 'busy':
      return { status: 429, headers: { ...JSON_TYPE, 'retry-after': '1' }, body: '{"message":"slow down"}' }
    case 'secondary limit': {
      const body = '{"message":"You have exceeded a secondary rate limit"}'
      return { status: 403, headers: { ...JSON_TYPE, 'retry-after': '1' }, body }
    }
    case 'down':
      return { status: 503, headers: JSON_TYPE, body: '{"message":"down"}' }
    case 'refused':
      return { status: 422, headers: JSON_TYPE, body: '{"message":"Validation Failed"}' }
    default:
      return kind
  }
}

for (const forge of FORGES) {
  for (const stage of STAGES) {
    test(`${forge}, ${stage.name}${IS_SAMPLE ? ' (a sample)' : ''}`, { timeout: 3_600_000 }, async () => {
      const { requests, end } = await undisturbed(forge, stage)
      expect(requests).toBeGreaterThan(20)
      for (const { request, kind } of casesOf(requests, KINDS)) {
        const world = await worldAt(forge, stage)
        let count = 0
        world.double.onRequest = () => {
          count += 1
          const isHit = count === request || (kind === 'dies' && count > request)
          return isHit ? disturbanceOf(kind) : undefined
        }
        await world.run()
        world.double.onRequest = undefined
        const { code, err } = await world.run()
        const label = `${kind} at request ${request}: ${world.double.log[request - 1]?.path}`
        expect({ code, err }, label).toEqual({ code: 0, err: '' })
        expect(comparable(world), label).toEqual(end)
        await world.stop()
      }
    })
  }
}
