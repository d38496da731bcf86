import { expect, inject, it } from 'vitest'
import { createValidator } from '../../src/schema/validator.ts'
import { Client } from './client.ts'
import { type Comparison, compareText, disagreements, summary, validatorVersion } from './compare.ts'
import { installCustomKinds } from './custom-resources.ts'
import { fixtureResults, kindsIn } from './fixture-files.ts'

const server = inject('apiserver')

it.skipIf(server === null)(
  'a strict server takes what the bundled schemas and rules take, in every fixture result',
  async () => {
    if (server === null) return
    const client = new Client(server.address)
    const version = validatorVersion(server.version)
    const manifests = fixtureResults()
    const installed = await installCustomKinds(client, version, kindsIn(manifests))
    const validator = createValidator({ kubernetesVersion: version })
    const comparisons: Comparison[] = []
    for (const { path, text } of manifests) comparisons.push(...(await compareText(client, validator, path, text)))
    console.log(`${manifests.length} files; custom kinds installed: ${installed.join(', ') || 'none'}`)
    console.log(summary(comparisons))
    expect(comparisons.length).toBeGreaterThan(manifests.length / 2)
    expect(disagreements(comparisons)).toEqual([])
  },
)
