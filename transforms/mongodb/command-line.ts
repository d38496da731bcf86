// The command line of mongod in the official image: which options it has, and edits that add some.

import { append, asArray, type Container, type Edit, type Path, remove, set } from '../../src/sdk.ts'

export interface Option {
  /** without dashes, a long name: `config` for `-f` */
  readonly name: string
  readonly value: string | undefined
}

export interface CommandLine {
  /** `entrypoint` makes users and runs scripts before the first start; `mongod` is the server alone */
  readonly starts: 'entrypoint' | 'mongod'
  /** the words behind the program */
  readonly words: readonly string[]
  readonly options: readonly Option[]
  readonly place: Place
}

type Place =
  | { readonly kind: 'list'; readonly path: Path; readonly present: boolean }
  | { readonly kind: 'script'; readonly path: Path; readonly script: string }
  /** the script of `splitEdits` */
  | { readonly kind: 'split'; readonly path: Path }

const ENTRYPOINT = /^(?:\/(?:usr\/local\/bin|usr\/bin|entrypoint)\/|\/)?docker-entrypoint\.sh$/
const MONGOD = /^(?:\/usr\/(?:local\/)?bin\/)?mongod$/
const SHELL = /^(?:\/(?:usr\/)?bin\/)?(?:ba)?sh$/

/** Words that a shell takes as they stand; `$(NAME)` is filled in by Kubernetes before the shell runs. */
const PLAIN_WORD = /^(?:[\w./:=,@%+-]|\$\([A-Za-z_][\w.-]*\))+$/

/**
 * The command line, in the shapes that options can be added to: the image's own start with or without arguments,
 * mongod itself, a shell script of one such command, or the one that starts the first member in another way than the
 * others. Undefined for every other command, mongos included.
 */
export function readCommandLine(container: Container): CommandLine | undefined {
  const { command, args } = container.value
  const all = [...asArray(command), ...asArray(args)]
  if (isOdd(command) || isOdd(args) || all.some(word => typeof word !== 'string')) return undefined
  const words = all.map(String)
  const own = asArray(command).length
  const inArgs = own === 0 || asArray(args).length > 0
  const path = [...container.path, inArgs ? 'args' : 'command']
  const present = words.length > 0
  if (SHELL.test(words[0] ?? '') && own > 0) return scriptLine(container, words, own)
  return lineOf(words, own === 0, { kind: 'list', path, present })
}

function isOdd(value: unknown): boolean {
  return value !== undefined && value !== null && !Array.isArray(value)
}

/** `-c` and one command without anything that the shell would have to interpret. */
function scriptLine(container: Container, words: readonly string[], own: number): CommandLine | undefined {
  const [, option = '', script, ...rest] = words
  if (!/^-[eux]*c$/.test(option) || script === undefined || rest.length > 0) return undefined
  const options = splitOptions(script)
  if (options !== undefined && own > 2) {
    const path = [...container.path, 'command', 2]
    return { starts: 'entrypoint', words: options, options: optionsOf(options), place: { kind: 'split', path } }
  }
  const inner = script.trim().split(/\s+/)
  if (!inner.every(word => PLAIN_WORD.test(word)) || script.trim().includes('\n')) return undefined
  const path = own > 2 ? [...container.path, 'command', 2] : [...container.path, 'args', 2 - own]
  return lineOf(inner[0] === 'exec' ? inner.slice(1) : inner, false, { kind: 'script', path, script })
}

function lineOf(words: readonly string[], byImage: boolean, place: Place): CommandLine | undefined {
  const [program = '', ...rest] = words
  const line = (starts: CommandLine['starts'], options: readonly string[]) => ({
    ...{ starts, words: options, options: optionsOf(options), place },
  })
  if (byImage && (program === '' || program.startsWith('-'))) return line('entrypoint', words)
  if (byImage && program === 'mongod') return line('entrypoint', rest)
  if (ENTRYPOINT.test(program)) {
    if (rest[0] === 'mongod') return line('entrypoint', rest.slice(1))
    // without an argument the entrypoint has nothing to start
    return rest[0]?.startsWith('-') ? line('entrypoint', rest) : undefined
  }
  return MONGOD.test(program) ? line('mongod', rest) : undefined
}

