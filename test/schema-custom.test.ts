import { describe, expect, it } from 'vitest'
import { toStrictSchema } from '../src/schema/custom-resource.ts'
import { schemaPath, schemaSource } from '../src/schema/location.ts'
import type { Validation } from '../src/schema/types.ts'
import { createValidator } from '../src/schema/validator.ts'
import { toPointer } from '../src/yaml/path.ts'
import type { JsonObject } from '../src/yaml/value.ts'

function verdict(validation: Validation): string[] | string {
  if (validation.status !== 'invalid') return validation.status
  return validation.errors.map(error => `${toPointer(error.path)}: ${error.message}`)
}

function definition(spec: JsonObject, root: JsonObject = {}): JsonObject {
  const openAPIV3Schema = { type: 'object', properties: { spec: { type: 'object', ...spec } }, ...root }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    spec: { group: 'example.com', names: { kind: 'Car' }, versions: [{ name: 'v1', schema: { openAPIV3Schema } }] },
  }
}

function judge(crd: JsonObject, spec: JsonObject, rest: JsonObject = {}): string[] | string {
  const validator = createValidator({ kubernetesVersion: '1.36', customResourceDefinitions: [crd] })
  return verdict(
    validator.validate({ apiVersion: 'example.com/v1', kind: 'Car', metadata: { name: 'a' }, spec, ...rest }),
  )
}

