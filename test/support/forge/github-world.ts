// A repository on the double's GitHub, made anew for each test, with the accounts that the tests speak of.

import { afterEach, beforeEach } from 'vitest'
import type { Forge } from '../../../src/bot/forge.ts'
import { createRedactor } from '../../../src/bot/redact.ts'
import { createGithub, explainGithub, type GithubOptions, githubHeaders } from '../../../src/forge/github/index.ts'
import { createHttp, type Exchange } from '../../../src/forge/http.ts'
import { type TestClock, testClock } from './clock.ts'
import { githubFace } from './github.ts'
import { branchIn } from './new-branch.ts'
import type { RepositoryState } from './repository-state.ts'
import { type Disturbance, type ForgeDouble, startForge } from './server.ts'
import type { Account } from './state.ts'

export const TOKEN = 'ghp_canary0123456789'
export const APP_TOKEN = 'ghs_canary0123456789'

export interface World {
  readonly double: ForgeDouble
  readonly repository: RepositoryState
  /** who asks, unless another token is given */
  readonly bot: Account
  readonly app: Account
  readonly ann: Account
  readonly clock: TestClock
}

export let world: World

export async function startWorld(face = githubFace()): Promise<void> {
  const double = await startForge({ faces: [face] })
  const files = { 'k8s/web.yaml': 'replicas: 1\n', 'run.sh': { mode: '100755', content: 'x' } }
  world = {
    double,
    repository: double.create('acme/shop', files),
    bot: double.account('mender', { token: TOKEN, name: 'Mender', scopes: ['public_repo'] }),
    app: double.account('kubemend[bot]', { token: APP_TOKEN, isBot: true }),
    ann: double.account('ann'),
    clock: testClock(),
  }
}

/** Begins a world before each test and ends it after, when a broken contract fails the test. */
export function useWorld(): void {
  beforeEach(() => startWorld())
  afterEach(() => world.double.stop())
}

export function forge({ token = TOKEN, ...options }: Partial<GithubOptions> = {}, trace: Exchange[] = []): Forge {
  const { double, clock } = world
  const http = createHttp({
    base: `${double.url}/api/v3`,
    headers: githubHeaders(token),
    redact: createRedactor([token]),
    explain: explainGithub,
    trace: exchange => trace.push(exchange),
    clock,
  })
  return createGithub({ owner: 'acme', name: 'shop', http, token, ...options })
}

/** A branch with a change to merge; answers its head. */
export function branch(name?: string, text?: string): string {
  return branchIn(world.repository, name, text)
}

/** Answers so many requests whose method, path and body match. */
export function disturb(answer: Disturbance, matching: RegExp, times = 1): void {
  let left = times
  world.double.onRequest = ({ method, path, body }) => {
    if (!matching.test(`${method} ${path} ${JSON.stringify(body)}`) || left === 0) return undefined
    left -= 1
    return answer
  }
}

/** Method and path of every request to the API so far. */
export function requests(): string[] {
  return world.double.log.filter(({ channel }) => channel === 'api').map(({ method, path }) => `${method} ${path}`)
}