const SHORT: Readonly<Record<string, string>> = { '-f': 'config', '-v': 'verbose' }

function optionsOf(words: readonly string[]): Option[] {
  const options: Option[] = []
  for (const [index, word] of words.entries()) {
    if (!word.startsWith('-')) continue
    const equals = word.indexOf('=')
    if (equals > 0) options.push({ name: word.slice(2, equals), value: word.slice(equals + 1) })
    else {
      const next = words[index + 1]
      const value = next === undefined || next.startsWith('-') ? undefined : next
      options.push({ name: SHORT[word] ?? word.replace(/^--?/, ''), value })
    }
  }
  return options
}

export function optionOf(line: CommandLine, name: string): Option | undefined {
  return line.options.findLast(option => option.name === name)
}

/** Edits that add words behind those that stand. */
export function optionEdits(container: Container, line: CommandLine, words: readonly string[]): Edit[] {
  const { place } = line
  const { resource } = container.workload
  if (place.kind === 'split') return [set(resource, place.path, splitScript([...line.words, ...words]))]
  if (place.kind === 'script') return [set(resource, place.path, `${place.script.trimEnd()} ${words.join(' ')}`)]
  if (!place.present) return [set(resource, place.path, [...words])]
  return words.map(word => append(resource, place.path, word))
}

/**
 * Edits that start the first member as the image does, which makes the root user and runs the scripts, and the others
 * by mongod alone: a member with data of its own is not taken into a set.
 */
export function splitEdits(container: Container, line: CommandLine, words: readonly string[]): Edit[] {
  const { resource } = container.workload
  const script = splitScript([...line.words, ...words])
  const args =
    container.value.args === undefined || container.value.args === null
      ? []
      : [remove(resource, [...container.path, 'args'])]
  return [set(resource, [...container.path, 'command'], ['sh', '-c', script]), ...args]
}

function splitScript(words: readonly string[]): string {
  const options = words.map(quote).join(' ')
  return `case "\${POD_NAME##*-}" in
  0) exec docker-entrypoint.sh mongod ${options} ;;
  *) exec mongod ${options} ;;
esac
`
}

/** The options of such a script; undefined for any other text. */
function splitOptions(script: string): string[] | undefined {
  const text = /^ {2}\*\) exec mongod (.+) ;;$/m.exec(script)?.[1] ?? ''
  const words = (text.match(/(?:[^\s']|'[^']*')+/g) ?? []).map(word => word.replace(/'([^']*)'/g, '$1'))
  return words.length > 0 && splitScript(words) === script ? words : undefined
}

/** Edits that give an option that stands there, with a value, another one. */
export function optionValueEdits(container: Container, line: CommandLine, name: string, value: string): Edit[] {
  const { resource } = container.workload
  const { place } = line
  if (place.kind === 'split') return [set(resource, place.path, splitScript(withValue(line.words, name, value)))]
  if (place.kind === 'script') {
    const script = place.script.replace(new RegExp(`(--${name}[= ]+)\\S+`), (_, before: string) => `${before}${value}`)
    return [set(resource, place.path, script)]
  }
  return (['command', 'args'] as const).flatMap(field => {
    const words = asArray(container.value[field]).map(String)
    return withValue(words, name, value).flatMap((word, index) =>
      word === words[index] ? [] : [set(resource, [...container.path, field, index], word)],
    )
  })
}

function withValue(words: readonly string[], name: string, value: string): string[] {
  return words.map((word, index) => {
    if (word.startsWith(`--${name}=`)) return `--${name}=${value}`
    return words[index - 1] === `--${name}` ? value : word
  })
}

function quote(word: string): string {
  return PLAIN_WORD.test(word) && !word.includes('$') ? word : `'${word.replaceAll("'", "'\\''")}'`
}