describe('custom resources of the workspace', () => {
  it('take no field that their definition does not name', () => {
    const crd = definition({ properties: { wheels: { type: 'integer' } }, required: ['wheels'] })
    expect(judge(crd, { wheels: 4 })).toBe('valid')
    expect(judge(crd, { wheel: 4 })).toEqual([
      '/spec/wheels: required field "wheels" is missing',
      '/spec/wheel: unknown field "wheel": did you mean "wheels"?',
    ])
    expect(judge(crd, { wheels: 4 }, { extra: 1 })).toEqual(['/extra: unknown field "extra"'])
  })

  it('have the metadata of every resource', () => {
    const crd = definition({}, {})
    expect(judge(crd, {}, { metadata: { name: 'a', labels: { a: 'b' }, label: {} } })).toEqual([
      '/metadata/label: unknown field "label": did you mean "labels"?',
    ])
  })

  it('keep unknown fields where the definition says so, and still judge the known ones', () => {
    const crd = definition({
      'x-kubernetes-preserve-unknown-fields': true,
      properties: { wheels: { type: 'integer' } },
    })
    expect(judge(crd, { anything: { goes: [null] } })).toBe('valid')
    expect(judge(crd, { anything: 1, wheels: 'four' })).toEqual(['/spec/wheels: "four" is no integer'])
  })

  it('take a number or a text where the definition says int-or-string', () => {
    const crd = definition({
      properties: { port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] } },
    })
    expect(judge(crd, { port: 80 })).toBe('valid')
    expect(judge(crd, { port: 'http' })).toBe('valid')
    expect(judge(crd, { port: true })).toEqual(['/spec/port: true is no integer or text'])
  })

  it('hold whole resources where the definition says so', () => {
    const crd = definition({
      properties: {
        template: {
          type: 'object',
          'x-kubernetes-embedded-resource': true,
          'x-kubernetes-preserve-unknown-fields': true,
        },
      },
    })
    expect(judge(crd, { template: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: {} } })).toBe('valid')
    expect(judge(crd, { template: { apiVersion: 'v1', kind: 'Pod', metadata: { nam: 'a' } } })).toEqual([
      '/spec/template/metadata/nam: unknown field "nam": did you mean "name"?',
    ])
  })

  it('keep to limits, enums, maps and sequences', () => {
    const crd = definition({
      properties: {
        doors: { type: 'integer', minimum: 0, exclusiveMinimum: true, maximum: 5, format: 'int32' },
        color: { type: 'string', enum: ['red', 'blue'] },
        plate: { type: 'string', pattern: '^[A-Z]+$', maxLength: 3 },
        notes: { type: 'object', additionalProperties: { type: 'string' } },
        seats: { type: 'array', items: { type: 'object', properties: { row: { type: 'integer' } } }, maxItems: 2 },
      },
    })
    expect(judge(crd, { doors: 5, color: 'red', plate: 'ABC', notes: { any: 'thing' }, seats: [{ row: 1 }] })).toBe(
      'valid',
    )
    expect(judge(crd, { doors: 0 })).toEqual(['/spec/doors: 0 is not > 0'])
    expect(judge(crd, { doors: 6 })).toEqual(['/spec/doors: 6 is not <= 5'])
    expect(judge(crd, { color: 'green' })).toEqual(['/spec/color: "green" is none of red, blue'])
    expect(judge(crd, { plate: 'ABCD' })).toEqual(['/spec/plate: "ABCD" is longer than 3'])
    expect(judge(crd, { notes: { a: 1 } })).toEqual(['/spec/notes/a: 1 is no text'])
    expect(judge(crd, { seats: [{ rows: 1 }] })).toEqual([
      '/spec/seats/0/rows: unknown field "rows": did you mean "row"?',
    ])
  })

  it('keep to alternatives without closing them to the fields of their parent', () => {
    const crd = definition({
      properties: { petrol: { type: 'boolean' }, electric: { type: 'boolean' }, name: { type: 'string' } },
      oneOf: [{ required: ['petrol'] }, { required: ['electric'] }],
    })
    expect(judge(crd, { petrol: true, name: 'a' })).toBe('valid')
    expect(judge(crd, { name: 'a' })).not.toBe('valid')
  })

  it('are judged without the patterns that JavaScript cannot read', () => {
    expect(judge(definition({ properties: { a: { type: 'string', pattern: '(?i)^x' } } }), { a: 'y' })).toBe('valid')
  })

  it('are read from the schema of apiextensions.k8s.io/v1beta1 too', () => {
    const crd = {
      kind: 'CustomResourceDefinition',
      spec: {
        group: 'example.com',
        version: 'v1',
        names: { kind: 'Car' },
        validation: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object' } } } },
      },
    }
    expect(judge(crd, { wheels: 4 })).toEqual(['/spec/wheels: unknown field "wheels"'])
  })

  it('come before the bundled schema of the same kind', () => {
    const crd = {
      spec: {
        group: 'cert-manager.io',
        names: { kind: 'Certificate' },
        versions: [
          { name: 'v1', schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } },
        ],
      },
    }
    const validator = createValidator({ kubernetesVersion: '1.36', customResourceDefinitions: [crd] })
    expect(validator.validate({ apiVersion: 'cert-manager.io/v1', kind: 'Certificate', any: 'thing' }).status).toBe(
      'valid',
    )
  })

  it.each<[string, JsonObject]>([
    ['no spec', {}],
    ['a text for a spec', { spec: 'x' }],
    ['no schema', { spec: { group: 'example.com', names: { kind: 'Car' }, versions: [{ name: 'v1' }] } }],
    [
      'a schema that is no map',
      {
        spec: {
          group: 'example.com',
          names: { kind: 'Car' },
          versions: [{ name: 'v1', schema: { openAPIV3Schema: [] } }],
        },
      },
    ],
  ])('are not validated by a definition with %s', (_, crd) => {
    expect(judge(crd, {})).toBe('not-validated')
  })

  it('are not validated by a schema that cannot be compiled', () => {
    expect(judge(definition({ properties: { a: { type: 'nonsense' } } }), { a: 1 })).toBe('not-validated')
  })

  it('share equal parts of their schema, so that each is compiled once', () => {
    const part = { type: 'object', properties: { name: { type: 'string' } } }
    const schema = toStrictSchema({
      type: 'object',
      properties: { a: part, b: part, c: { type: 'array', items: part } },
    } as JsonObject)
    expect(Object.keys(schema.definitions as object)).toHaveLength(2)
  })
})

