// The configuration: what a file may say, what it comes to for a resource, and that the published schema is fresh.

import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { vocabularyOf } from '../src/commands/configuration.ts'
import type { Configuration } from '../src/config/configuration.ts'
import { parseConfiguration } from '../src/config/parse.ts'
import { configurationSchema, type Vocabulary } from '../src/config/schema.ts'
import type { Section } from '../src/config/section.ts'
import { EffectiveSettings } from '../src/config/settings.ts'
import type { Resource } from '../src/kube/resource.ts'
import { configurationJudge } from '../src/schema/configuration.ts'
import type { JsonObject } from '../src/yaml/value.ts'
import transforms from '../transforms/index.ts'

const SIZE: Section<{ readonly small: number; readonly names: readonly string[] }> = {
  name: 'size',
  description: 'How large things are.',
  schema: {
    type: 'object',
    properties: { small: { type: 'integer', minimum: 1 }, names: { type: 'array', items: { type: 'string' } } },
    additionalProperties: false,
  },
  defaults: { small: 1, names: ['a'] },
}

const VOCABULARY: Vocabulary = {
  sections: [SIZE, SIZE],
  rules: ['grow', 'shrink'],
  risks: ['none', 'restart', 'access'],
}

function parse(text: string) {
  return parseConfiguration(text, 'kubemend.yaml', configurationJudge(configurationSchema(VOCABULARY)))
}

function parsed(text: string): Configuration {
  const result = parse(text)
  if (!result.ok) throw new Error(result.problems.map(problem => problem.text).join('\n'))
  return result.configuration
}

function problems(text: string): string[] {
  const result = parse(text)
  return result.ok
    ? []
    : result.problems.map(({ text: problem, place }) => `${place?.line}:${place?.column} ${problem}`)
}

function resource(facts: {
  file?: string
  kind?: string
  namespace?: string
  name?: string
  value?: JsonObject
}): Resource {
  const { file = 'a.yaml', kind = 'Deployment', namespace, name = 'api', value = {} } = facts
  const origin = { file, document: 0, path: [] }
  return { origin, apiVersion: 'apps/v1', group: 'apps', kind, name, namespace, value, partial: false, selected: true }
}

describe('a configuration file', () => {
  test('without content is one that says nothing', () => {
    expect(parsed('')).toMatchObject({ file: 'kubemend.yaml', risks: undefined, skip: [], overrides: [] })
    expect(parsed('# only a comment\n').value).toEqual({})
  })

  test('may be JSON and may name its schema', () => {
    expect(parsed('{"$schema": "./config.schema.json", "skip": ["grow"]}').skip).toEqual(['grow'])
  })

  test.each([
    ['sise: {}\n', '1:1 unknown field "sise": did you mean "size"?'],
    ['size: { smal: 2 }\n', '1:9 size: unknown field "smal": did you mean "small"?'],
    ['size:\n  small: two\n', '2:3 size.small: "two" is no integer'],
    ['kubernetesVersion: 1.30\n', '1:1 kubernetesVersion: 1.3 is no text: put it in quotes'],
    ['files: { maxBytes: 0 }\n', '1:10 files.maxBytes: 0 is not >= 1'],
    ['only: [grwo]\n', '1:8 only[0]: "grwo" is none of grow, shrink'],
    ['transforms: { grow: { enabled: maybe } }\n', '1:23 transforms.grow.enabled: "maybe" is no boolean'],
    ['transforms: { groe: {} }\n', '1:15 transforms: unknown field "groe": did you mean "grow"?'],
    ['overrides:\n  - set:\n      size: { small: 0 }\n', '3:15 overrides[0].set.size.small: 0 is not >= 1'],
    ['- a\n', '1:1 the configuration is no map of keys'],
    ['skip: []\n---\nskip: []\n', '3:1 the file holds several documents; a configuration is one'],
  ])('that reads %j is refused: %s', (text, problem) => {
    expect(problems(text)).toEqual([problem])
  })

  test('is told all its mistakes at once, in their order', () => {
    expect(problems('a: 1\nskip: [x]\nb: 2\n').map(problem => problem.split(' ')[0])).toEqual(['1:1', '2:8', '3:1'])
  })
})

