import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { precompileSchemas } from '../scripts/precompile-schemas.ts'
import type { Validator } from '../src/schema/types.ts'
import { createValidator, type ValidatorOptions } from '../src/schema/validator.ts'
import type { JsonObject } from '../src/yaml/value.ts'

describe('the built schema data', () => {
  let directory: string
  let built: { createValidator(options: ValidatorOptions): Validator }

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'kubemend-schemas-'))
    await precompileSchemas(directory)
    const outfile = path.join(directory, 'validator.cjs')
    await build({
      entryPoints: ['src/schema/validator.ts'],
      outfile,
      bundle: true,
      minify: true,
      format: 'cjs',
      platform: 'node',
      logOverride: { 'empty-import-meta': 'silent' },
    })
    built = createRequire(import.meta.url)(outfile) as typeof built
  })

  afterAll(() => rm(directory, { recursive: true, force: true }))

  const containers = [
    { name: 'a', image: 'x', imagePullPolicy: 'always', resources: { limits: { cpu: '1x' } }, bogus: 1 },
  ]
  const documents: JsonObject[] = [
    { apiVersion: 'apps/v1', kind: 'Deployment', spec: { replica: '1', template: { spec: { containers } } } },
    { apiVersion: 'v1', kind: 'Secret', data: { a: '?' }, metadata: { creationTimestamp: 'now' } },
    { apiVersion: 'v1', kind: 'Service', spec: { ports: [{ port: 80 }] } },
    { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', spec: {} },
    { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', spec: { bogus: 1 } },
    { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', spec: { hostnames: [1] } },
    { apiVersion: 'example.com/v1', kind: 'Car' },
  ]

  it.each(['1.36', '1.33'])('judges in a bundle what the sources judge, for %s', kubernetesVersion => {
    const bundled = built.createValidator({ kubernetesVersion })
    const source = createValidator({ kubernetesVersion })
    for (const document of documents) expect(bundled.validate(document)).toEqual(source.validate(document))
  })

  it('holds validators compiled ahead for the common kinds of the default version', () => {
    const validators = createRequire(import.meta.url)(path.join(directory, 'schemas/kubernetes-1.36.cjs')) as Record<
      string,
      unknown
    >
    for (const name of ['V1Deployment', 'V1StatefulSet', 'V1Pod', 'V1Service'])
      expect(validators[name]).toBeTypeOf('function')
  })
})
