// Builds dist/: minified CommonJS bundles by entry, the schema data, and the notices of what is bundled.
//
//   npm run build

import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import standaloneCode from 'ajv/dist/standalone/index.js'
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild'
import { vocabularyOf } from '../src/commands/configuration.ts'
import { configurationSchema } from '../src/config/schema.ts'
import { AJV_OPTIONS } from '../src/schema/compiler.ts'
import transforms from '../transforms/index.ts'
import { precompileSchemas } from './precompile-schemas.ts'

const OUT = 'dist'

/** What is loaded only when it is used, and the bundle that brings it. */
const LAZY: Readonly<Record<string, string>> = {
  'main.ts': './main.cjs',
  'main-bot.ts': './bot.cjs',
  'patch.ts': './diff.cjs',
  'sarif.ts': './diff.cjs',
}

const lazyBundles: Plugin = {
  name: 'lazy-bundles',
  setup({ onResolve }) {
    onResolve({ filter: /\.ts$/ }, ({ kind, path: target }) => {
      const bundle = kind === 'dynamic-import' ? LAZY[path.basename(target)] : undefined
      return bundle === undefined ? undefined : { path: bundle, external: true }
    })
  },
}

const BUNDLE_URL = 'const bundleUrl=require("node:url").pathToFileURL(__filename).href;'

const CODE = {
  bundle: true,
  minify: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
  // a lazy bundle is required: loading it as a module would start the module loader as well
  supported: { 'dynamic-import': false },
  // modules that are bundled into CommonJS still ask for their own URL
  define: { 'import.meta.url': 'bundleUrl' },
  banner: { js: BUNDLE_URL },
  plugins: [lazyBundles],
} satisfies BuildOptions

const ENTRIES: readonly BuildOptions[] = [
  {
    entryPoints: ['src/bin.ts'],
    outfile: `${OUT}/cli.cjs`,
    banner: { js: `#!/usr/bin/env node\nrequire("node:module").enableCompileCache?.();${BUNDLE_URL}` },
  },
  { entryPoints: ['src/main.ts'], outfile: `${OUT}/main.cjs` },
  { entryPoints: ['src/main-bot.ts'], outfile: `${OUT}/bot.cjs` },
  // all in one file: a runner starts it once, and what lies beside it is the schema data alone
  { entryPoints: ['src/action.ts'], outfile: `${OUT}/action.cjs`, plugins: [] },
  {
    stdin: {
      contents: "export * from './report/patch.ts'\nexport * from './report/sarif.ts'",
      resolveDir: 'src',
      loader: 'ts',
    },
    outfile: `${OUT}/diff.cjs`,
  },
]

rmSync(OUT, { recursive: true, force: true })
mkdirSync(OUT)
const metafiles: Metafile[] = []
for (const entry of ENTRIES) metafiles.push((await build({ ...CODE, ...entry, metafile: true })).metafile)
chmodSync(`${OUT}/cli.cjs`, 0o755)
await precompileSchemas(OUT)
metafiles.push(await precompileConfiguration())
for (const name of ['config.schema.json', 'report.schema.json']) cpSync(`schemas/${name}`, `${OUT}/schemas/${name}`)
writeFileSync(`${OUT}/THIRD_PARTY_NOTICES`, notices(metafiles))

/** The validator of configuration files, so that a run with a configuration needs no schema compiler. */
async function precompileConfiguration(): Promise<Metafile> {
  const formats = AJV_OPTIONS.formats
  const ajv = new Ajv2020({ ...AJV_OPTIONS, formats, code: { source: true, lines: false, optimize: 1 } })
  ajv.addSchema(configurationSchema(vocabularyOf(transforms)), 'config')
  const { metafile } = await build({
    ...CODE,
    metafile: true,
    stdin: { contents: standaloneCode(ajv, { config: 'config' }), resolveDir: '.', loader: 'js' },
    outfile: `${OUT}/schemas/config.cjs`,
  })
  return metafile
}

/** Licences of all packages of which a bundle holds a part. */
function notices(metafiles: readonly Metafile[]): string {
  // precompileSchemas bundles the compiler by itself
  const names = new Set(['ajv', 'fast-deep-equal', 'json-schema-traverse', 'fast-uri'])
  for (const file of metafiles.flatMap(metafile => Object.keys(metafile.inputs))) {
    const match = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)
    if (match?.[1] !== undefined) names.add(match[1])
  }
  return [...names].sort().map(notice).join('\n')
}

function notice(name: string): string {
  const folder = path.join('node_modules', name)
  const { version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find(entry => /^licen[cs]e/i.test(entry))
  const text =
    file === undefined ? 'The package carries no licence text.' : readFileSync(path.join(folder, file), 'utf8')
  return `${name} ${version} (${license})\n\n${text.trim()}\n\n${'-'.repeat(80)}\n`
}
