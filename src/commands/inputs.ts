// The input of a command: given paths, or a text on standard input with the folder it belongs to as context.

import path from 'node:path'
import type { Host } from '../io/host.ts'
import { DEFAULT_MAX_BYTES, type Inputs } from '../io/inputs.ts'
import { baseFolder, commonFolder, toReportPath } from '../io/paths.ts'
import { decode, hasManifestKeys } from '../io/read.ts'
import { contextOf, type Targets } from '../io/targets.ts'
import { isKustomizationFile } from '../kube/kustomization.ts'
import { STDIN_NAME } from '../report/escape.ts'
import { type Configure, type FoundConfiguration, findConfiguration } from './configuration.ts'
import { type Failure, failure, isFailure } from './failure.ts'
import type { InputFlags } from './options.ts'
import type { Progress } from './progress.ts'
import type { Tooling } from './tooling.ts'

export interface CommandInput {
  readonly inputs: Inputs
  readonly found: FoundConfiguration
  /** bytes of standard input, when that is what is read */
  readonly stdin?: Uint8Array
}

/** Reads the configuration that belongs to the paths, then everything they mean. */
export async function openInput(
  tooling: Tooling,
  flags: InputFlags,
  progress: Progress,
  configure: Configure = found => found,
): Promise<CommandInput | Failure> {
  const { host, transforms } = tooling
  const isStdin = flags.paths.includes('-')
  if (isStdin && flags.paths.length > 1) return failure('- reads standard input and cannot stand beside other paths')
  if (!isStdin && flags.stdinFilename !== undefined) {
    return failure('--stdin-filename names the text of standard input: give - as the path')
  }
  const targets = isStdin ? stdinTargets(host, flags.stdinFilename) : await host.resolveTargets(flags.paths)
  const contexts = targets.targets.map(contextOf)
  const nearest = contexts.length === 0 ? host.cwd : commonFolder(contexts)
  const nearestOne = findConfiguration(host, transforms, nearest, flags)
  if (isFailure(nearestOne)) return nearestOne
  const found = configure(nearestOne)

  const { configuration, folder } = found
  const root =
    flags.root === undefined
      ? configuration.root && path.resolve(folder, configuration.root)
      : path.resolve(host.cwd, flags.root)
  if (root !== undefined && !(await isFolder(host, root))) {
    return failure(`--root ${toReportPath(host.cwd, root)}: there is no such folder: correct the path`)
  }
  const base = root === undefined ? targets.base : baseFolder(host.cwd, [...contexts, root])
  const options = {
    root,
    maxBytes: configuration.maxBytes ?? DEFAULT_MAX_BYTES,
    exclude: configuration.exclude,
    excludeBase: folder,
    onRead: (count: number) => progress.show(`reading: ${count} files`),
  }
  const inputs = await host.readInputs({ ...targets, base }, options)
  if (!isStdin) return { inputs, found }
  const stdin = await host.readStdin()
  return { inputs: withStdin(host, inputs, stdin, flags.stdinFilename), found, stdin }
}

export async function isFolder(host: Host, file: string): Promise<boolean> {
  const { targets, rejected } = await host.resolveTargets([file])
  return targets.some(({ type }) => type === 'folder') || rejected.length > 0
}

/** Without a name the text is complete in itself; with one, what stands in its folder is context. */
function stdinTargets(host: Host, name: string | undefined): Targets {
  const none = { unmatched: [], rejected: [] }
  if (name === undefined) return { ...none, targets: [], base: host.cwd }
  const file = path.resolve(host.cwd, name)
  return { ...none, targets: [{ type: 'file', path: file }], base: baseFolder(host.cwd, [path.dirname(file)]) }
}

/** The text of standard input takes the place of the file that it is named after. */
function withStdin(host: Host, inputs: Inputs, bytes: Uint8Array, given: string | undefined): Inputs {
  const name = given === undefined ? STDIN_NAME : toReportPath(inputs.base, path.resolve(host.cwd, given))
  const others = <T extends { readonly file: string }>(list: readonly T[]) => list.filter(({ file }) => file !== name)
  const rest = {
    ...inputs,
    sources: inputs.sources.filter(source => source.path !== name),
    skipped: others(inputs.skipped),
    refused: others(inputs.refused),
    given: new Set([name]),
  }
  const skip = (reason: string): Inputs => ({ ...rest, skipped: [...rest.skipped, { file: name, reason }] })
  if (bytes.length === 0) return skip('empty')
  if (bytes.includes(0)) return skip('binary')
  const text = decode(bytes)
  if (text === undefined) {
    const refusal = { file: name, code: 'not-utf-8', text: 'the text is not UTF-8: convert it to UTF-8 first' }
    return { ...rest, refused: [...rest.refused, refusal] }
  }
  if (!isKustomizationFile(name) && !hasManifestKeys(text)) return skip('not-kubernetes')
  return { ...rest, sources: [...rest.sources, { path: name, text, selected: true }] }
}