describe('settings', () => {
  const settings = new EffectiveSettings(
    parsed(`
size: { small: 2 }
risks: [none]
transforms: { grow: { risks: [none, restart] } }
overrides:
  - paths: ["prod/**"]
    set: { size: { names: [p] } }
  - namespaces: [shop-*]
    kinds: [Deployment]
    set: { size: { small: 5 } }
    skip: [shrink]
    risks: [access]
  - names: [api]
    paths: ["prod/**"]
    risks: []
`),
    file => file.replace(/^k8s\//, ''),
  )

  test('are the defaults, under the file, under every override that fits', () => {
    expect(new EffectiveSettings().get(SIZE)).toEqual({ small: 1, names: ['a'] })
    expect(settings.get(SIZE)).toEqual({ small: 2, names: ['a'] })
    expect(settings.get(SIZE, resource({ file: 'k8s/prod/x/a.yaml' }))).toEqual({ small: 2, names: ['p'] })
    expect(settings.get(SIZE, resource({ file: 'k8s/prod/a.yaml', namespace: 'shop-a' }))).toEqual({
      small: 5,
      names: ['p'],
    })
    expect(settings.get(SIZE, resource({ namespace: 'shop-a', kind: 'StatefulSet' }))).toEqual({
      small: 2,
      names: ['a'],
    })
  })

  test('of an override by namespace do not fit a resource whose namespace is unknown', () => {
    expect(settings.get(SIZE, resource({})).small).toBe(2)
  })

  test('allow risks by the last override that fits, then by transform, then by file', () => {
    expect(settings.risks('shrink', resource({}))).toEqual(['none'])
    expect(settings.risks('grow', resource({}))).toEqual(['none', 'restart'])
    expect(settings.risks('grow', resource({ namespace: 'shop-a' }))).toEqual(['access'])
    expect(settings.risks('grow', resource({ namespace: 'shop-a', file: 'k8s/prod/a.yaml' }))).toEqual([])
    expect(new EffectiveSettings().risks('grow', resource({}))).toBeUndefined()
  })

  test('silence a rule by override or by annotation, and say by which', () => {
    const annotations = { 'kubemend.dev/skip': 'grow , other' }
    expect(settings.skipped(resource({ namespace: 'shop-a' }), 'shrink')).toBe('kubemend.yaml: overrides[1].skip')
    expect(settings.skipped(resource({}), 'shrink')).toBeUndefined()
    const byAnnotation = 'annotation kubemend.dev/skip'
    expect(settings.skipped(resource({ value: { metadata: { annotations } } }), 'grow')).toBe(byAnnotation)
    expect(settings.skipped(resource({ value: { metadata: { annotations } } }), 'shrink')).toBeUndefined()
    const template = { metadata: { annotations }, spec: { containers: [] } }
    expect(settings.skipped(resource({ value: { spec: { template } } }), 'grow')).toBe(byAnnotation)
  })
})

describe('the published schema', () => {
  const published = JSON.parse(readFileSync('schemas/config.schema.json', 'utf8'))

  test('is the one that the transforms declare: else run `npm run config-schema`', () => {
    expect(published).toEqual(JSON.parse(JSON.stringify(configurationSchema(vocabularyOf(transforms)))))
  })

  test('is a JSON Schema of 2020-12 that describes every key', () => {
    expect(new Ajv2020({ strict: false }).validateSchema(published)).toBe(true)
    for (const [name, schema] of Object.entries<{ description?: string }>(published.properties)) {
      if (name !== '$schema') expect(schema.description, name).toMatch(/\w{3}/)
    }
  })

  test('accepts the defaults of every section', () => {
    const validate = new Ajv2020({ strict: false }).compile(published)
    for (const { name, defaults } of transforms.flatMap(transform => transform.sections)) {
      expect(validate({ [name]: defaults }), `${name}: ${JSON.stringify(validate.errors)}`).toBe(true)
    }
  })
})
