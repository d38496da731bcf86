// A remote and its forge in a few maps, the bot's run over them in steps, and people who come between any two of these.

import { factsOf } from '../../src/bot/branch-facts.ts'
import { type CommandComment, type ReadControls, readControls } from '../../src/bot/controls.ts'
import { decide } from '../../src/bot/decide.ts'
import type { Decision, Situation } from '../../src/bot/decision.ts'
import type { PullRequest } from '../../src/bot/forge.ts'
import { withMarker } from '../../src/bot/marker.ts'
import { markKey } from '../../src/bot/marks.ts'
import { DUPLICATE, recall } from '../../src/bot/memory.ts'
import type { FindingMark } from '../../src/bot/plan.ts'
import type { Commit, ObjectId } from '../../src/bot/repository.ts'
import { readTrailers, withTrailers } from '../../src/bot/trailers.ts'
import { bodyOf, markOf, objectId, planOf, pullRequest } from './bot-facts.ts'

const NAME = 'kubemend/replicas-0a1b2c3d'
const NOW = 1_800_000_000

interface Plan {
  readonly fingerprint: string
  readonly marks: readonly FindingMark[]
}

/** What a run saw of one branch name, and decided. */
export interface Look {
  readonly name: string
  readonly seen: Situation
  readonly decision: Decision
  /** what the marker is to keep of what people said */
  readonly said: Pick<ReadControls, 'considered'> & ReadControls['lasting']
}

export class World {
  readonly commits = new Map<ObjectId, Commit>()
  readonly heads = new Map<string, ObjectId>()
  /** heads of branches that the bot took back */
  readonly kept: ObjectId[] = []
  pullRequests: PullRequest[] = []
  readonly comments: (CommandComment & { readonly on: number })[] = []
  /** findings of the base, by name */
  readonly findings = new Set(['a', 'b'])
  /** people's commits that they did not take away themselves */
  readonly work = new Set<ObjectId>()
  readonly reviewed = new Set<number>()
  /** keys of marks that a person turned down and did not take back */
  readonly turnedDown = new Set<string>()
  #made = 0

  constructor() {
    this.heads.set('main', this.make([], 'first'))
  }

  make(parents: readonly ObjectId[], message: string, tree = `${this.#made}`): ObjectId {
    this.#made += 1
    const id = objectId(JSON.stringify([parents, message, tree]))
    if (!this.commits.has(id)) {
      this.commits.set(id, { id, tree: objectId(tree), parents, message, committedAt: this.#made })
    }
    return id
  }

  reachable(from: Iterable<ObjectId>): Set<ObjectId> {
    const found = new Set<ObjectId>()
    const open = [...from]
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (found.has(id)) continue
      found.add(id)
      open.push(...(this.commits.get(id)?.parents ?? []))
    }
    return found
  }

  head(name: string): ObjectId {
    return this.heads.get(name) ?? ''
  }

  /** The findings that the branch's last commit of the bot fixes, as the base would have them after a merge. */
  fixedBy(name: string): FindingMark[] {
    for (let id: ObjectId | undefined = this.heads.get(name); id !== undefined; ) {
      const commit: Commit | undefined = this.commits.get(id)
      const trailers = readTrailers(commit?.message ?? '')
      if (trailers !== undefined) return [...trailers.facts.marks]
      id = commit?.parents[0]
    }
    return []
  }

  edit(number: number, change: Partial<PullRequest>): void {
    this.pullRequests = this.pullRequests.map(entry => (entry.number === number ? { ...entry, ...change } : entry))
  }

  /** Pull requests show the head of their branch while they are open, and close when it goes. */
  refresh(): void {
    this.pullRequests = this.pullRequests.map((entry): PullRequest => {
      if (entry.state !== 'open') return entry
      const head = this.heads.get(entry.branch)
      return head === undefined ? { ...entry, state: 'closed' } : { ...entry, head }
    })
  }

  snapshot(): string {
    return JSON.stringify([[...this.heads], this.kept, this.pullRequests])
  }

  look(): Look {
    let look = this.#lookAt(NAME)
    for (let variant = 2; look.decision.action.type === 'sidestep'; variant += 1)
      look = this.#lookAt(`${NAME}-${variant}`)
    return look
  }

  #lookAt(name: string): Look {
    const pullRequests = this.pullRequests.filter(({ branch }) => branch === name).reverse()
    const current = pullRequests.findLast(({ state, base }) => state === 'open' && base === 'main')
    const memory = recall(pullRequests, NOW, 7)
    const { labels = [], title = '', body = '' } = current ?? {}
    const comments = this.comments.filter(({ on }) => on === current?.number)
    const controls = readControls({ labels, title, body, comments, remembered: memory })
    const head = this.heads.get(name)
    const base = this.head('main')
    const older = this.reachable([base])
    const commits = [...this.reachable(head === undefined ? [] : [head])].filter(id => !older.has(id))
    const listed = commits.flatMap(id => this.commits.get(id) ?? []).sort((a, b) => a.committedAt - b.committedAt)
    const refused = new Set([...memory.rejected, ...memory.exhausted].map(markKey))
    const wanted = [...this.findings].sort().filter(name => !controls.ignore.includes(`rule-${name}`))
    const seen: Situation = {
      plan: this.#planOf(wanted.map(markOf).filter(mark => !refused.has(markKey(mark)))),
      baseBranch: 'main',
      baseHead: base,
      branch: head === undefined ? undefined : factsOf({ head, commits: listed }, base),
      pullRequests,
      state: current && { mergeability: 'clean', isReviewed: this.reviewed.has(current.number), isQueued: false },
      reopenable: memory.reopenable,
      controls,
      updates: 'rewrite',
    }
    const { considered, lasting } = controls
    return { name, seen, decision: decide(seen), said: { considered, ...lasting } }
  }

