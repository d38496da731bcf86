// A forge with one repository of manifests, and the bot run on it in this process as its command does.

import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { ForgeKind } from '../../src/bot/forge.ts'
import { botClose } from '../../src/commands/bot/close.ts'
import { type Connect, connector } from '../../src/commands/bot/connect.ts'
import { botDoctor } from '../../src/commands/bot/doctor.ts'
import type { BotCloseFlags, BotFlags, BotRunFlags } from '../../src/commands/bot/options.ts'
import { botRun } from '../../src/commands/bot/run.ts'
import { botStatus } from '../../src/commands/bot/status.ts'
import type { Failure } from '../../src/commands/failure.ts'
import type { Tooling } from '../../src/commands/tooling.ts'
import { NO_PACING } from '../../src/forge/pacing.ts'
import transforms from '../../transforms/index.ts'
import { testClock } from './forge/clock.ts'
import { giteaFace } from './forge/gitea.ts'
import { githubFace } from './forge/github.ts'
import { gitlabFace } from './forge/gitlab.ts'
import type { RepositoryState } from './forge/repository-state.ts'
import { type Face, type ForgeDouble, startForge } from './forge/server.ts'
import type { Account } from './forge/state.ts'
import type { Entries } from './git-repository.ts'
import { recordingHost } from './host.ts'

export const TOKEN = 'ghp_canary0123456789'

export interface World {
  readonly kind: ForgeKind
  readonly double: ForgeDouble
  readonly repository: RepositoryState
  readonly bot: Account
  /** a person who may push */
  readonly ann: Account
  run(flags?: Partial<BotRunFlags>): Promise<BotOutput>
  status(flags?: Partial<BotFlags>): Promise<BotOutput>
  close(flags: Partial<BotCloseFlags>): Promise<BotOutput>
  doctor(flags?: Partial<BotFlags>): Promise<BotOutput>
  /** requests since the last call of this function */
  requests(): string[]
  stop(): Promise<void>
}

export interface BotOutput {
  readonly code: number
  readonly out: string
  readonly err: string
}

export type Kind = 'github' | 'gitlab' | 'gitea'

const FACES: Readonly<Record<Kind, () => Face>> = {
  github: githubFace,
  gitlab: gitlabFace,
  gitea: giteaFace,
}

const SCOPES: Readonly<Record<Kind, readonly string[]>> = {
  github: ['public_repo'],
  gitlab: ['api', 'write_repository'],
  gitea: ['write:repository', 'write:issue', 'read:user'],
}

/** One Deployment whose findings fall into a few groups. */
export const SHOP: Entries = {
  'k8s/web.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replicas: 1 # enough for the demo
  selector:
    matchLabels: { app: web }
  template:
    metadata:
      labels: { app: web }
    spec:
      containers:
        - name: web
          image: registry.example.com/shop/web:1.4
          imagePullPolicy: Never
          ports:
            - containerPort: 8080
---
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  selector: { app: web }
  ports:
    - port: 80
      targetPort: 8080
`,
  'README.md': '# shop\n',
}

/** What an App's token looks like: GitHub signs what its API makes with one. */
export const APP_TOKEN = 'ghs_canary0123456789'

export async function createWorld(
  kind: Kind,
  files: Entries = SHOP,
  { token = TOKEN, scopes = SCOPES[kind] }: { readonly token?: string; readonly scopes?: readonly string[] } = {},
): Promise<World> {
  const double = await startForge({ faces: [FACES[kind]()] })
  const repository = double.create('acme/shop', files)
  const bot = double.account('mender', { token, name: 'Mender', scopes, isBot: token === APP_TOKEN })
  const ann = double.account('ann')
  let seen = 0
  const flags: BotFlags = {
    repositories: [`${double.url}/acme/shop`],
    forge: kind,
    trustsRepository: false,
    paths: [],
    format: 'text',
    quiet: false,
  }
  const perform = <T extends BotFlags>(given: T, command: Verb<T>) => performIn(token, given, command)
  return {
    ...{ kind, double, repository, bot, ann },
    run: changes => perform({ ...flags, dryRun: false, isFull: true, ...changes }, botRun),
    status: changes => perform({ ...flags, ...changes }, botStatus),
    close: changes => perform({ ...flags, branches: [], all: false, ...changes }, botClose),
    doctor: changes => perform({ ...flags, ...changes }, botDoctor),
    requests: () => {
      const fresh = double.log.slice(seen).map(({ method, path: target }) => `${method} ${target}`)
      seen = double.log.length
      return fresh
    },
    stop: () => double.stop(),
  }
}

type Verb<T extends BotFlags> = (tooling: Tooling, flags: T, connect: Connect) => Promise<number | Failure>

async function performIn<T extends BotFlags>(token: string, flags: T, command: Verb<T>): Promise<BotOutput> {
  const host = { ...recordingHost(process.cwd()), env: { KUBEMEND_TOKEN: token } }
  const connect = connector(host, flags, { pacing: NO_PACING, clock: testClock() })
  const outcome = await command({ host, transforms, version: '0.0.0' }, flags, connect)
  if (typeof outcome !== 'number') throw new Error(outcome.messages.join('\n'))
  return { code: outcome, out: host.printed(), err: host.complained() }
}

/** Files of a folder by their paths in it. */
export function filesIn(folder: string): Entries {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return Object.fromEntries(
    names.flatMap(name => {
      const file = path.join(folder, name)
      try {
        return [[name.split(path.sep).join('/'), readFileSync(file, 'utf8')]]
      } catch {
        return []
      }
    }),
  )
}

/** Everything that a person can see of the repository and its pull requests, without times and ids. */
export function snapshot({ repository }: World) {
  repository.sync()
  return {
    refs: Object.fromEntries(repository.git.refs()),
    pulls: repository.pulls.map(
      ({ number, branch, base, title, body, state, isDraft, labels, reviewers, comments }) => ({
        ...{ number, branch, base, title, body, state, isDraft },
        labels: [...labels].sort(),
        reviewers: [...reviewers].sort(),
        comments: comments.map(({ author, body: text }) => `${author.login}: ${text}`),
      }),
    ),
  }
}
