// What the manifests say about a ZooKeeper server: its image's dialect, its list of servers, its port and its data.

import { type Container, effectiveImage, isBelow, type Mount, mountsOf, type Workspace } from '../../src/sdk.ts'
import { type DataPlace, dataPlaces } from '../stateful/data.ts'
import { type Setting, settingOf } from '../stateful/env.ts'
import type { Dialect, Lookup } from './dialects.ts'

export interface Server {
  readonly dialect: Dialect
  readonly container: Container
  readonly lookup: Lookup
  /** whether nothing sets the variable, as far as the files tell */
  readonly isAbsent: (name: string) => boolean
  /** number of servers in its list; 0 without a list, undefined when the list is not known */
  readonly listed: number | undefined
  readonly clientPort: number | undefined
  readonly places: readonly DataPlace[]
  /** path of a mounted file or folder that replaces the configuration from variables */
  readonly mountedConfig: string | undefined
}

export function readServer(workspace: Workspace, container: Container, dialect: Dialect): Server {
  const setting = (name: string): Setting => settingOf(workspace, container, name)
  const lookup: Lookup = name => {
    const found = setting(name)
    return found.kind === 'text' ? found.text : undefined
  }
  const list = setting(dialect.listVariable)
  return {
    dialect,
    container,
    lookup,
    isAbsent: name => setting(name).kind === 'absent',
    listed: list.kind === 'unknown' ? undefined : list.kind === 'absent' ? 0 : dialect.entries(list.text).length,
    clientPort: dialect.clientPort(lookup),
    places: dataPlaces(workspace, container, dialect.dataPaths(lookup)),
    mountedConfig: mountsOf(container).find(mount => dialect.configFiles.some(file => brings(mount, file)))?.path,
  }
}

/** Volumes with content of somebody's; others bring a file only when they are mounted at its very folder. */
const FILLED: ReadonlySet<string | undefined> = new Set(['configMap', 'secret', 'projected'])

function brings(mount: Mount, file: string): boolean {
  const folder = file.slice(0, file.lastIndexOf('/'))
  return mount.path === file || mount.path === folder || (FILLED.has(mount.source) && isBelow(file, mount.path))
}

/** Whether the tag says a version before 3.5, whose server lists and ports are written in another way. */
export function isBefore35(workspace: Workspace, container: Container): boolean {
  return /^v?3\.[0-4](?:\D|$)/.test(effectiveImage(workspace, container)?.tag ?? '')
}
