// What a container's command does, as far as its words tell: a rough reading, only ever used to hold back.

import { asArray, type JsonObject, member } from '../yaml/value.ts'
import type { Container } from './workload.ts'

const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', 'ash', 'dash', 'zsh'])

/** Words of a shell's grammar that stand before a program's name. */
const KEYWORDS: ReadonlySet<string> = new Set([
  ...['if', 'then', 'elif', 'else', 'while', 'until', 'do', '!', 'time', 'exec', 'command', 'nohup', 'env'],
])

/** Words that start a segment in which no program is named. */
const SILENT: ReadonlySet<string> = new Set(['for', 'case', 'esac', 'done', 'fi', 'function', 'in'])

/** One simple command of a script. */
export interface SimpleCommand {
  /** name without its folder, `wget` of `/usr/bin/wget` */
  readonly program: string
  /** the command as written, without the text of quoted strings that hold blanks */
  readonly text: string
  /** files that its output is sent to */
  readonly redirects: readonly string[]
}

/** The words of `command` and `args`, in that order; other types of value are left out. */
export function commandWords(container: Container): string[] {
  const words = [...asArray(container.value.command), ...asArray(container.value.args)]
  return words.filter(word => typeof word === 'string')
}

/** `command` and `args` as one line. */
export function commandLine(container: Container): string {
  return commandWords(container).join(' ')
}

/**
 * The simple commands that the container's `command` and `args` run; empty when the image's own command runs. Without
 * a `command`, `args` only count when they name a shell, since the image's entrypoint takes them otherwise.
 */
export function simpleCommands(container: Container): readonly SimpleCommand[] {
  let commands = known.get(container.value)
  if (commands === undefined) {
    commands = readCommands(container)
    known.set(container.value, commands)
  }
  return commands
}

/** Every transform asks, and a value never changes. */
const known = new WeakMap<JsonObject, readonly SimpleCommand[]>()

function readCommands(container: Container): SimpleCommand[] {
  const words = commandWords(container)
  const program = baseName(words[0] ?? '')
  const own = asArray(member(container.value, 'command')).length > 0
  if (!SHELLS.has(program)) return own ? [{ program, text: words.join(' '), redirects: [] }] : []
  const option = words.findIndex((word, index) => index > 0 && /^-\w*c\w*$/.test(word))
  const script = option < 0 ? undefined : words[option + 1]
  if (script === undefined) return [{ program, text: words.join(' '), redirects: [] }]
  return commandsOf(script)
}

/** The simple commands of a shell script. */
export function commandsOf(script: string): SimpleCommand[] {
  return withoutQuotes(script.replace(/\\\r?\n/g, ' '))
    .replace(/\$\(\([^)]*\)\)/g, '0')
    .replace(/\d?>&[\d-]/g, '')
    .replace(/&>/g, '>')
    .split(/\$\(|&&|\|\||[;\n|&(){}`]/)
    .flatMap(segment => simpleCommand(segment) ?? [])
}

/** Quoted text, a comment, or one character; a comment starts where a word could. */
const PIECES = /'([^']*)'|"((?:[^"\\]|\\.)*)"|(?<=^|[\s;&|(])(#.*)|\\?[\s\S]/gm

/**
 * The script without comments, and with an empty string for quoted text that holds blanks. What a quoted substitution
 * runs stays; so does everything behind a quote that is never closed.
 */
function withoutQuotes(script: string): string {
  return script.replace(PIECES, (piece, single?: string, double?: string, comment?: string) => {
    if (single !== undefined) return /\s/.test(single) ? "''" : single
    if (double !== undefined) return /\$\(|`/.test(double) || !/\s/.test(double) ? double : '""'
    return comment === undefined ? piece : ''
  })
}

function simpleCommand(segment: string): SimpleCommand | undefined {
  const words = segment.trim().split(/\s+/)
  while (words[0] !== undefined && (KEYWORDS.has(baseName(words[0])) || /^\w+=/.test(words[0]))) words.shift()
  const first = words[0]
  if (first === undefined || first === '' || SILENT.has(first) || first.startsWith('>')) return undefined
  const text = words.join(' ')
  const redirects = [...text.matchAll(/\d?>{1,2}\|?\s*(\S+)/g)].map(match => match[1] ?? '')
  return { program: baseName(first), text, redirects }
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Programs that wait, ask and print: they need little of anything, and no user of their own. */
const WAITING: ReadonlySet<string> = new Set([
  ...[
    'sleep',
    'echo',
    'printf',
    'true',
    'false',
    ':',
    'test',
    '[',
    '[[',
    'nc',
    'wget',
    'curl',
    'nslookup',
    'dig',
    'host',
  ],
  ...['date', 'exit', 'return', 'break', 'continue', 'seq', 'expr', 'set', 'export', 'read', 'let', 'wait', 'trap'],
  ...['grep', 'awk', 'cut', 'tr', 'head', 'tail', 'cat', 'sort', 'uniq', 'wc', 'getent', 'telnet', 'kill', 'hostname'],
  ...['env', 'basename', 'dirname', 'local', 'shift', 'cd', 'ls', 'pwd', 'id', 'whoami', 'uname', 'timeout', 'jq'],
])

/** The first command that does more than wait, ask and print, or saves what it fetches; undefined when none does. */
export function firstWorkingCommand(commands: readonly SimpleCommand[]): SimpleCommand | undefined {
  return commands.find(command => !WAITING.has(command.program) || savesFile(command))
}

/** Whether a download or an output lands in a file of the working folder. */
function savesFile({ program, text, redirects }: SimpleCommand): boolean {
  const discards = /(?:-\w*[oO]\s*|--output(?:-document)?[ =])(?:-|\/dev\/\S+|\/tmp\/\S*)(?:\s|$)|--spider/.test(text)
  if (program === 'wget') return !discards
  if (program === 'curl' && /\s(?:-\w*[oO]|--output|--remote-name)\b/.test(text)) return !discards
  return redirects.some(path => !path.startsWith('/'))
}
