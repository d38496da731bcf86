// The steps that files alone cannot do, of all findings, in the order in which they are taken.

import type { FileChange, Finding } from '../engine/outcome.ts'
import { STAGES, type Stage } from '../engine/stage.ts'
import type { FollowUp, Instruction } from '../engine/transform.ts'
import { shellWord } from '../kube/shell.ts'
import { targetLabel } from './words.ts'
import { isWritten } from './written.ts'

export interface RunbookStep {
  readonly stage: Stage
  readonly text: string
  readonly commands: readonly string[]
  /** what shows that it worked */
  readonly check?: Instruction
  /** how to take it back */
  readonly back?: Instruction
  /** what it is about, such as `Deployment shop/web`, where the text does not say it */
  readonly about: readonly string[]
  /** ids of the findings that need the step */
  readonly findings: readonly string[]
}

/**
 * The steps of all but held findings, each once: by stage, and within a stage in the order of the findings, led by what
 * is assumed about the cluster. What leads to a refused change comes last, since nothing of it is in the files.
 */
export function runbookOf(findings: readonly Finding[], files: readonly FileChange[]): RunbookStep[] {
  const steps = new Steps()
  for (const finding of findings) {
    if (!isWritten(finding)) continue
    for (const { text, state, command } of finding.preconditions) {
      if (state !== 'assumed') continue
      steps.add(
        { text: `check first: ${text}`, ...(command === undefined ? {} : { commands: [command] }) },
        'check',
        finding,
      )
    }
  }
  for (const finding of findings) {
    if (finding.outcome === 'held') continue
    for (const step of finding.followUps) {
      steps.add(step, finding.outcome === 'refused' ? 'later' : (step.stage ?? 'rest'), finding)
    }
  }
  const taken = steps.inOrder()
  const rest = applyRest(taken, files)
  const place = taken.findIndex(({ stage }) => stage === 'rest' || stage === 'later')
  return rest === undefined ? taken : taken.toSpliced(place < 0 ? taken.length : place, 0, rest)
}

class Steps {
  readonly #steps = new Map<string, { step: FollowUp; stage: Stage; about: Set<string>; findings: Set<string> }>()

  add(step: FollowUp, stage: Stage, finding: Finding): void {
    const { text, commands = [], check, back } = step
    const key = JSON.stringify([stage, text, commands, check, back])
    let known = this.#steps.get(key)
    if (known === undefined) {
      known = { step, stage, about: new Set(), findings: new Set() }
      this.#steps.set(key, known)
    }
    known.findings.add(finding.id)
    if (!names(text, finding.resource.name)) known.about.add(targetLabel(finding))
  }

  inOrder(): RunbookStep[] {
    const steps = [...this.#steps.values()].map(({ step, stage, about, findings }): RunbookStep => {
      const { text, commands = [], check, back } = step
      return {
        ...{ stage, text, commands },
        ...(check === undefined ? {} : { check }),
        ...(back === undefined ? {} : { back }),
        about: [...about],
        findings: [...findings],
      }
    })
    return steps.sort((a, b) => STAGES.indexOf(a.stage) - STAGES.indexOf(b.stage))
  }
}

/** Whether a text speaks of a name, as a word of its own. */
function names(text: string, name: string): boolean {
  return ` ${text} `.split(/[\s/,;:()]+/).includes(name)
}

/** Where steps apply some of the changed files, the others are applied behind them; a kustomization applies all. */
function applyRest(steps: readonly RunbookStep[], files: readonly FileChange[]): RunbookStep | undefined {
  const commands = steps.filter(({ stage }) => stage !== 'later').flatMap(step => step.commands)
  const applied = commands.filter(command => / apply -[fk] /.test(command))
  if (applied.length === 0 || applied.some(command => command.includes(' apply -k '))) return undefined
  const known = new Set(applied.flatMap(command => [...command.matchAll(/ -f ('[^']*'|\S+)/g)].map(([, file]) => file)))
  const left = files.filter(({ file }) => !known.has(shellWord(file)))
  if (left.length === 0) return undefined
  return {
    stage: 'rest',
    text: 'apply the other changed files',
    commands: [`kubectl apply ${left.map(({ file }) => `-f ${shellWord(file)}`).join(' ')}`],
    about: [],
    findings: [...new Set(left.flatMap(change => change.findings))],
  }
}
