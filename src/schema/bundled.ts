// The only file of this room that touches the disk: kubemend's own schema data, read when first needed.

import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Ajv as AjvClass } from 'ajv'
import type { CompactSchemas } from './compact.ts'

// The bundles are CommonJS, where `import.meta` is empty; the sources are modules, where `__filename` is unknown.
const here = typeof __filename === 'string' ? __filename : fileURLToPath(import.meta.url)
const isBundle = !here.endsWith('.ts')
const load = createRequire(here)

/** Folder of the schema data: `schemas/` of the repository, or `schemas/` beside the bundle. */
function schemaDirectory(): string {
  return path.join(path.dirname(here), isBundle ? 'schemas' : '../../schemas')
}

export function readCompactSchemas(name: 'kubernetes' | 'custom'): CompactSchemas {
  return JSON.parse(readFileSync(path.join(schemaDirectory(), `${name}.json`), 'utf8')) as CompactSchemas
}

export type StandaloneValidate = ((value: unknown) => boolean) & { errors?: readonly unknown[] | null }

/** Validators that the build compiled, by definition name; empty where there are none (other versions, the sources). */
export function loadPrecompiled(kubernetesVersion: string): Readonly<Record<string, StandaloneValidate>> {
  const file = path.join(schemaDirectory(), `${precompiledName(kubernetesVersion)}.cjs`)
  return isBundle && existsSync(file) ? (load(file) as Record<string, StandaloneValidate>) : {}
}

export function precompiledName(kubernetesVersion: string): string {
  return `kubernetes-${kubernetesVersion}`
}

/** The schema compiler, loaded on demand: it costs more than most runs need. */
export function loadAjv(): typeof AjvClass {
  const module = load(isBundle ? path.join(schemaDirectory(), 'ajv.cjs') : 'ajv') as { Ajv: typeof AjvClass }
  return module.Ajv
}

/** The validator of configuration files that the build compiled; undefined in the sources. */
export function loadConfigurationValidator(): StandaloneValidate | undefined {
  if (!isBundle) return undefined
  return (load(path.join(schemaDirectory(), 'config.cjs')) as { readonly config: StandaloneValidate }).config
}

/** The compiler of JSON Schema 2020-12; only in the sources, as the bundles bring what it would compile. */
export function loadAjv2020(): typeof AjvClass {
  return (load('ajv/dist/2020') as { Ajv2020: typeof AjvClass }).Ajv2020
}
