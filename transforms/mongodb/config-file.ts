// The configuration file that --config names, as far as it can be read without starting the server.

import {
  asArray,
  asString,
  type Container,
  isBelow,
  type Json,
  member,
  stringMap,
  type Workspace,
} from '../../src/sdk.ts'

/** Settings by their full names, such as `security.authorization`. */
export type ConfigFile = ReadonlyMap<string, string>

/** The file's settings; undefined when it is not in a ConfigMap of the set, or not written as plain YAML maps. */
export function readConfigFile(workspace: Workspace, container: Container, file: string): ConfigFile | undefined {
  const text = textOf(workspace, container, file)
  return text === undefined ? undefined : parseConfigFile(text)
}

function textOf(workspace: Workspace, container: Container, file: string): string | undefined {
  const mounts = asArray(container.value.volumeMounts).filter(mount =>
    isBelow(file, asString(member(mount, 'mountPath')) ?? ' '),
  )
  const mount = mounts.sort((a, b) => pathOf(b).length - pathOf(a).length)[0]
  const volume = asArray(container.workload.spec.volumes).find(
    candidate => member(candidate, 'name') === member(mount, 'name'),
  )
  const source = member(volume, 'configMap')
  const name = asString(member(source, 'name'))
  if (mount === undefined || name === undefined) return undefined
  const below = file.slice(pathOf(mount).length).replace(/^\//, '')
  const subPath = asString(member(mount, 'subPath')) ?? ''
  const inVolume = [subPath, below].filter(step => step !== '').join('/')
  const item = asArray(member(source, 'items')).find(entry => member(entry, 'path') === inVolume)
  const key = asString(member(item, 'key')) ?? inVolume
  return stringMap(workspace.named(container.workload.resource, 'ConfigMap', name)?.value.data)[key]
}

function pathOf(mount: Json | undefined): string {
  return (asString(member(mount, 'mountPath')) ?? '').replace(/(?<=.)\/$/, '')
}

/** Maps of maps, one key a line; anything else of YAML (flow maps, anchors, lists) makes it unreadable. */
export function parseConfigFile(text: string): ConfigFile | undefined {
  const settings = new Map<string, string>()
  const parents: { readonly indent: number; readonly name: string }[] = []
  for (const raw of text.split('\n')) {
    const line = raw.replace(/(?:^|\s)#.*$/, '').trimEnd()
    if (line === '' || line === '---') continue
    const match = /^( *)([\w.]+)\s*:(?:\s+(.*))?$/.exec(line)
    if (match === null) return undefined
    const [, indent = '', key = '', value = ''] = match
    if (/^[{[&*|>!]/.test(value)) return undefined
    while ((parents.at(-1)?.indent ?? -1) >= indent.length) parents.pop()
    const name = [...parents.map(parent => parent.name), key].join('.')
    if (value === '') parents.push({ indent: indent.length, name: key })
    else settings.set(name, value.replace(/^(["'])(.*)\1$/, '$2'))
  }
  return settings
}
