// What the sweeps share: stages of the bot's work, and which of all cases are tried.

import { readMarker, withMarker } from '../../src/bot/marker.ts'
import { createWorld, SHOP, snapshot, type World } from './bot-world.ts'

const WEB = 'k8s/web.yaml'
const web = String(SHOP[WEB])

/** With `KUBEMEND_BOT_SWEEP=sample` some of all cases are tried, the same at every run. */
export const IS_SAMPLE = process.env.KUBEMEND_BOT_SWEEP === 'sample'
/** cases of a sample */
const SAMPLE = 2

export const FORGES = ['github', 'gitlab', 'gitea'] as const

export interface Stage {
  readonly name: string
  /** Brings a new world to where the disturbed run begins. */
  prepare(world: World): Promise<void>
}

export const STAGES: readonly Stage[] = [
  { name: 'first run', prepare: async () => {} },
  {
    name: 'later run',
    // one pull request is reviewed, one changes, one is fixed elsewhere: appended, rebuilt, withdrawn
    prepare: async world => {
      await world.run()
      const { repository, ann } = world
      const reviewed = repository.openPulls().find(({ branch }) => branch.includes('replicas'))
      repository.review(reviewed?.number ?? 0, ann, 'approved')
      repository.git.commit('main', {
        [WEB]: web.replace('enough for the demo', 'changed').replace('Never', 'IfNotPresent'),
      })
    },
  },
]

/** A world at the beginning of a stage. */
export async function worldAt(forge: (typeof FORGES)[number], stage: Stage): Promise<World> {
  const world = await createWorld(forge)
  await stage.prepare(world)
  world.requests()
  return world
}

/** Requests that the undisturbed run of a stage sends, and where it ends. */
export async function undisturbed(forge: (typeof FORGES)[number], stage: Stage) {
  const world = await worldAt(forge, stage)
  try {
    await world.run()
    return { requests: world.requests().length, end: comparable(world) }
  } finally {
    await world.stop()
  }
}

/** The end state without what depends on the order in which pull requests were opened. */
export function comparable(world: World) {
  const { refs, pulls } = snapshot(world)
  const sorted = pulls
    .map(({ number: _, body, ...pull }) => ({ ...pull, body: undated(body) }))
    .sort((a, b) => (a.branch < b.branch ? -1 : 1))
  return { refs, pulls: sorted }
}

/** The moment at which a run withdrew something is its own. */
function undated(body: string): string {
  const isWithdrawn = readMarker(body)?.withdrawnAt !== undefined
  return isWithdrawn ? withMarker(body, { withdrawnAt: 1 }) : body
}

/** Every pair of a request and a disturbance, or some of them spread evenly. */
export function casesOf<T>(requests: number, kinds: readonly T[]): { readonly request: number; readonly kind: T }[] {
  const all = Array.from({ length: requests }, (_, index) => index + 1).flatMap(request =>
    kinds.map(kind => ({ request, kind })),
  )
  if (!IS_SAMPLE || all.length <= SAMPLE) return all
  const step = all.length / SAMPLE
  return Array.from({ length: SAMPLE }, (_, index) => all[Math.floor((index + 0.5) * step)]).filter(
    entry => entry !== undefined,
  )
}
