// Puts findings into groups, each of which becomes one pull request.

import path from 'node:path'
import { globMatcher } from '../config/match.ts'
import { SAFE_RISKS } from '../engine/risk.ts'
import { identity, type Resource } from '../kube/resource.ts'
import { isWritten, type PlacedFinding } from '../report/model.ts'
import type { CodeOwners } from './codeowners.ts'
import { compare } from './order.ts'
import type { Group } from './plan.ts'
import type { BotSettings } from './settings.ts'
import { nameOf, splitBundles } from './split.ts'
import { type Bundle, bundlesOf, subjectOf } from './ties.ts'

export interface GroupContext {
  /** needed for `groupBy: owner` */
  readonly owners?: CodeOwners
  /** folder of a file's application, needed for `groupBy: app` (app.ts) */
  readonly appOf?: (file: string) => string
  /** bytes of a file's new text; without it, no part is too large */
  readonly sizeOf?: (file: string) => number
  /** whether a branch of that group stands: what was split stays split while its parts are open */
  readonly hasBranch?: (key: string, label: string) => boolean
  /** whether a person asked for smaller pull requests in place of that group's */
  readonly isToSplit?: (key: string, label: string) => boolean
}

/** A finding that is not proposed although it could be. */
export interface LeftOut {
  readonly finding: PlacedFinding
  /** `undone`: merged before, again and again, and gone each time */
  readonly why: 'ignored' | 'rejected' | 'undone'
}

export interface FoundGroup extends Group {
  /** what the whole run found for the group; its own run decides what is written */
  readonly findings: readonly PlacedFinding[]
  /** of the same kind, and not fixed: refused, held back or left open */
  readonly open: readonly PlacedFinding[]
  readonly leftOut: readonly LeftOut[]
}

const UNIT = 'unit '

/** What a group has in common, before it is split. */
interface Kind {
  readonly key: string
  readonly label: string
  readonly risk: Group['risk']
}

/**
 * Groups what a run over the whole base found. A finding takes part when it is written, or when it is held back and
 * unsafe changes are wanted. Safe ones come first, then by key: the order is that of the keys, not of the findings.
 */
export function groupFindings(
  findings: readonly PlacedFinding[],
  settings: BotSettings,
  context: GroupContext = {},
): readonly FoundGroup[] {
  const { proposed, leftOut, open } = sift(findings, settings)
  const kinds = new Map<string, { readonly kind: Kind; readonly bundles: Bundle[] }>()
  for (const bundle of proposed) {
    const kind = kindOf(bundle, settings, context)
    const known = kinds.get(kind.key)
    if (known === undefined) kinds.set(kind.key, { kind, bundles: [bundle] })
    else known.bundles.push(bundle)
  }
  const groups = [...kinds.values()].flatMap(({ kind, bundles }) => partsOf(kind, bundles, settings, context))
  groups.sort((a, b) => compare(a.risk, b.risk) || compare(a.key, b.key))
  return attribute(groups, open, leftOut, finding => placeOf(finding, settings, context).key)
}

/** Whether a group is all that is done to one stateful system, which no pull request may part. */
export function isUnit({ key }: Pick<Group, 'key'>): boolean {
  return key.startsWith(UNIT)
}

/** Whether a change takes more than `fix` takes unasked. */
function isUnsafe({ finding }: PlacedFinding): boolean {
  return finding.outcome === 'held' || finding.risks.some(risk => !SAFE_RISKS.includes(risk))
}

function sift(findings: readonly PlacedFinding[], settings: BotSettings) {
  const isThere = settings.paths.length === 0 ? () => true : globMatcher(settings.paths)
  const ignored = new Set(settings.ignore)
  const isWanted = ({ finding }: PlacedFinding) => isWritten(finding) || (settings.unsafe && finding.outcome === 'held')
  const here = findings.filter(({ file, finding }) => isThere(file) && finding.edits.every(edit => isThere(edit.file)))
  const wanted = here.filter(isWanted)
  const leftOut: LeftOut[] = wanted
    .filter(({ finding }) => ignored.has(finding.rule))
    .map(finding => ({ finding, why: 'ignored' }))
  const proposed: Bundle[] = []
  for (const bundle of bundlesOf(wanted.filter(({ finding }) => !ignored.has(finding.rule)))) {
    // a bundle is proposed whole or not at all
    if (bundle.findings.some(({ finding }) => ignored.has(finding.id))) {
      leftOut.push(...bundle.findings.map(finding => ({ finding, why: 'ignored' }) as const))
    } else proposed.push(bundle)
  }
  const open = here.filter(finding => !isWanted(finding) && finding.finding.outcome !== 'already-ok')
  return { proposed, leftOut, open }
}

