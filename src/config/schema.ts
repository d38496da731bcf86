// The JSON Schema (2020-12) of the configuration, put together from kubemend's own keys and the transforms' sections.

import type { Section } from './section.ts'

/** What a configuration may name: derived from the transforms, so that no list is kept by hand. */
export interface Vocabulary {
  /** of the transforms: overrides may set them, too */
  readonly sections: readonly Section<unknown>[]
  /** of kubemend itself: about no resource, so that no override sets them */
  readonly ownSections?: readonly Section<unknown>[]
  /** ids of the transforms */
  readonly rules: readonly string[]
  readonly risks: readonly string[]
}

/** Keys of the configuration that belong to no transform, with their description for the reference. */
const OWN_KEYS = {
  kubernetesVersion: 'Kubernetes version whose schemas validate, such as "1.36"',
  root: 'folder whose tree is read as context of the given paths, relative to this file',
  risks: 'risks that fix may take without a flag; the default is none and restart',
  only: 'transforms to run; all when it is absent',
  skip: 'transforms not to run',
  files: 'which files are read',
  schemaLocations: 'folders or path templates with further schemas, relative to this file',
  transforms: 'settings by transform: whether it runs and which risks it may take',
  overrides: 'settings for a part of the resources; later entries win',
} as const

const FILE_KEYS = {
  exclude: 'globs of files to pass over, relative to this file',
  maxBytes: 'largest file that is read, in bytes',
} as const

const CONDITIONS = {
  paths: 'globs over file paths, relative to this file',
  namespaces: 'globs over namespaces',
  kinds: 'kinds, such as Deployment',
  names: 'globs over resource names',
} as const

/** Every section once, in the order of the transforms that declare them. */
export function distinctSections(sections: readonly Section<unknown>[]): Section<unknown>[] {
  return [...new Map(sections.map(section => [section.name, section])).values()]
}

/** Schema of a whole configuration file; unknown keys are errors everywhere that kubemend declares the keys. */
export function configurationSchema(vocabulary: Vocabulary): Readonly<Record<string, unknown>> {
  const sections = sectionSchemas(vocabulary.sections)
  const risks = list({ enum: vocabulary.risks }, OWN_KEYS.risks)
  const rule = { enum: vocabulary.rules }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:kubemend:schema:config:1',
    title: 'kubemend configuration',
    ...closed({
      $schema: { type: 'string' },
      kubernetesVersion: { type: 'string', pattern: '^v?[0-9]+\\.[0-9]+', description: OWN_KEYS.kubernetesVersion },
      root: { type: 'string', minLength: 1, description: OWN_KEYS.root },
      risks,
      only: list(rule, OWN_KEYS.only),
      skip: list(rule, OWN_KEYS.skip),
      files: {
        description: OWN_KEYS.files,
        ...closed({
          exclude: list({ type: 'string', minLength: 1 }, FILE_KEYS.exclude),
          maxBytes: { type: 'integer', minimum: 1, description: FILE_KEYS.maxBytes },
        }),
      },
      schemaLocations: list({ type: 'string', minLength: 1 }, OWN_KEYS.schemaLocations),
      transforms: {
        description: OWN_KEYS.transforms,
        ...closed(Object.fromEntries(vocabulary.rules.map(id => [id, transformSchema(risks)]))),
      },
      overrides: {
        description: OWN_KEYS.overrides,
        type: 'array',
        items: closed({
          ...Object.fromEntries(
            Object.entries(CONDITIONS).map(([name, text]) => [name, list({ type: 'string', minLength: 1 }, text)]),
          ),
          set: { description: 'values by section, laid over those of the file', ...closed(sections) },
          skip: list(rule, 'transforms that leave these resources alone'),
          risks,
        }),
      },
      ...sections,
      ...sectionSchemas(vocabulary.ownSections ?? []),
    }),
  }
}

function sectionSchemas(sections: readonly Section<unknown>[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    distinctSections(sections).map(({ name, description, schema }) => [name, { description, ...schema }]),
  )
}

function transformSchema(risks: object): object {
  return closed({
    enabled: { type: 'boolean', description: 'whether the transform runs' },
    risks: { ...risks, description: 'risks that this transform may take without a flag' },
  })
}

function closed(properties: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { type: 'object', properties, additionalProperties: false }
}

function list(items: object, description: string): object {
  return { type: 'array', items, description }
}
