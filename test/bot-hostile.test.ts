// A repository that means harm, from its manifests to the texts of the pull requests that kubemend would open.

import { beforeAll, describe, expect, test } from 'vitest'
import { renderBody } from '../src/bot/body.ts'
import { commitMessage } from '../src/bot/commit-message.ts'
import { conventionOf } from '../src/bot/convention.ts'
import { fingerprintOf, marksOf } from '../src/bot/fingerprint.ts'
import { type FoundGroup, groupFindings } from '../src/bot/group.ts'
import type { GroupPlan } from '../src/bot/plan.ts'
import { BOT, type GroupBy } from '../src/bot/settings.ts'
import { titleOf } from '../src/bot/title.ts'
import { RISKS, SAFE_RISKS } from '../src/engine/risk.ts'
import { run, type SourceText } from '../src/engine/run.ts'
import type { Resource } from '../src/kube/resource.ts'
import { printable } from '../src/report/escape.ts'
import { buildReport, isWritten, type Report } from '../src/report/model.ts'
import { createValidator } from '../src/schema/validator.ts'
import transforms from '../transforms/index.ts'
import { HOSTILE, REACHES, readPage } from './support/bot-page.ts'

/** Names, namespaces, images, labels and comments that reach out; every workload has something to fix. */
function manifest(text: string, index: number): string {
  const quoted = JSON.stringify(text)
  return [
    `# ${printable(text)}`,
    'apiVersion: apps/v1',
    'kind: Deployment',
    'metadata:',
    `  name: ${quoted}`,
    `  namespace: ${quoted}`,
    'spec:',
    '  replicas: 1',
    `  selector: { matchLabels: { app: web-${index} } }`,
    '  template:',
    `    metadata: { labels: { app: web-${index} }, annotations: { note: ${quoted} } }`,
    '    spec:',
    '      containers:',
    `        - name: ${quoted}`,
    '          image: nginx:1.27',
    '          imagePullPolicy: Never',
    `          command: [run, ${quoted}]`,
    '---',
    'apiVersion: v1',
    'kind: Service',
    `metadata: { name: web-${index}, namespace: ${quoted} }`,
    `spec: { type: NodePort, selector: { app: web-${index} }, ports: [{ port: 80 }] }`,
    '',
  ].join('\n')
}

const SOURCES: readonly SourceText[] = HOSTILE.filter(text => !text.includes('\ud800')).map((text, index) => {
  return { path: `${text.replaceAll(/[/\n\r\0]/g, ' ')}/${index}.yaml`, text: manifest(text, index), selected: true }
})

type Skip = (resource: Resource, rule: string) => string | undefined

function judge(risks: readonly (typeof RISKS)[number][], skip: Skip = () => undefined): Report {
  const result = run(SOURCES, {
    ...{ transforms, skip, kubernetesVersion: '1.36', settings: { get: section => section.defaults } },
    allowed: () => new Set(risks),
    validator: () => createValidator({ kubernetesVersion: '1.36' }),
  })
  const report = { toolVersion: '0.1.0', kubernetesVersion: '1.36', result, sources: SOURCES }
  return buildReport({ ...report, skipped: [], refused: [], warnings: [], exitCode: () => 0, isPrinted: true })
}

function planFor(group: FoundGroup): GroupPlan {
  const risks = group.risk === 'unsafe' ? RISKS : SAFE_RISKS
  const report = judge(risks, (resource, rule) => (group.has(resource, rule) ? undefined : 'elsewhere'))
  const written = report.findings.map(({ finding }) => finding).filter(isWritten)
  return { group, report, written, marks: marksOf(written), fingerprint: fingerprintOf(report.files) }
}

let whole: Report

beforeAll(() => {
  whole = judge(RISKS)
})

test('the repository has enough to fix', () => {
  const written = whole.findings.filter(({ finding }) => isWritten(finding))
  expect(written.length).toBeGreaterThan(HOSTILE.length)
  expect(new Set(written.map(({ finding }) => finding.rule)).size).toBeGreaterThan(1)
})

describe.each<GroupBy>(['rule', 'namespace'])('grouped by %s', groupBy => {
  test('its pull requests show all of it and reach nobody', () => {
    const groups = groupFindings(whole.findings, { ...BOT.defaults, groupBy, unsafe: true })
    expect(groups.length).toBeGreaterThan(2)
    // each group is a run of its own; alone, a budget for pods that another group brings is not there yet
    const plans = groups.slice(0, 5).map(planFor)
    expect(plans.filter(({ written }) => written.length > 0).length).toBeGreaterThan(1)
    for (const [index, plan] of plans.entries()) {
      const facts = { plan, baseHead: 'c'.repeat(40), notTaken: [], rules: transforms }
      const body = renderBody(
        { ...facts, open: groups[index]?.open ?? [], leftOut: [] },
        { kind: 'gitlab', bodyLimit: 1_000_000, hasCheckboxes: true },
        '<!-- kubemend:state e30 AAAA -->',
      )
      const page = readPage(body)
      for (const pattern of REACHES) expect(page.text).not.toMatch(pattern)
      const known = new Set(transforms.flatMap(rule => rule.references))
      expect(page.links.filter(link => !known.has(link))).toEqual([])
      expect(page.openFences).toBe(0)
      expect(body.match(/<!--/g)).toHaveLength(2)
      expect(page.html.filter(html => html.startsWith('<details>'))).toHaveLength(plan.report.files.length)
      const convention = conventionOf('auto', [])
      for (const text of [titleOf(plan, transforms, convention, 255), commitMessage(plan, transforms, convention)]) {
        expect(text).not.toMatch(/[@#<[`]|https?:|octocat|Co-authored|skip ci/i)
      }
    }
  })
})
