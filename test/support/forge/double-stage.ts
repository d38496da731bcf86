// A stage of the stories on a forge's double.

import type { Forge, ForgeKind } from '../../../src/bot/forge.ts'
import { createRedactor } from '../../../src/bot/redact.ts'
import { createHttp, type Http, type HttpOptions } from '../../../src/forge/http.ts'
import type { BotStage } from './bot-scenario.ts'
import { type TestClock, testClock } from './clock.ts'
import type { RepositoryState } from './repository-state.ts'
import { type Face, type ForgeDouble, startForge } from './server.ts'
import type { Account } from './state.ts'
import { GitWorker } from './worker.ts'

export interface DoubleStage extends BotStage {
  readonly double: ForgeDouble
  readonly repository: RepositoryState
  readonly accounts: { readonly bot: Account; readonly ann: Account; readonly reader: Account }
  readonly clock: TestClock
  /** API requests so far, as `METHOD path` below the API's address */
  requests(): string[]
}

export interface DoubleOptions {
  readonly kind: ForgeKind
  readonly face: Face
  /** `owner/name`, with all groups where the forge has such */
  readonly place: string
  /** path of the API below the host */
  readonly api: string
  readonly scopes: readonly string[]
  readonly headers: (token: string) => Readonly<Record<string, string>>
  readonly explain: NonNullable<HttpOptions['explain']>
  readonly create: (http: Http, clock: TestClock) => Forge
}

const TOKEN = 'canary-0123456789'

export async function openDouble(options: DoubleOptions): Promise<DoubleStage> {
  const double = await startForge({ faces: [options.face] })
  const repository = double.create(options.place, { 'k8s/web.yaml': 'kind: Deployment\nspec:\n  replicas: 1\n' })
  const bot = double.account('mender', { token: TOKEN, name: 'Mender', scopes: options.scopes })
  const ann = double.account('ann')
  const reader = double.account('rob', { role: 'read' })
  const clock = testClock()
  const workers = [bot, ann].map(({ login }) => new GitWorker(repository.git.url, login))
  const [botGit, annGit] = workers as [GitWorker, GitWorker]
  const requests = () =>
    double.log
      .filter(({ channel }) => channel === 'api')
      .map(({ method, path }) => `${method} ${path.slice(options.api.length)}`)
  let seen = 0
  return {
    ...{ double, repository, clock, requests, accounts: { bot, ann, reader } },
    ...{ kind: options.kind, address: `${double.url}/${options.place}`, token: TOKEN },
    writes: async () => {
      const fresh = requests().slice(seen)
      seen += fresh.length
      return fresh.filter(request => !request.startsWith('GET '))
    },
    settle: async () => {},
    forge: () => {
      const http = createHttp({
        base: `${double.url}${options.api}`,
        headers: options.headers(TOKEN),
        redact: createRedactor([TOKEN]),
        explain: options.explain,
        clock,
      })
      return options.create(http, clock)
    },
    bot: { login: bot.login, git: botGit },
    person: {
      login: ann.login,
      git: annGit,
      approve: async number => repository.review(number, ann, 'approved'),
      say: async (number, text) => void repository.comment(number, ann, text),
      close: async number => repository.close(number),
      merge: async number => void repository.merge(number),
    },
    reader: reader.login,
    stop: async () => {
      for (const worker of workers) worker.stop()
      await double.stop()
    },
  }
}

/** The same with an empty repository. */
export async function emptied(opened: Promise<DoubleStage>): Promise<DoubleStage> {
  const stage = await opened
  stage.repository.git.remove('main')
  return stage
}
