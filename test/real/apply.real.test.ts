import { expect, inject, it } from 'vitest'
import { NO_CONFIGURATION } from '../../src/config/configuration.ts'
import type { Finding, RunResult } from '../../src/engine/outcome.ts'
import { at } from '../../src/yaml/path.ts'
import transforms from '../../transforms/index.ts'
import { apply, runCase } from '../support/fixture-run.ts'
import { caseNames, type FixtureCase, filesBelow, readCase } from '../support/fixtures.ts'
import { Client } from './client.ts'
import { validatorVersion } from './compare.ts'
import { installCustomKinds } from './custom-resources.ts'
import { fixtureResults, kindsIn } from './fixture-files.ts'
import { createNamespaces, type ManifestObject, objectKey, objectsIn } from './objects.ts'

/** What the server says when a field of a live object may not change. */
const IMMUTABLE = /field is immutable|updates may not change fields|updates to .* are forbidden/

const server = inject('apiserver')

it.skipIf(server === null)(
  'what is fixed applies on top of what was there, and a second apply changes nothing',
  async () => {
    if (server === null) return
    const client = new Client(server.address)
    const version = validatorVersion(server.version)
    await installCustomKinds(client, version, kindsIn(fixtureResults()))
    const replay = new Replay(client, version)
    for (const { id } of transforms) {
      for (const name of caseNames(id)) await replay.replay(readCase(id, name))
    }
    await replay.replay(platform())
    console.log(replay.summary())
    expect(replay.faults).toEqual([])
    expect(replay.counts.get('changed Service of type ClusterIP')).toBeGreaterThan(10)
    expect(replay.counts.get('changed Deployment')).toBeGreaterThan(50)
    expect(replay.counts.get('immutable Job')).toBeGreaterThan(0)
    expect(replay.counts.get('immutable Pod')).toBeGreaterThan(0)
  },
)

/** The main fixture, as `fix --unsafe` sees it. */
function platform(): FixtureCase {
  const before = filesBelow('fixtures/platform/k8s')
  const rest = { same: false, context: new Map(), configuration: NO_CONFIGURATION, outcomes: undefined }
  return { transform: 'platform', name: 'k8s', before, after: before, ...rest }
}

/** Applies fixtures before and after the fix, and keeps what the server says against it. */
class Replay {
  readonly faults: string[] = []
  readonly counts = new Map<string, number>()
  readonly #client: Client
  readonly #version: string

  constructor(client: Client, version: string) {
    this.#client = client
    this.#version = version
  }

  async replay(fixture: FixtureCase): Promise<void> {
    const result = runCase(fixture, fixture.before, transforms)
    if (result.files.length === 0) return
    const before = objectsIn(fixture.before, this.#version)
    const after = objectsIn(apply(fixture.before, result), this.#version)
    const place = `${fixture.transform}/${fixture.name}`
    await createNamespaces(this.#client, [...before.values(), ...after.values()])
    const live = await this.#applyBefore(before)
    for (const object of after.values()) {
      if (before.has(object.key) && !live.has(object.key)) continue
      const isNew = !before.has(object.key)
      if (isNew || before.get(object.key)?.text !== object.text) await this.#applyAfter(place, object, isNew, result)
    }
    for (const { target } of [...before.values(), ...after.values()]) {
      // without a controller a namespace would stay half deleted for ever
      if (target.kind !== 'Namespace') await this.#client.delete(target)
    }
  }

  /** Keys of the objects that the server holds now; some fixtures are invalid on purpose, or of kinds unknown to it. */
  async #applyBefore(objects: ReadonlyMap<string, ManifestObject>): Promise<ReadonlySet<string>> {
    const live = new Set<string>()
    for (const { key, target, text } of objects.values()) {
      const { accepted } = await this.#client.apply(target, text, 'real')
      if (accepted) live.add(key)
      else this.#count('not applied before the fix')
    }
    return live
  }

  async #applyAfter(place: string, object: ManifestObject, isNew: boolean, result: RunResult): Promise<void> {
    const { target, text } = object
    const first = await this.#client.apply(target, text, 'real')
    const steps = result.findings.filter(finding => objectKey(finding.resource) === object.key).flatMap(deletions)
    if (first.accepted) {
      const type = target.kind === 'Service' ? ` of type ${at(first.object ?? null, ['spec', 'type'])}` : ''
      this.#count(`${isNew ? 'new' : 'changed'} ${target.kind}${type}`)
      const needless = steps.find(step => step.includes('&& kubectl apply'))
      if (needless !== undefined) this.#fault(place, object, `the report says "${needless}", and a plain apply does`)
    } else if (steps.length > 0 && IMMUTABLE.test(first.message)) {
      this.#count(`immutable ${target.kind}`)
      await this.#client.delete(target)
      // a Job that was made is written once more by the first apply on top of it, whatever that says
      await this.#client.apply(target, text, 'real')
    } else return this.#fault(place, object, first.message)
    await this.#applyTwice(place, object)
  }

  async #applyTwice(place: string, object: ManifestObject): Promise<void> {
    const versions: unknown[] = []
    for (const _ of ['first', 'second']) {
      const verdict = await this.#client.apply(object.target, object.text, 'real')
      if (!verdict.accepted) return this.#fault(place, object, verdict.message)
      versions.push(at(verdict.object ?? null, ['metadata', 'resourceVersion']))
    }
    if (versions[0] !== versions[1]) this.#fault(place, object, 'a second apply changes it')
  }

  summary(): string {
    return [...this.counts]
      .sort()
      .map(([name, count]) => `${name}: ${count}`)
      .join(', ')
  }

  #count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
  }

  #fault(place: string, { target }: ManifestObject, text: string): void {
    this.faults.push(`${place}: ${target.kind} ${target.name}: ${text}`)
  }
}

/** Commands of the report that delete the object, to be run before or after the fixed one is applied. */
function deletions({ resource, followUps }: Finding): string[] {
  const command = `kubectl delete ${resource.kind.toLowerCase()}/${resource.name}`
  return followUps.flatMap(({ commands }) => (commands ?? []).filter(line => line.startsWith(command)))
}
