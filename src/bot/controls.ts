// What users ask of the bot, in the same words on every forge: a label, the start of a title, a ticked box, a comment.

import type { Controls } from './decision.ts'
import { IGNORABLE, readMarker } from './marker.ts'
import type { Memory } from './memory.ts'

/** Words that are done once, and words that hold until they are taken back. */
export const ONE_SHOT = ['rebase', 'recreate'] as const
const LASTING = ['pause', 'split'] as const
type Word = (typeof ONE_SHOT)[number] | (typeof LASTING)[number]
const WORDS: readonly Word[] = [...ONE_SHOT, ...LASTING]

export interface CommandComment {
  readonly id: number
  readonly body: string
  /** whether its author may push to the repository */
  readonly mayWrite: boolean
}

export interface ControlSource {
  readonly labels: readonly string[]
  readonly title: string
  /** boxes are looked for in it, and the marker that says which comments are done and what they left in force */
  readonly body: string
  /** all of the conversation, oldest first; those that the marker knows may be left out */
  readonly comments: readonly CommandComment[]
  /** what earlier pull requests of the branch leave, for a body without a marker; forges number comments in one row */
  readonly remembered?: Pick<Memory, 'ignore' | 'considered'>
}

export interface ReadControls extends Controls {
  /** the last comment that holds a command, for the marker: a comment up to it is not asked again */
  readonly considered: number
  /** what stays in force for the marker to keep: of a pause only what comments say, as a label may be taken off */
  readonly lasting: { readonly isPaused: boolean; readonly isSplit: boolean; readonly ignore: readonly string[] }
  /** what is to be taken away once `rebase` or `recreate` is done */
  readonly spent: { readonly labels: readonly string[]; readonly title: boolean; readonly box: boolean }
}

interface Command {
  readonly word: Word | 'resume' | 'ignore'
  readonly argument: string | undefined
}

const LABEL = /^kubemend:([a-z]+)$/i
const TITLE = /^([a-z]+)!:\s+/i
const BOX = /^ {0,3}[-*] \[[xX]\] <!-- kubemend:([a-z]+) -->/
const COMMAND = /^ {0,3}kubemend[ \t]+([a-z]+)(?:[ \t]+(\S+))?[ \t]*$/i
const FENCE = /^ {0,3}(`{3,}|~{3,})/
/** The bot's own comments and bodies carry hidden marks: the commands that they explain are nobody's. */
const OWN = /<!--\s*kubemend\b/

/**
 * Comments up to the marker's last considered one are done: what they left in force stands in the marker, and later
 * comments change it. So a pause lasts until `kubemend resume`, an ignored rule until `kubemend resume <rule>`, also when
 * the comment is deleted; a `rebase` happens once.
 */
export function readControls({ labels, title, body, comments, remembered }: ControlSource): ReadControls {
  const shown = new Set<Word>()
  for (const word of [...labels.map(labelWord), titleWord(title), ...boxWords(body)]) if (word) shown.add(word)
  const { ignore = [], considered = 0, ...marker } = readMarker(body) ?? remembered ?? {}
  const { isPaused, isSplit } = { isPaused: false, isSplit: false, ...marker }
  const said = { once: new Set<Word>(), isPaused, isSplit, ignore: new Set(ignore), considered }
  for (const comment of comments) if (comment.id > considered) obey(comment, said)
  const isToSplit = shown.has('split') || said.isSplit
  const lasting = { isPaused: said.isPaused, isSplit: isToSplit, ignore: [...said.ignore].sort() }
  return {
    rebase: shown.has('rebase') || said.once.has('rebase'),
    recreate: shown.has('recreate') || said.once.has('recreate'),
    pause: shown.has('pause') || said.isPaused,
    split: isToSplit,
    ignore: lasting.ignore,
    considered: said.considered,
    lasting,
    spent: {
      labels: labels.filter(label => isOneShot(labelWord(label))),
      title: isOneShot(titleWord(title)),
      box: boxWords(body).some(isOneShot),
    },
  }
}

/** The title without a word that was asked for once. */
export function plainTitle(title: string): string {
  return isOneShot(titleWord(title)) ? title.replace(TITLE, '') : title
}

/** A list item that can be ticked to ask for a word. */
export function controlBox(word: (typeof ONE_SHOT)[number]): string {
  return `- [ ] <!-- kubemend:${word} -->`
}

interface Said {
  readonly once: Set<Word>
  isPaused: boolean
  isSplit: boolean
  readonly ignore: Set<string>
  considered: number
}

function obey({ id, body, mayWrite }: CommandComment, said: Said): void {
  if (!mayWrite) return
  for (const { word, argument } of commandsOf(body)) {
    said.considered = id
    if (word === 'pause') said.isPaused = true
    else if (word === 'split') said.isSplit = true
    else if (word === 'ignore' && argument !== undefined) said.ignore.add(argument)
    else if (word === 'resume' && argument !== undefined) said.ignore.delete(argument)
    else if (word === 'resume') said.isPaused = false
    else if (word === 'rebase' || word === 'recreate') said.once.add(word)
  }
}

/** Commands that stand alone on their lines, outside of quotes and code. */
function commandsOf(body: string): Command[] {
  if (OWN.test(body)) return []
  return plainLines(body).flatMap(line => {
    const [, name = '', argument] = COMMAND.exec(line) ?? []
    const word = name.toLowerCase()
    const isKnown = isWord(word) || word === 'resume' || word === 'ignore'
    if (!isKnown || (argument === undefined ? word === 'ignore' : isWord(word))) return []
    const target = argument?.toLowerCase()
    return target === undefined || IGNORABLE.test(target) ? [{ word, argument: target }] : []
  })
}

function labelWord(label: string): Word | undefined {
  return wordOf(LABEL.exec(label.trim())?.[1])
}

function titleWord(title: string): Word | undefined {
  return wordOf(TITLE.exec(title.trimStart())?.[1])
}

function boxWords(body: string): Word[] {
  return plainLines(body).flatMap(line => wordOf(BOX.exec(line)?.[1]) ?? [])
}

function wordOf(text: string | undefined): Word | undefined {
  const word = text?.toLowerCase() ?? ''
  return isWord(word) ? word : undefined
}

function isWord(text: string): text is Word {
  return WORDS.some(word => word === text)
}

function isOneShot(word: Word | undefined): boolean {
  return ONE_SHOT.some(once => once === word)
}

/** Lines outside of fenced code: a diff in a body may show any line that a manifest has. */
function plainLines(text: string): string[] {
  const lines: string[] = []
  let fence: string | undefined
  for (const line of text.split(/\r?\n/)) {
    const [, marks] = FENCE.exec(line) ?? []
    if (fence === undefined) {
      if (marks === undefined) lines.push(line)
      else fence = marks
    } else if (marks?.startsWith(fence) === true && line.trim() === marks) fence = undefined
  }
  return lines
}