  #planOf(marks: readonly FindingMark[]): Plan | undefined {
    return marks.length === 0 ? undefined : { fingerprint: planOf(marks.map(markKey).join()), marks }
  }

  /** Moves the branch, only from where it was seen; answers whether the run may go on. */
  push({ name, seen, decision: { action } }: Look): boolean {
    const { branch, plan, baseHead } = seen
    const isThere = branch?.plan === plan?.fingerprint
    const isPush = ['create', 'rewrite', 'append'].includes(action.type) || (action.type === 'reopen' && !isThere)
    if (!isPush || plan === undefined) return true
    if (this.head('main') !== baseHead || this.heads.get(name) !== branch?.head) return false
    const parents = action.type === 'append' && branch !== undefined ? [branch.head, baseHead] : [baseHead]
    const tree = `${baseHead} with ${plan.fingerprint}`
    const facts = { plan: plan.fingerprint, base: baseHead, version: '1.0.0', tree: objectId(tree), marks: plan.marks }
    this.heads.set(name, this.make(parents, withTrailers('fix(k8s): it', facts), tree))
    if (action.type === 'rewrite' && action.keep !== undefined) this.kept.push(action.keep)
    this.refresh()
    return true
  }

  /** Opens, edits or closes the pull request; a branch is deleted only from where it was seen. */
  present({ name, seen, decision, said }: Look): void {
    const { action, current, duplicates } = decision
    const { plan, branch } = seen
    for (const { number, body } of duplicates) {
      this.edit(number, { state: 'closed', body: withMarker(body, { withdrawnAt: DUPLICATE }) })
    }
    if (action.type === 'withdraw') {
      if (current !== undefined)
        this.edit(current.number, { state: 'closed', body: withMarker(current.body, { ...said, withdrawnAt: NOW }) })
      if (branch !== undefined && this.heads.get(name) === branch.head) this.heads.delete(name)
      this.refresh()
    } else if (!['leave', 'none', 'sidestep'].includes(action.type) && plan !== undefined) {
      const head = this.head(name)
      const body = bodyOf({
        plan: plan.fingerprint,
        marks: plan.marks,
        ...said,
        head,
      })
      const reopened = action.type === 'reopen' ? action.pullRequest : undefined
      const known =
        reopened ?? current ?? this.pullRequests.find(entry => entry.state === 'open' && entry.branch === name)
      if (known !== undefined) this.edit(known.number, { body, ...(reopened ? { state: 'open' } : {}) })
      else if (head !== '') {
        const number = this.pullRequests.length + 1
        this.pullRequests.push(pullRequest({ number, branch: name, head, body }))
      }
      this.refresh()
    }
  }

  run(): void {
    const look = this.look()
    if (this.push(look)) this.present(look)
  }
}
