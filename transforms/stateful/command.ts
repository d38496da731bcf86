// A container's command, where it may be wrapped: what is exported before the image's own start script runs.

import { asArray, asString, type Container, type Edit, type Path, set } from '../../src/sdk.ts'

export interface Wrapper {
  /** variable and the shell text of its value, such as `$((${POD_NAME##*-} + 1))` */
  readonly exports: readonly (readonly [name: string, value: string])[]
  /** how the image starts the server: its entrypoint, then the arguments of its own command */
  readonly entrypoint: readonly string[]
}

/** Number of the member, from the end of the pod's name; `$HOSTNAME` is the node's under hostNetwork. */
export function ordinalPlus(base: number): string {
  return base === 0 ? `\${POD_NAME##*-}` : `$((\${POD_NAME##*-} + ${base}))`
}

/**
 * Edits that run the exports before the server. Known shapes only: no command, the image's own one (whole or its
 * arguments), or a `sh -c`/`bash -c` script that ends in it. Undefined for every other command.
 */
export function wrapperEdits(container: Container, wrapper: Wrapper): Edit[] | undefined {
  const { resource } = container.workload
  const { command, args } = container.value
  const words = [...asArray(command), ...asArray(args)]
  if (words.some(word => typeof word !== 'string')) return undefined
  if (isOwnCommand(asArray(command).map(String), asArray(args).map(String), wrapper.entrypoint)) {
    const script = `${exportsOf(wrapper).join('; ')}; exec ${wrapper.entrypoint.join(' ')}`
    const edits = [set(resource, [...container.path, 'command'], ['sh', '-c', script])]
    return args === undefined ? edits : [...edits, { op: 'remove', resource, path: [...container.path, 'args'] }]
  }
  const place = scriptPlace(container)
  const script = place === undefined ? undefined : wrapScript(place.script, wrapper)
  return place === undefined || script === undefined ? undefined : [set(resource, place.path, script)]
}

function exportsOf({ exports }: Wrapper): string[] {
  return exports.map(([name, value]) => `export ${name}=${value}`)
}

/** Whether command and args start the server as the image does; each may be there in part or not at all. */
function isOwnCommand(command: readonly string[], args: readonly string[], entrypoint: readonly string[]): boolean {
  const given = [...command, ...args].join(' ')
  const whole = entrypoint.join(' ')
  if (given === '' || given === whole) return true
  // args alone go to the image's entrypoint; the entrypoint alone runs the image's arguments no longer
  return command.length === 0 && given === entrypoint.slice(1).join(' ')
}

/** The script of `sh -c` or `bash -c`, in `command` or in `args`, when it is the last word. */
function scriptPlace(container: Container): { readonly path: Path; readonly script: string } | undefined {
  const command = asArray(container.value.command).map(asString)
  const args = asArray(container.value.args).map(asString)
  const [shell = '', option = '', script, ...rest] = [...command, ...args]
  if (!/^(?:\/(?:usr\/)?bin\/)?(?:ba)?sh$/.test(shell) || !/^-[eux]*c$/.test(option)) return undefined
  if (script === undefined || rest.length > 0 || command.length === 0) return undefined
  const inCommand = command.length > 2
  const index = inCommand ? 2 : 2 - command.length
  return { path: [...container.path, inCommand ? 'command' : 'args', index], script }
}

/** The script with the exports before its last command, undefined when that is not the image's own start. */
function wrapScript(script: string, wrapper: Wrapper): string | undefined {
  const whole = wrapper.entrypoint.join(' ').replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const match = new RegExp(`^([\\s\\S]*?)(exec\\s+)?${whole}(\\s*;?\\s*)$`).exec(script)
  if (match === null) return undefined
  const [, before = '', , end = ''] = match
  if (wrapper.exports.some(([name]) => new RegExp(`\\b${name}=`).test(before))) return undefined
  const separator = /(;|&&|\n)\s*$/.exec(before)?.[1]
  if (before.trim() !== '' && separator === undefined) return undefined
  const glue = separator === '&&' ? ' && ' : separator === '\n' ? `\n${lastIndent(before)}` : '; '
  return `${before}${exportsOf(wrapper).join(glue)}${glue}exec ${wrapper.entrypoint.join(' ')}${end}`
}

/** Indentation of the line that comes next. */
function lastIndent(before: string): string {
  return /\n([ \t]*)$/.exec(before)?.[1] ?? ''
}
