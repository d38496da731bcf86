// The manifests of all fixtures, as the API server will be asked about them.

import { readdirSync } from 'node:fs'
import { isKubernetesObject } from '../../src/kube/resource.ts'
import { readText } from '../../src/yaml/read.ts'
import { filesBelow } from '../support/fixtures.ts'

export interface Manifest {
  readonly path: string
  readonly text: string
}

const TRANSFORMS = 'fixtures/transforms'
const PLATFORM = 'fixtures/platform'

/** What fixtures say that kubemend leaves behind: `after` or `same` of every case, and every state of the platform. */
export function fixtureResults(): Manifest[] {
  const cases = foldersIn(TRANSFORMS).flatMap(transform =>
    foldersIn(`${TRANSFORMS}/${transform}`).flatMap(name =>
      ['after', 'same'].map(state => `${TRANSFORMS}/${transform}/${name}/${state}`),
    ),
  )
  const platform = foldersIn(PLATFORM).map(state => `${PLATFORM}/${state}`)
  return [...cases, ...platform].flatMap(manifestsIn)
}

function manifestsIn(folder: string): Manifest[] {
  return [...filesBelow(folder)]
    .filter(([path]) => /\.(ya?ml|json)$/.test(path))
    .map(([path, text]) => ({ path: `${folder}/${path}`, text }))
}

function foldersIn(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true })
  return entries.filter(entry => entry.isDirectory()).map(entry => entry.name)
}

/** Every `apiVersion/kind` of the manifests. */
export function kindsIn(manifests: readonly Manifest[]): ReadonlySet<string> {
  const kinds = new Set<string>()
  for (const { text } of manifests) {
    const read = readText(text)
    for (const { value } of read.ok ? read.documents : []) {
      if (isKubernetesObject(value)) kinds.add(`${String(value.apiVersion)}/${String(value.kind)}`)
    }
  }
  return kinds
}
