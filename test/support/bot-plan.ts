// Plans for the bot's tests: made of a few words, or drawn at random.

import { createHash } from 'node:crypto'
import fc from 'fast-check'
import type { BodyFacts } from '../../src/bot/body.ts'
import type { GroupPlan } from '../../src/bot/plan.ts'
import type { FileChange, Finding, Outcome } from '../../src/engine/outcome.ts'
import type { Risk } from '../../src/engine/risk.ts'
import type { Resource } from '../../src/kube/resource.ts'
import { isWritten, type PlacedFinding, type Report } from '../../src/report/model.ts'
import transforms from '../../transforms/index.ts'
import { HOSTILE } from './bot-page.ts'

/** Without the code, which a failed property would print. */
const RULES = transforms.map(({ id, title, rationale, references }) => ({ id, title, rationale, references }))

export interface FindingWords {
  readonly rule?: string
  readonly name?: string
  readonly kind?: string
  readonly namespace?: string
  readonly container?: string
  readonly file?: string
  readonly document?: number
  readonly outcome?: Outcome
  readonly risks?: readonly Risk[]
  readonly reason?: string
  readonly ties?: readonly string[]
  readonly files?: readonly string[]
  readonly after?: string
  readonly steps?: readonly string[]
}

export function resourceOf({
  name = 'api',
  kind = 'Deployment',
  namespace,
  file = 'k8s/api.yaml',
  document = 0,
}: FindingWords): Resource {
  const origin = { file, document, path: [] }
  const value = { apiVersion: 'apps/v1', kind, metadata: { name } }
  return { origin, apiVersion: 'apps/v1', group: 'apps', kind, name, namespace, value, partial: false, selected: true }
}

/** A finding with one edit in each of its files. */
export function findingOf(words: FindingWords = {}): PlacedFinding {
  const { rule = 'replicas', outcome = 'applied', risks = ['restart'], container, reason = 'it runs one pod' } = words
  const { after = '2', steps = [] } = words
  const resource = resourceOf(words)
  const { file, document } = resource.origin
  const files = words.files ?? [file]
  const isEdited = outcome === 'applied' || outcome === 'partial' || outcome === 'held'
  const name = `${rule}\0${file}\0${document}\0${container ?? ''}`
  const finding: Finding = {
    id: createHash('sha256').update(name).digest('hex').slice(0, 12),
    ...{ rule, resource, outcome, risks },
    ...(container === undefined ? {} : { container }),
    path: ['spec', 'replicas'],
    reason: { code: 'some', text: reason },
    edits: isEdited
      ? files.map(edited => ({ op: 'replace', file: edited, document, path: '/spec/replicas', before: 1, after }))
      : [],
    preconditions: [],
    followUps: steps.map(text => ({ text })),
    warnings: [],
    ties: [name, ...(words.ties ?? [])],
  }
  const location = { startLine: 3, startColumn: 1, endLine: 3, endColumn: 9 }
  return { finding, file, document, pointer: '/spec/replicas', location: location as PlacedFinding['location'] }
}

export interface PlanWords {
  readonly findings?: readonly PlacedFinding[]
  readonly files?: readonly FileChange[]
  readonly key?: string
  readonly label?: string
  readonly risk?: GroupPlan['group']['risk']
  readonly runbook?: Report['runbook']
}

export function planOf(words: PlanWords = {}): GroupPlan {
  const {
    findings = [findingOf()],
    key = 'rule replicas safe',
    label = 'replicas',
    risk = 'safe',
    runbook = [],
  } = words
  const written = findings.map(({ finding }) => finding).filter(isWritten)
  const files = words.files ?? [{ file: 'k8s/api.yaml', before: 'a: 1\n', after: 'a: 2\n', findings: [] }]
  const report = {
    ...{ toolVersion: '0.1.0', kubernetesVersion: '1.36', inputs: { read: 1, skipped: [], refused: [] }, findings },
    ...{ suppressed: [], warnings: [], runbook, files, exitCode: 0 },
    summary: { applied: 0, partial: 0, held: 0, refused: 0, alreadyOk: 0, suppressed: 0, filesChanged: files.length },
  }
  return { group: { key, label, risk, has: () => true }, report, written, marks: [], fingerprint: '00' }
}

export function factsOf(plan: GroupPlan, more: Partial<BodyFacts> = {}): BodyFacts {
  return {
    plan,
    baseHead: '0123456789'.repeat(4),
    open: [],
    leftOut: [],
    notTaken: [],
    rules: RULES,
    ...more,
  }
}

/** Text as somebody who means harm would write it. */
export const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom(...HOSTILE),
      fc.string({ unit: 'binary', maxLength: 5 }),
      fc.constantFrom(' ', 'web', '-', '.'),
    ),
    { maxLength: 4 },
  )
  .map(parts => parts.join(''))

const RISK_SETS: readonly (readonly Risk[])[] = [['none'], ['restart'], ['access', 'topology']]

const anyFinding: fc.Arbitrary<PlacedFinding> = fc
  .record({
    rule: fc.constantFrom(...RULES.map(({ id }) => id)),
    name: hostileText,
    kind: hostileText,
    namespace: hostileText,
    file: hostileText.map(text => `k8s/${text}.yaml`),
    outcome: fc.constantFrom<Outcome>('applied', 'partial', 'held', 'refused'),
    risks: fc.constantFrom(...RISK_SETS),
    reason: hostileText,
    after: hostileText,
    steps: fc.array(hostileText, { maxLength: 1 }),
  })
  .map(findingOf)

const anyFile: fc.Arbitrary<FileChange> = fc.record({
  file: hostileText.map(text => `k8s/${text}.yaml`),
  before: fc.option(hostileText, { nil: undefined }),
  after: fc.array(hostileText, { maxLength: 30 }).map(lines => lines.join('\n')),
  findings: fc.constant([]),
})

const anyStep: fc.Arbitrary<Report['runbook'][number]> = fc
  .record({ text: hostileText, command: hostileText, check: hostileText })
  .map(({ text, command, check }) => ({
    ...{ text, commands: [command], findings: [], stage: 'rest', about: [] },
    check: { text: check, commands: [command] },
  }))

/** Facts of pull requests with anything in them that a repository may hold. */
export const anyFacts: fc.Arbitrary<BodyFacts> = fc
  .record({
    findings: fc.array(anyFinding, { maxLength: 12 }),
    open: fc.array(anyFinding, { maxLength: 4 }),
    files: fc.array(anyFile, { maxLength: 5 }),
    runbook: fc.array(anyStep, { maxLength: 3 }),
    label: hostileText,
    risk: fc.constantFrom('safe' as const, 'unsafe' as const),
    notTaken: fc.array(hostileText, { maxLength: 3 }),
  })
  .map(({ open, notTaken, ...words }) =>
    factsOf(planOf(words), { open, notTaken, leftOut: open.map(finding => ({ finding, why: 'rejected' })) }),
  )
