// The build's schema step: compiles the common kinds of the default version ahead, and puts the data beside the bundles.

import { copyFileSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { _, Ajv } from 'ajv'
import standaloneCode from 'ajv/dist/standalone/index.js'
import { type BuildOptions, build } from 'esbuild'
import { precompiledName } from '../src/schema/bundled.ts'
import { AJV_OPTIONS, definitionReferences } from '../src/schema/compiler.ts'
import { BundledDefinitions } from '../src/schema/definitions.ts'
import { DEFAULT_VERSION } from '../src/schema/versions.ts'

/** Kinds that most trees hold; all others are compiled when first met. */
const COMMON_KINDS: readonly (readonly [apiVersion: string, kind: string])[] = [
  ['apps/v1', 'DaemonSet'],
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'ReplicaSet'],
  ['apps/v1', 'StatefulSet'],
  ['autoscaling/v2', 'HorizontalPodAutoscaler'],
  ['batch/v1', 'CronJob'],
  ['batch/v1', 'Job'],
  ['cert-manager.io/v1', 'Certificate'],
  ['networking.k8s.io/v1', 'Ingress'],
  ['networking.k8s.io/v1', 'NetworkPolicy'],
  ['policy/v1', 'PodDisruptionBudget'],
  ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
  ['rbac.authorization.k8s.io/v1', 'ClusterRoleBinding'],
  ['rbac.authorization.k8s.io/v1', 'Role'],
  ['rbac.authorization.k8s.io/v1', 'RoleBinding'],
  ['storage.k8s.io/v1', 'StorageClass'],
  ['v1', 'ConfigMap'],
  ['v1', 'LimitRange'],
  ['v1', 'Namespace'],
  ['v1', 'PersistentVolume'],
  ['v1', 'PersistentVolumeClaim'],
  ['v1', 'Pod'],
  ['v1', 'ResourceQuota'],
  ['v1', 'Secret'],
  ['v1', 'Service'],
  ['v1', 'ServiceAccount'],
]

const CODE: BuildOptions = {
  bundle: true,
  minify: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  legalComments: 'none',
  logLevel: 'warning',
}

/**
 * Writes `schemas/` into the folder of the bundles: `kubernetes.json` and `custom.json`, the validators of the common
 * kinds as `kubernetes-<version>.cjs`, and the compiler for all others as `ajv.cjs`. The run time finds them there.
 */
export async function precompileSchemas(outDir: string): Promise<void> {
  const target = path.join(outDir, 'schemas')
  mkdirSync(target, { recursive: true })
  for (const name of ['kubernetes.json', 'custom.json'])
    copyFileSync(path.join('schemas', name), path.join(target, name))
  await build({
    ...CODE,
    stdin: { contents: commonValidators(), resolveDir: 'src/schema', loader: 'js' },
    outfile: path.join(target, `${precompiledName(DEFAULT_VERSION)}.cjs`),
  })
  await build({
    ...CODE,
    stdin: { contents: "export { Ajv } from 'ajv'", resolveDir: '.', loader: 'js' },
    outfile: path.join(target, 'ajv.cjs'),
  })
}

function commonValidators(): string {
  const definitions = new BundledDefinitions(DEFAULT_VERSION)
  const code = { source: true, lines: false, optimize: 1, formats: _`require("./formats.ts").formats` }
  const ajv = new Ajv({ ...AJV_OPTIONS, code })
  const names = COMMON_KINDS.map(([apiVersion, kind]) => {
    const name = definitions.nameOf(apiVersion, kind)
    if (name === undefined) throw new Error(`no definition of ${apiVersion} ${kind}: correct COMMON_KINDS`)
    return name
  })
  const added = new Set<string>()
  const open = [...names]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (added.has(name)) continue
    added.add(name)
    const schema = definitions.schemaOf(name) ?? {}
    ajv.addSchema(schema, name)
    open.push(...definitionReferences(schema))
  }
  return standaloneCode(ajv, Object.fromEntries(names.map(name => [name, name])))
}