describe('schema locations', () => {
  it.each([
    ['schemas', 'apps/v1', 'Deployment', 'schemas/v1.36.0-standalone-strict/deployment-apps-v1.json'],
    ['schemas/', 'v1', 'Service', 'schemas/v1.36.0-standalone-strict/service-v1.json'],
    [
      's/{{ .Group }}/{{ .ResourceKind }}_{{ .ResourceAPIVersion }}.json',
      'networking.istio.io/v1beta1',
      'Gateway',
      's/networking.istio.io/gateway_v1beta1.json',
    ],
    ['s/{{.ResourceKind}}{{.KindSuffix}}.json', 'networking.k8s.io/v1', 'Ingress', 's/ingress-networking-v1.json'],
    ['s/{{ .NormalizedKubernetesVersion }}/{{ .Unknown }}', 'v1', 'Pod', 's/v1.36.0/{{ .Unknown }}'],
  ])('%s with %s %s is %s', (location, apiVersion, kind, path) => {
    expect(schemaPath(location, apiVersion, kind, '1.36')).toBe(path)
  })

  function judgeWith(files: Record<string, unknown>, locations: string[], value: JsonObject): string[] | string {
    const read = (path: string) => (Object.hasOwn(files, path) ? JSON.stringify(files[path]) : undefined)
    const validator = createValidator({ kubernetesVersion: '1.36', schemas: schemaSource(locations, read) })
    return verdict(validator.validate(value))
  }

  const car: JsonObject = { apiVersion: 'example.com/v1', kind: 'Car', spec: { wheels: 4 } }
  const schema = {
    $schema: 'http://json-schema.org/schema#',
    $id: 'https://example.com/car.json',
    type: 'object',
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      spec: { type: ['object', 'null'], properties: { wheels: { type: 'integer' } } },
    },
  }

  it('give schemas that are made strict', () => {
    const files = { 'second/car.json': schema }
    const locations = ['first/{{ .ResourceKind }}.json', 'second/{{ .ResourceKind }}.json']
    expect(judgeWith(files, locations, car)).toBe('valid')
    expect(judgeWith(files, locations, { ...car, spec: { wheel: 4 } })).toEqual([
      '/spec/wheel: unknown field "wheel": did you mean "wheels"?',
    ])
  })

  it('give schemas that refer to other files, and to themselves', () => {
    const files = {
      's/car.json': {
        type: 'object',
        properties: { apiVersion: {}, kind: {}, spec: { $ref: '_definitions.json#/definitions/spec' } },
      },
      's/_definitions.json': {
        definitions: {
          spec: {
            type: 'object',
            properties: { wheels: { $ref: '#/definitions/count' }, trailer: { $ref: '#/definitions/spec' } },
          },
          count: { type: 'integer' },
        },
      },
    }
    const locations = ['s/{{ .ResourceKind }}.json']
    expect(judgeWith(files, locations, { ...car, spec: { wheels: 4, trailer: { wheels: 2 } } })).toBe('valid')
    expect(judgeWith(files, locations, { ...car, spec: { trailer: { trailer: { wheels: 'two' } } } })).toEqual([
      '/spec/trailer/trailer/wheels: "two" is no integer',
    ])
  })

  it('come before the bundled schemas, which serve the kinds that no location has', () => {
    const files = { 's/configmap.json': { type: 'object', required: ['data'] } }
    const locations = ['s/{{ .ResourceKind }}.json']
    expect(judgeWith(files, locations, { apiVersion: 'v1', kind: 'ConfigMap' })).toEqual([
      '/data: required field "data" is missing',
    ])
    expect(judgeWith(files, locations, { apiVersion: 'v1', kind: 'Secret', bogus: 1 })).toEqual([
      '/bogus: unknown field "bogus"',
    ])
  })

  it('that hold nonsense leave the kind unvalidated and say where', () => {
    const validator = createValidator({
      kubernetesVersion: '1.36',
      schemas: schemaSource(['s/{{ .ResourceKind }}.json'], () => '{"type": 5}'),
    })
    expect(validator.validate(car)).toMatchObject({
      status: 'not-validated',
      reason: expect.stringContaining('s/car.json'),
    })
    const broken = createValidator({ kubernetesVersion: '1.36', schemas: schemaSource(['s'], () => '{') })
    expect(broken.validate(car).status).toBe('not-validated')
  })
})