/** The stateful system that a bundle is about has a pull request of its own, unless only the risk parts them. */
function kindOf(bundle: Bundle, settings: BotSettings, context: GroupContext): Kind {
  const risk = bundle.findings.some(isUnsafe) ? 'unsafe' : 'safe'
  const places = new Map(
    bundle.findings.map(finding => placeOf(finding, settings, context)).map(place => [place.key, place]),
  )
  const [unit] = bundle.units
  const [first] = [...places.values()].sort((a, b) => compare(a.key, b.key))
  let place = first ?? { key: '', label: '' }
  if (settings.groupBy !== 'risk' && unit !== undefined) place = { key: UNIT + unit, label: unit }
  else if (places.size > 1) place = { key: `tied ${nameOf(bundle)}`, label: nameOf(bundle) }
  return { key: `${place.key} ${risk}`, label: place.label, risk }
}

interface Place {
  readonly key: string
  readonly label: string
}

function placeOf({ finding, file }: PlacedFinding, { groupBy }: BotSettings, context: GroupContext): Place {
  const named = (label: string): Place => ({ key: `${groupBy} ${label}`, label })
  switch (groupBy) {
    case 'rule':
      return named(finding.rule)
    case 'directory':
      return named(`folder ${path.posix.dirname(file)}`)
    case 'app':
      return named(`app ${(context.appOf ?? path.posix.dirname)(file)}`)
    case 'namespace':
      return named(
        finding.resource.namespace === undefined ? 'no namespace' : `namespace ${finding.resource.namespace}`,
      )
    case 'owner': {
      const owners = context.owners?.of(file) ?? []
      return named(
        owners.length === 0 ? 'no owner' : `owner ${owners.map(owner => owner.replace(/^@+/, '')).join(' ')}`,
      )
    }
    case 'risk':
      return named('all rules')
  }
}

function partsOf(kind: Kind, bundles: readonly Bundle[], settings: BotSettings, context: GroupContext): FoundGroup[] {
  const named = (part: string): Kind =>
    part === '' ? kind : { ...kind, key: `${kind.key} part ${part}`, label: `${kind.label} part ${part}` }
  const parts = splitBundles(bundles, {
    maxFiles: settings.limits.filesPerPullRequest,
    maxBytes: settings.limits.bytesPerPullRequest,
    sizeOf: context.sizeOf ?? (() => 0),
    isAsked: part => context.isToSplit?.(named(part).key, named(part).label) ?? false,
    isUnderWay: part => context.hasBranch?.(named(part).key, named(part).label) ?? false,
  })
  return parts.map(part => groupOf(named(part.name), part.bundles))
}

function groupOf(kind: Kind, bundles: readonly Bundle[]): FoundGroup {
  const findings = bundles.flatMap(bundle => bundle.findings)
  const subjects = new Set(findings.map(({ finding }) => subjectOf(finding)))
  // what a run itself creates stands at another place when fewer changes are made
  const names = new Set(findings.map(({ finding }) => nameIn(finding.resource, finding.rule)))
  return {
    ...kind,
    findings,
    open: [],
    leftOut: [],
    has: (resource, rule) => subjects.has(subjectOf({ resource, rule })) || names.has(nameIn(resource, rule)),
  }
}

function nameIn(resource: Resource, rule: string): string {
  return `${rule}\0${resource.origin.file}\0${identity(resource)}`
}

/** Tells each group what of its kind is not proposed: what is tied to it, else what has the same place. */
function attribute(
  groups: readonly FoundGroup[],
  open: readonly PlacedFinding[],
  leftOut: readonly LeftOut[],
  keyOf: (finding: PlacedFinding) => string,
): FoundGroup[] {
  const tied = new Map(
    groups.flatMap(group => group.findings.flatMap(({ finding }) => finding.ties.map(tie => [tie, group] as const))),
  )
  const homeOf = (finding: PlacedFinding): FoundGroup | undefined =>
    finding.finding.ties.map(tie => tied.get(tie)).find(group => group !== undefined) ??
    groups.find(({ key }) => key.startsWith(`${keyOf(finding)} `))
  const homes = new Map([...open, ...leftOut.map(({ finding }) => finding)].map(finding => [finding, homeOf(finding)]))
  return groups.map(group => ({
    ...group,
    open: open.filter(finding => homes.get(finding) === group),
    leftOut: leftOut.filter(({ finding }) => homes.get(finding) === group),
  }))
}
