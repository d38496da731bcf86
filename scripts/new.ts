// Starts a transform: its file, its line in the ordered list, and its first fixture.
//
//   npm run new -- my-transform

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The new files by path, and the list with the new line; undefined when the id is not kebab-case. */
export function scaffold(id: string, index: string, version: string): Map<string, string> | undefined {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id)) return undefined
  const name = id.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
  const fixture = `fixtures/transforms/${id}`
  return new Map([
    [`transforms/${id}.ts`, transformSource(id, version)],
    [`${fixture}/container-without-the-field/before/deployment.yaml`, manifest('')],
    [`${fixture}/container-without-the-field/after/deployment.yaml`, manifest(`\n${FIELD}`)],
    [`${fixture}/container-with-the-field/same/deployment.yaml`, manifest(`\n${FIELD}`)],
    ['transforms/index.ts', withLine(index, id, name)],
  ])
}

const FIELD = '          terminationMessagePolicy: FallbackToLogsOnError'

function withLine(index: string, id: string, name: string): string {
  const lines = index.split('\n')
  const lastImport = lines.findLastIndex(line => line.startsWith('import ') && line.includes("from './"))
  lines.splice(lastImport + 1, 0, `import ${name} from './${id}.ts'`)
  const close = lines.findLastIndex(line => line.startsWith(']'))
  lines.splice(close, 0, `  ${name},`)
  return lines.join('\n')
}

function transformSource(id: string, version: string): string {
  return `// ${id}: one sentence on what this transform changes.

import { at, change, forEachContainer, set, type Transform } from '../src/sdk.ts'

const FIELD = 'terminationMessagePolicy'

const transform: Transform = {
  id: '${id}',
  title: 'Say in the imperative what a run does',
  rationale: 'Say why a cluster owner cares.',
  category: 'availability',
  since: '${version}',
  kinds: ['Deployment'],
  risks: ['restart'],
  aliases: [],
  references: [],
  refusals: [],
  sections: [],
  *plan(workspace) {
    for (const container of forEachContainer(workspace, ['Deployment'])) {
      const { resource } = container.workload
      const path = [...container.path, FIELD]
      // what is absent from a fragment may stand elsewhere
      if (resource.partial || at(resource.value, path) !== undefined) continue
      yield change({
        target: { resource, container, path },
        code: 'absent',
        why: \`container \${container.name} has no \${FIELD}\`,
        risks: 'restart',
        edits: [set(resource, path, 'FallbackToLogsOnError')],
      })
    }
  },
}

export default transform
`
}

function manifest(field: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web # the one that faces customers
spec:
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: registry.example.com/web:1.4.2${field}
`
}

function main(id: string | undefined): number {
  const index = readFileSync('transforms/index.ts', 'utf8')
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  const files = id === undefined ? undefined : scaffold(id, index, version)
  if (files === undefined) {
    console.error('usage: npm run new -- ID, where ID is kebab-case, such as topology-spread')
    return 2
  }
  for (const [path, text] of files) {
    if (path !== 'transforms/index.ts' && existsSync(path)) {
      console.error(`${path} exists already: choose another id`)
      return 2
    }
    mkdirSync(dirname(join('.', path)), { recursive: true })
    writeFileSync(path, text)
    console.log(path)
  }
  return 0
}

if (process.argv[1]?.endsWith('new.ts')) process.exitCode = main(process.argv[2])
